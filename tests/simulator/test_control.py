"""The control API, and the simulator as a Python object."""

from __future__ import annotations

import base64
from typing import Any

import aiohttp
import pytest

from simulator import Simulator
from simulator.__main__ import parse_listen
from simulator.people import PIXEL
from tests.simulator.conftest import Call, FrozenClock


async def get(http: aiohttp.ClientSession, path: str) -> Any:
    async with http.get(f"/sim/{path}") as answer:
        return await answer.json()


async def test_people_write_press_and_read(
    call: Call, control: Call, http: aiohttp.ClientSession, sim: Simulator
) -> None:
    sari = await control("users", {"name": "Sari", "language_code": "jv", "username": "sari"})
    assert (sari["first_name"], sari["language_code"]) == ("Sari", "jv")
    await control("messages", {"user": sari["id"], "start": "poster"})
    button = {"inline_keyboard": [[{"text": "Ya", "callback_data": "yes"}]]}
    sent = await call("sendMessage", chat_id=sari["id"], text="Mau?", reply_markup=button)
    pressed = {"chat": sari["id"], "message_id": sent["result"]["message_id"], "data": "forged"}
    query = await control("callback", pressed)
    updates = (await call("getUpdates"))["result"]
    assert updates[-1]["callback_query"]["id"] == query["callback_query_id"]
    assert updates[-1]["callback_query"]["data"] == "forged"
    history = await get(http, f"chats/{sari['id']}/messages")
    assert [message["text"] for message in history] == ["/start poster", "Mau?"]
    assert await get(http, f"chats/{sari['id']}/messages?after={history[0]['message_id']}") == history[1:]


async def test_files_come_as_base64_or_as_a_form(control: Call, http: aiohttp.ClientSession) -> None:
    picture = {"name": "ktp.png", "base64": base64.b64encode(PIXEL).decode()}
    message = await control("messages", {"user": 8, "photo": picture, "caption": "ini"})
    assert message["photo"][0]["file_size"] == len(PIXEL)
    form = aiohttp.FormData({"user": "8"})
    form.add_field("document", b"isi", filename="surat.pdf", content_type="application/pdf")
    async with http.post("/sim/messages", data=form) as answer:
        message = await answer.json()
    assert message["document"]["file_name"] == "surat.pdf"
    assert message["document"]["mime_type"] == "application/pdf"


async def test_groups_know_who_writes_and_topics(call: Call, control: Call) -> None:
    group = await control("chats", {"title": "Staf", "type": "supergroup"})
    topic = await call("createForumTopic", chat_id=group["id"], name="Melati-4821")
    thread = topic["result"]["message_thread_id"]
    sent = await call("sendMessage", chat_id=group["id"], message_thread_id=thread, text="halo")
    assert sent["result"]["message_thread_id"] == thread
    await control("messages", {"chat": group["id"], "user": 9, "text": "saya", "message_thread_id": thread})
    update = (await call("getUpdates"))["result"][0]["message"]
    assert (update["chat"]["title"], update["from"]["id"], update["message_thread_id"]) == ("Staf", 9, thread)
    assert (await call("closeForumTopic", chat_id=group["id"], message_thread_id=thread))["ok"]


async def test_blocking_sends_an_update_and_writing_again_unblocks(call: Call, control: Call) -> None:
    await control("messages", {"user": 8, "start": ""})
    await control("chats/8/state", {"state": "blocked"})
    updates = (await call("getUpdates"))["result"]
    assert updates[-1]["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    assert (await call("sendMessage", chat_id=8, text="a"))["error_code"] == 403
    await control("messages", {"user": 8, "text": "saya kembali"})
    assert (await call("sendMessage", chat_id=8, text="a"))["ok"]


async def test_calls_are_logged_and_counted(call: Call, control: Call, http: aiohttp.ClientSession) -> None:
    await control("users", {"id": 8, "name": "Sari", "started": True})
    await call("sendMessage", chat_id=8, text="a")
    await call("sendMessage", chat_id=9, text="a")
    log = await get(http, "calls?method=sendmessage")
    assert [(one["chat"], one["code"], one["outcome"]) for one in log["calls"]] == [
        (8, 200, "ok"),
        (9, 400, "Bad Request: chat not found"),
    ]
    assert log["counters"]["by_code"] == {"200": 1, "400": 1}
    assert [one["chat"] for one in (await get(http, "calls?chat=9"))["calls"]] == [9]
    async with http.delete("/sim/calls"):
        assert (await get(http, "calls"))["counters"]["total"] == 0


async def test_reset_forgets_everything_but_ids_go_on(call: Call, control: Call, sim: Simulator) -> None:
    first = await control("messages", {"user": 8, "text": "halo"})
    await control("faults", {"kind": "blocked", "times": None})
    await control("reset")
    assert (await call("getUpdates"))["result"] == []
    assert (await call("sendMessage", chat_id=8, text="a"))["description"] == "Bad Request: chat not found"
    assert (await control("messages", {"user": 8, "text": "halo"}))["message_id"] > first["message_id"]


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("messages", {"user": 8}, "a message needs text"),
        ("messages", {"user": 8, "text": "  "}, "cannot be empty"),
        ("messages", {"text": "a"}, "needs a user or a chat"),
        ("messages", {"user": 8, "chat": -5, "text": "a"}, "there is no chat -5"),
        ("messages", {"user": 8, "edit": 5, "text": "a"}, "there is no message 5"),
        ("callback", {"chat": 8, "message_id": 5, "data": "x"}, "there is no message 5"),
        ("chats/8/state", {"state": "asleep"}, "unknown state 'asleep'"),
        ("users", [{"id": 3}, {"id": 3}], "user 3 exists already"),
        ("users", "x", "send a JSON object"),
        ("messages", {"user": 8, "text": "a", "bot": 5}, "there is no bot 5"),
    ],
)
async def test_what_makes_no_sense_is_explained(
    http: aiohttp.ClientSession, path: str, body: Any, words: str
) -> None:
    async with http.post(f"/sim/{path}", json=body) as answer:
        assert answer.status == 400
        assert words in (await answer.json())["error"]


async def test_messages_from_before_the_bot_came_wait_for_it(clock: FrozenClock) -> None:
    token = "55:" + "D" * 35
    async with Simulator.start(clock=clock) as sim, aiohttp.ClientSession(base_url=sim.url) as http:
        await sim.send_text(sim.add_user("Sari"), "halo")
        async with http.get(f"/bot{token}/getUpdates") as answer:
            updates = (await answer.json())["result"]
        assert [update["message"]["text"] for update in updates] == ["halo"]
        assert (sim.token, sim.bot.id) == (token, 55)


async def test_waiting_for_a_reply_says_what_came_instead(sim: Simulator, call: Call) -> None:
    sari = sim.add_user("Sari")
    await sim.send_text(sari, "halo")
    await call("sendMessage", chat_id=sari.id, text="satu")
    with pytest.raises(TimeoutError, match=r"1 of 2 replies after 0.05 s: \['satu'\]"):
        await sim.wait_for_reply(sari, 2, seconds=0.05)
    with pytest.raises(ValueError, match="no button 'Ya'"):
        await sim.press(sari, sim.messages(sari)[-1], "Ya")


async def test_forms_and_query_strings_serve_as_well_as_json(
    sim: Simulator, http: aiohttp.ClientSession
) -> None:
    sari = sim.add_user("Sari", started=True)
    path = f"/bot{sim.token}/sendMessage"
    markup = '{"inline_keyboard":[[{"text":"Ya","callback_data":"yes"}]]}'
    async with http.post(path, data={"chat_id": sari.id, "text": "a&b +c", "reply_markup": markup}) as answer:
        result = (await answer.json())["result"]
    assert (result["text"], "reply_markup" in result) == ("a&b +c", True)
    async with http.get(path, params={"chat_id": sari.id, "text": "é"}) as answer:
        assert (await answer.json())["result"]["text"] == "é"
    async with http.post(path, data=b"{", headers={"Content-Type": "application/json"}) as answer:
        assert answer.status == 400


def test_where_to_listen() -> None:
    assert parse_listen("0.0.0.0:80") == ("0.0.0.0", 80)
    assert parse_listen("8081") == ("127.0.0.1", 8081)
