"""getUpdates: confirming, waiting, conflicts, kinds of update."""

from __future__ import annotations

import asyncio

from simulator import Simulator
from simulator.feed import CONFLICT_PAUSE_SECONDS
from tests.simulator.conftest import Call, FrozenClock


def texts(answer: dict[str, list[dict[str, dict[str, str]]]]) -> list[str]:
    return [update["message"]["text"] for update in answer["result"]]


async def test_updates_stay_until_a_higher_offset_confirms_them(call: Call, sim: Simulator) -> None:
    sari = sim.add_user("Sari")
    for number in range(3):
        await sim.send_text(sari, str(number))
    first = await call("getUpdates")
    assert texts(first) == texts(await call("getUpdates")) == ["0", "1", "2"]
    ids = [update["update_id"] for update in first["result"]]
    assert ids == sorted(ids)
    assert texts(await call("getUpdates", offset=ids[1])) == ["1", "2"]
    assert texts(await call("getUpdates", offset=0)) == ["1", "2"]
    assert texts(await call("getUpdates", offset=ids[2] + 1)) == []


async def test_a_negative_offset_keeps_only_the_latest(call: Call, sim: Simulator) -> None:
    sari = sim.add_user("Sari")
    for number in range(5):
        await sim.send_text(sari, str(number))
    assert texts(await call("getUpdates", offset=-2)) == ["3", "4"]
    assert texts(await call("getUpdates")) == ["3", "4"]


async def test_a_batch_holds_at_most_a_hundred(call: Call, control: Call, sim: Simulator) -> None:
    made = await control("messages", [{"user": 7_000_000 + i, "text": "halo"} for i in range(250)])
    assert len(made["message_ids"]) == 250
    assert [len((await call("getUpdates", limit=limit))["result"]) for limit in (0, 3, 100, 500)] == [
        100, 3, 100, 100,
    ]  # fmt: skip


async def test_a_long_poll_ends_as_soon_as_something_comes(call: Call, sim: Simulator) -> None:
    sari = sim.add_user("Sari")
    poll = asyncio.create_task(call("getUpdates", timeout=30))
    await asyncio.sleep(0.05)
    assert not poll.done()
    await sim.send_text(sari, "halo")
    assert texts(await asyncio.wait_for(poll, 1)) == ["halo"]


async def test_a_second_poller_ends_the_first(call: Call, sim: Simulator) -> None:
    first = asyncio.create_task(call("getUpdates", timeout=30))
    await asyncio.sleep(0.05)
    second = asyncio.create_task(call("getUpdates", timeout=30))
    ended = await asyncio.wait_for(first, 1)
    assert ended["error_code"] == 409
    assert ended["description"] == (
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )
    third = asyncio.create_task(call("getUpdates", timeout=30))
    await asyncio.sleep(0.05)
    assert not second.done(), f"the next conflict is held back for {CONFLICT_PAUSE_SECONDS} s"
    await sim.send_text(sim.add_user("Sari"), "halo")
    assert texts(await asyncio.wait_for(third, 1)) == ["halo"]
    second.cancel()


async def test_a_client_that_went_away_is_no_rival(call: Call, sim: Simulator) -> None:
    gone = asyncio.create_task(call("getUpdates", timeout=30))
    await asyncio.sleep(0.05)
    gone.cancel()
    await asyncio.sleep(0.05)
    poll = asyncio.create_task(call("getUpdates", timeout=30))
    await asyncio.sleep(0.05)
    assert sim.calls.by_code[409] == 0
    poll.cancel()


async def test_allowed_updates_are_remembered(call: Call, sim: Simulator) -> None:
    sari = sim.add_user("Sari")
    await call("getUpdates", allowed_updates=["callback_query"])
    await sim.send_text(sari, "not wanted")
    assert (await call("getUpdates"))["result"] == []
    assert (await call("getWebhookInfo"))["result"]["allowed_updates"] == ["callback_query"]
    await call("getUpdates", allowed_updates=[])
    await sim.send_text(sari, "wanted")
    assert texts(await call("getUpdates")) == ["wanted"]


async def test_updates_are_kept_for_a_day_and_presses_for_150_seconds(
    call: Call, sim: Simulator, clock: FrozenClock
) -> None:
    sari = sim.add_user("Sari", started=True)
    markup = {"inline_keyboard": [[{"text": "Ya", "callback_data": "yes"}]]}
    sent = await call("sendMessage", chat_id=sari.id, text="Mau?", reply_markup=markup)
    await sim.send_text(sari, "halo")
    await sim.press(sari, sent["result"], "Ya")
    assert [sorted(update) for update in (await call("getUpdates"))["result"]] == [
        ["message", "update_id"],
        ["callback_query", "update_id"],
    ]
    clock.forward(seconds=151)
    assert texts(await call("getUpdates")) == ["halo"]
    clock.forward(hours=24)
    assert (await call("getUpdates"))["result"] == []


async def test_a_waiting_update_keeps_the_text_from_before_an_edit(call: Call, sim: Simulator) -> None:
    sari = sim.add_user("Sari")
    message = await sim.send_text(sari, "halo")
    await sim.send(sari, edit=message["message_id"], text="halo lagi")
    updates = (await call("getUpdates"))["result"]
    assert updates[0]["message"]["text"] == "halo"
    assert updates[1]["edited_message"]["text"] == "halo lagi"
    assert sim.messages(sari)[-1]["text"] == "halo lagi"
