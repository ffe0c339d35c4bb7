"""The simulator refuses what Telegram refuses, in Telegram's words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from simulator import Simulator, User
from tests.simulator.conftest import Call, FrozenClock


@pytest.fixture
def sari(sim: Simulator) -> User:
    return sim.add_user("Sari", started=True)


def refused(answer: dict[str, Any], code: int, description: str) -> None:
    assert (answer["ok"], answer["error_code"], answer["description"]) == (False, code, description)


def keyboard(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"inline_keyboard": [[button] for button in buttons]}


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({"text": ""}, "message text is empty"),
        ({}, "message text is empty"),
        ({"text": " \n\t "}, "text must be non-empty"),
        ({"text": "a" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        ({"text": "a" * 32769}, "text is too long"),
        ({"text": "a", "parse_mode": "BBCode"}, "unsupported parse_mode"),
        ({"text": "\ud800"}, "strings must be encoded in UTF-8"),
        ({"text": "a", "reply_markup": "{"}, "can't parse reply keyboard markup JSON object"),
        ({"text": "a", "reply_markup": "[]"}, "object expected as reply markup"),
        ({"text": "a", "reply_parameters": {"message_id": 99}}, "message to be replied not found"),
        ({"text": "a", "link_preview_options": "{"}, "can't parse link preview options JSON object"),
    ],
)
async def test_a_message_that_telegram_would_refuse(
    call: Call, sari: User, params: dict[str, Any], description: str
) -> None:
    refused(await call("sendMessage", chat_id=sari.id, **params), 400, f"Bad Request: {description}")


@pytest.mark.parametrize(
    ("button", "description"),
    [
        (
            {"text": "a"},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"text": "a", "callback_data": ""},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        ({"callback_data": "a"}, "can't parse inline keyboard button: Can't find field \"text\""),
        (
            {"text": "a", "callback_data": 5},
            'can\'t parse inline keyboard button: Field "callback_data" must be of type String',
        ),
        ({"text": "a", "callback_data": "é" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "", "callback_data": "a"}, "inline keyboard button text must be non-empty"),
        (
            {"text": "a", "url": "localhost:8081/x"},
            "inline keyboard button URL 'localhost:8081/x' is invalid: Wrong HTTP URL",
        ),
        (
            {"text": "a", "url": "javascript://x.id/"},
            "inline keyboard button URL 'javascript://x.id/' is invalid: Unsupported URL protocol",
        ),
        ({"text": "a", "copy_text": {"text": "a" * 257}}, "BUTTON_COPY_TEXT_INVALID"),
        ("a", "can't parse inline keyboard button: InlineKeyboardButton must be an Object"),
    ],
)
async def test_a_button_that_telegram_would_refuse(
    call: Call, sari: User, button: Any, description: str
) -> None:
    markup = {"inline_keyboard": [[button]]}
    answer = await call("sendMessage", chat_id=sari.id, text="a", reply_markup=markup)
    refused(answer, 400, f"Bad Request: {description}")


async def test_at_most_a_hundred_buttons_and_64_bytes_of_data(call: Call, sari: User) -> None:
    button = {"text": "a", "callback_data": "é" * 32}
    fits = await call("sendMessage", chat_id=sari.id, text="a", reply_markup=keyboard(*[button] * 100))
    assert fits["ok"]
    refused(
        await call("sendMessage", chat_id=sari.id, text="a", reply_markup=keyboard(*[button] * 101)),
        400,
        "Bad Request: reply markup is too long",
    )


@pytest.mark.parametrize(
    ("entity", "description"),
    [
        (
            {"type": "blink", "offset": 0, "length": 1},
            "can't parse MessageEntity: unsupported type specified",
        ),
        ({"type": "bold", "length": 1}, "can't parse MessageEntity: can't find field \"offset\""),
        (
            {"type": "text_link", "offset": 0, "length": 1},
            "can't parse MessageEntity: can't find field \"url\"",
        ),
        ("bold", "can't parse MessageEntity: expected an Object"),
        ({"type": "bold", "offset": -1, "length": 1}, "receive an entity with incorrect offset -1"),
        ({"type": "bold", "offset": 0, "length": -1}, "receive an entity with incorrect length -1"),
        (
            {"type": "bold", "offset": 3, "length": 6},
            "entity beginning at UTF-16 offset 3 ends after the end of the text at UTF-16 offset 9",
        ),
        (
            {"type": "bold", "offset": 9, "length": 1},
            "entity begins after the end of the text at UTF-16 offset 9",
        ),
        (
            {"type": "bold", "offset": 0, "length": 1},
            "entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at byte offset 4",
        ),
        (
            {"type": "bold", "offset": 1, "length": 2},
            "entity begins in a middle of a UTF-16 symbol at byte offset 4",
        ),
    ],
)
async def test_an_entity_that_telegram_would_refuse(
    call: Call, sari: User, entity: Any, description: str
) -> None:
    text = "👉 aba" if "middle" in description else "aba caba"
    answer = await call("sendMessage", chat_id=sari.id, text=text, entities=[entity])
    refused(answer, 400, f"Bad Request: {description}")


async def test_entities_beyond_a_hundred_are_dropped_not_refused(call: Call, sari: User) -> None:
    entities = [{"type": "bold", "offset": 2 * i, "length": 1} for i in range(150)]
    answer = await call("sendMessage", chat_id=sari.id, text="a " * 150, entities=entities)
    assert len(answer["result"]["entities"]) == 100


@pytest.mark.parametrize(
    ("mode", "text", "description"),
    [
        ("HTML", "<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("HTML", "é<blink>a</blink>", 'Unsupported start tag "blink" at byte offset 2'),
        ("HTML", "a</b>", "Unexpected end tag at byte offset 1"),
        ("HTML", "<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("HTML", "a <b", "Unclosed start tag at byte offset 2"),
        ("HTML", "1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("HTML", '<span class="x">a</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("MarkdownV2", "Rp 1.000", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("MarkdownV2", "a *b", "Can't find end of Bold entity at byte offset 2"),
        ("MarkdownV2", "[a](x.id", "Can't find end of a URL at byte offset 4"),
        ("Markdown", "a *b", "Can't find end of the entity starting at byte offset 2"),
    ],
)
async def test_markup_that_telegram_would_refuse(
    call: Call, sari: User, mode: str, text: str, description: str
) -> None:
    answer = await call("sendMessage", chat_id=sari.id, text=text, parse_mode=mode)
    refused(answer, 400, f"Bad Request: can't parse entities: {description}")


async def test_chats_that_are_not_there(call: Call, sim: Simulator) -> None:
    stranger = sim.add_user("Has not pressed START")
    refused(await call("sendMessage", text="a"), 400, "Bad Request: chat_id is empty")
    for chat_id in (stranger.id, 42, "@nobody", "nonsense"):
        answer = await call("sendMessage", chat_id=chat_id, text="a")
        refused(answer, 400, "Bad Request: chat not found")


@pytest.mark.parametrize(
    ("state", "description"),
    [
        ("blocked", "Forbidden: bot was blocked by the user"),
        ("deactivated", "Forbidden: user is deactivated"),
    ],
)
async def test_people_who_left(call: Call, sim: Simulator, sari: User, state: str, description: str) -> None:
    sim.people.set_state(sim.bot, sari.id, state)
    refused(await call("sendMessage", chat_id=sari.id, text="a"), 403, description)


async def test_a_group_that_became_a_supergroup_names_its_new_id(call: Call, sim: Simulator) -> None:
    group = sim.add_group("Desa")
    sim.people.set_state(sim.bot, group.id, "upgraded")
    answer = await call("sendMessage", chat_id=group.id, text="a")
    refused(answer, 400, "Bad Request: group chat was upgraded to a supergroup chat")
    moved = answer["parameters"]["migrate_to_chat_id"]
    assert (await call("sendMessage", chat_id=moved, text="a"))["ok"]


async def test_edits_that_change_nothing_or_touch_what_is_not_ours(
    call: Call, sim: Simulator, sari: User
) -> None:
    theirs = await sim.send_text(sari, "halo")
    ours = (await call("sendMessage", chat_id=sari.id, text="a"))["result"]["message_id"]
    same = await call("editMessageText", chat_id=sari.id, message_id=ours, text="a")
    refused(
        same,
        400,
        "Bad Request: message is not modified: specified new message content and reply markup are exactly "
        "the same as a current content and reply markup of the message",
    )
    missing = await call("editMessageText", chat_id=sari.id, message_id=999, text="b")
    refused(missing, 400, "Bad Request: message to edit not found")
    foreign = await call("editMessageText", chat_id=sari.id, message_id=theirs["message_id"], text="b")
    refused(foreign, 400, "Bad Request: message can't be edited")
    changed = await call("editMessageText", chat_id=sari.id, message_id=ours, text="b")
    assert (changed["result"]["text"], "edit_date" in changed["result"]) == ("b", True)


async def test_messages_older_than_48_hours_stay(
    call: Call, sim: Simulator, sari: User, clock: FrozenClock
) -> None:
    old, new = [
        (await call("sendMessage", chat_id=sari.id, text="a"))["result"]["message_id"] for _ in range(2)
    ]
    sim.chat(sari).messages[old]["date"] -= int(timedelta(hours=48).total_seconds())
    answer = await call("deleteMessage", chat_id=sari.id, message_id=old)
    refused(answer, 400, "Bad Request: message can't be deleted for everyone")
    assert (await call("deleteMessage", chat_id=sari.id, message_id=new))["ok"]
    refused(
        await call("deleteMessage", chat_id=sari.id, message_id=new),
        400,
        "Bad Request: message to delete not found",
    )
    assert (await call("deleteMessages", chat_id=sari.id, message_ids=[old, new, 999]))["ok"]


async def test_a_button_press_can_be_answered_for_150_seconds(
    call: Call, sim: Simulator, sari: User, clock: FrozenClock
) -> None:
    message = await call("sendMessage", chat_id=sari.id, text="a", reply_markup=keyboard(
        {"text": "Ya", "callback_data": "yes"}
    ))  # fmt: skip
    early = await sim.press(sari, message["result"], "Ya")
    assert (await call("answerCallbackQuery", callback_query_id=early, text="ok"))["ok"]
    late = await sim.press(sari, message["result"], "yes")
    clock.forward(seconds=151)
    words = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    refused(await call("answerCallbackQuery", callback_query_id=late), 400, words)
    refused(await call("answerCallbackQuery", callback_query_id="1"), 400, words)


async def test_captions_and_files(
    call: Call, sim: Simulator, sari: User, http: aiohttp.ClientSession
) -> None:
    long = await call("sendDocument", chat_id=sari.id, document="x", caption="a" * 1025)
    refused(long, 400, "Bad Request: message caption is too long")
    refused(await call("sendPhoto", chat_id=sari.id), 400, "Bad Request: there is no photo in the request")
    unknown = await call("sendVoice", chat_id=sari.id, voice="AwACAgU")
    assert unknown["description"].startswith("Bad Request: wrong remote file identifier specified")
    form = aiohttp.FormData({"chat_id": str(sari.id)})
    form.add_field("document", b"", filename="empty.txt")
    async with http.post(f"/bot{sim.token}/sendDocument", data=form) as answer:
        refused(await answer.json(), 400, "Bad Request: file must be non-empty")
    refused(await call("getFile", file_id="nothing"), 400, "Bad Request: invalid file_id")


async def test_other_calls_with_wrong_parameters(call: Call, sari: User) -> None:
    here = {"chat_id": sari.id}
    wrong = [
        ("sendChatAction", {**here, "action": "dance"}, "wrong parameter action in request"),
        ("sendLocation", {**here, "latitude": 1.0}, "longitude is empty"),
        ("sendLocation", {**here, "latitude": 91, "longitude": 0}, "wrong location specified"),
        ("sendContact", {**here, "first_name": "A"}, 'parameter "phone_number" is required'),
        ("setMyCommands", {"commands": "x"}, "can't parse commands JSON object"),
        ("setMyCommands", {"commands": [{"command": "Big", "description": "a"}]}, "BOT_COMMAND_INVALID"),
        ("deleteMessage", here, "message identifier is not specified"),
        ("deleteMessages", here, "message identifiers are not specified"),
        ("createForumTopic", {**here, "name": "a"}, "the chat is not a forum"),
    ]
    for method, params, description in wrong:
        refused(await call(method, **params), 400, f"Bad Request: {description}")


async def test_tokens_and_methods_that_do_not_exist(http: aiohttp.ClientSession, sim: Simulator) -> None:
    secret = "A" * 35
    for path, code, description in [
        ("/botnonsense/getMe", 404, "Not Found"),
        ("/bot12:short/getMe", 401, "Unauthorized"),
        (f"/bot12:{secret}/getMee", 404, "Not Found: method not found"),
    ]:
        async with http.get(path) as answer:
            assert answer.status == code
            refused(await answer.json(), code, description)
    async with http.get(f"/bot12:{secret}/GETME") as answer:
        assert (await answer.json())["result"]["id"] == 12


async def test_with_a_list_of_tokens_only_these_are_accepted() -> None:
    token = "77:" + "B" * 35
    async with Simulator.start(tokens=[token]) as sim, aiohttp.ClientSession(base_url=sim.url) as http:
        async with http.get(f"/bot{token}/getMe") as answer:
            assert (await answer.json())["result"]["id"] == 77
        async with http.get("/bot77:" + "C" * 35 + "/getMe") as answer:
            refused(await answer.json(), 401, "Unauthorized")
