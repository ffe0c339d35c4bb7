"""One update answered: all that follows from it is stored at once or not at all."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from datetime import timedelta
from typing import Any

import pytest

from simulator import Simulator, User
from storage import InboxRow, LeaseLost, inbox
from tests.bot.house import House, working
from tests.bot.tools import until, written

QUESTION = "cara buat paspor"
PERSON = {"id": 9, "is_bot": False, "first_name": "A"}
DANGER = "majikan memukul saya tiap hari"
TABLES = ("chats", "turns", "cases", "case_events", "outbox", "counters")


@pytest.fixture
def user(sim: Simulator) -> User:
    return sim.add_user("Sari", started=True)


async def claimed(house: House, update: dict[str, Any]) -> InboxRow:
    """Store an update and take it in hand."""
    app, now = house.app, house.clock()
    await app.intake.accept([update], "polling")
    [row] = await app.database.write(
        lambda conn: inbox.claim(
            conn, app.database.cipher, app.owner, now, now + timedelta(seconds=60), 1, 1, ()
        )
    )
    return row


# One commit


@pytest.mark.parametrize("refused", ["turns", "cases", "case_events", "outbox", "counters", "chats"])
async def test_a_failure_in_the_middle_leaves_nothing_behind(idle: House, user: User, refused: str) -> None:
    async with working(idle):
        await idle.consent(user)
    before = {table: idle.select(f"SELECT * FROM {table} ORDER BY 1, 2") for table in TABLES}
    event = "UPDATE" if refused == "chats" else "INSERT"
    trigger = f"CREATE TRIGGER broken BEFORE {event} ON {refused} BEGIN SELECT RAISE(ABORT, 'broken'); END"
    row = await claimed(idle, written(900_001, DANGER, chat=user.id))
    chat = await idle.chat(user)
    assert idle.app.turns is not None
    with contextlib.closing(sqlite3.connect(idle.store_file)) as other:
        other.execute(trigger)
        other.commit()
        with pytest.raises(Exception, match="broken"):
            await idle.app.turns.take(row, chat)
        assert {table: idle.select(f"SELECT * FROM {table} ORDER BY 1, 2") for table in TABLES} == before
        assert idle.select("SELECT update_id FROM inbox WHERE state = 'new'") == [(900_001,)]
        other.execute("DROP TRIGGER broken")
        other.commit()
    await idle.app.turns.take(row, chat)
    grown = [table for table in TABLES if idle.count(table) > len(before[table])]
    assert set(grown) >= {"turns", "cases", "outbox"}
    assert idle.select("SELECT update_id FROM inbox WHERE state = 'new'") == []


async def test_an_update_that_somebody_else_answered_is_not_answered_again(idle: House, user: User) -> None:
    row = await claimed(idle, written(1, QUESTION, chat=user.id))
    assert idle.app.turns is not None
    await idle.app.turns.take(row, None)
    stored = idle.count("outbox")
    with pytest.raises(LeaseLost):
        await idle.app.turns.take(row, None)
    assert idle.count("outbox") == stored > 0


async def test_without_consent_no_words_are_kept(house: House, user: User) -> None:
    await house.write(user, QUESTION)
    await house.write(user, DANGER)
    assert house.count("turns") == 0
    assert house.count("counters") > 0
    assert house.select("SELECT kind FROM cases") == [("danger",)]
    assert house.select("SELECT payload_sealed, lane FROM inbox") == [(None, None)] * 2


async def test_with_consent_they_are_kept_masked(house: House, user: User) -> None:
    await house.consent(user)
    await house.write(user, f"{QUESTION}, HP saya 0812-0000-0001")
    held = await exported(house, user)
    assert "[HP]" in json.dumps(held["turns"])
    assert "0812" not in json.dumps(held)


@pytest.mark.parametrize(
    "update",
    [
        {"channel_post": {"message_id": 1, "date": 1, "chat": {"id": -9, "type": "channel", "title": "K"}}},
        {"inline_query": {"id": "1", "from": PERSON, "query": "x", "offset": ""}},
        {
            "message_reaction": {
                "chat": {"id": 9, "type": "private"},
                "message_id": 1,
                "date": 1,
                "old_reaction": [],
                "new_reaction": [{"type": "emoji", "emoji": "👍"}],
            }
        },
        {"something_of_next_year": {"chat": {"id": 9, "type": "private"}}},
        {},
    ],
    ids=lambda update: next(iter(update), "empty"),
)
async def test_what_needs_no_answer_gets_none(idle: House, update: dict[str, Any]) -> None:
    row = await claimed(idle, {"update_id": 1, **update})
    assert idle.app.turns is not None
    await idle.app.turns.take(row, None)
    assert idle.count("outbox") == 0
    assert idle.select("SELECT state FROM inbox") == [("done",)]


# Erasing and handing over


async def test_erasing_deletes_what_the_bot_wrote_and_leaves_nothing(
    house: House, user: User, sim: Simulator
) -> None:
    other = sim.add_user("Budi", started=True)
    await house.consent(other)
    kept = {table: house.count(table) for table in ("chats", "turns", "cases", "outbox")}
    await house.consent(user)
    await house.write(user, DANGER)
    await house.write(user, QUESTION)
    [question] = await house.write(user, "/hapus")
    [goodbye] = await house.press(user, question, "Ya, hapus")
    assert "semua sudah dihapus" in goodbye["text"]
    mine = [message for message in sim.messages(user) if message["from"]["is_bot"]]
    assert mine == [goodbye]
    assert {table: house.count(table) for table in kept} == kept
    assert await house.chat(user) is None
    assert house.select("SELECT * FROM inbox WHERE lane IS NOT NULL OR payload_sealed IS NOT NULL") == []
    lane = house.app.database.cipher.lane(user.id)
    assert house.select(f"SELECT * FROM lanes WHERE lane = '{lane}'") == []
    # The other one's chat is as it was.
    assert len([message for message in sim.messages(other) if message["from"]["is_bot"]]) >= 2


async def test_what_is_older_than_telegram_allows_stays_and_costs_nothing(
    house: House, user: User, sim: Simulator
) -> None:
    [old, *_] = await house.write(user, QUESTION)
    house.clock.forward(49 * 3600)
    [question] = await house.write(user, "/hapus")
    [goodbye] = await house.press(user, question, "Ya, hapus")
    mine = [message["message_id"] for message in sim.messages(user) if message["from"]["is_bot"]]
    assert old["message_id"] in mine
    assert question["message_id"] not in mine
    assert goodbye["message_id"] in mine
    assert house.count("outbox") == 0


async def exported(house: House, who: User) -> dict[str, Any]:
    """What /dataku hands over, as JSON."""
    replies = await house.write(who, "/dataku")
    documents = [
        house.sim.world.files.by_id[message["document"]["file_id"]]
        for message in replies
        if "document" in message
    ]
    assert [document.name.rpartition(".")[2] for document in documents] == ["txt", "json"]
    held: dict[str, Any] = json.loads(documents[1].data)
    return held


async def test_the_export_holds_everything_of_this_person_and_nothing_of_others(
    house: House, user: User, sim: Simulator
) -> None:
    other = sim.add_user("Budi", started=True)
    for each, words in ((user, "cara buat paspor di Blitar"), (other, "cara buat paspor di Malang")):
        await house.consent(each)
        await house.write(each, words)
        await house.write(each, DANGER)
    replies = await house.write(user, "/dataku")
    readable, machine = (
        house.sim.world.files.by_id[message["document"]["file_id"]].data.decode() for message in replies[1:]
    )
    held = json.loads(machine)
    assert held["chat"]["chat_id"] == user.id
    assert "cara buat paspor di Blitar" in [turn["text"] for turn in held["turns"]]
    assert [case["kind"] for case in held["cases"]] == ["danger"]
    assert len(held["sent"]) >= 4
    for text in (readable, machine):
        assert "Blitar" in text
        assert "Malang" not in text
        assert str(other.id) not in text
        assert house.app.database.cipher.lane(user.id) not in text


async def test_exports_do_not_hold_earlier_exports(house: House, user: User) -> None:
    """Each would hold all before it, and soon be too large for the store and for Telegram."""
    await house.consent(user)
    sizes = [len(json.dumps(await exported(house, user))) for _ in range(5)]
    assert sizes[4] - sizes[3] < 1.2 * (sizes[2] - sizes[1])
    assert "file_base64" not in json.dumps(await exported(house, user))


# What fails and costs nothing


@pytest.mark.parametrize("kind", ["server_error", "close", "error", "deactivated"])
async def test_a_cosmetic_call_that_fails_costs_nothing(
    house: House, user: User, sim: Simulator, kind: str
) -> None:
    [*_, question] = await house.write(user, "visa kerja itu apa")
    fault = {"code": 400, "description": "Bad Request: something new"} if kind == "error" else {}
    sim.fail(kind, method="answerCallbackQuery", **fault)
    [thanks] = await house.press(user, question, "Setuju")
    assert "Terima kasih" in thanks["text"]
    await until(lambda: sim.calls.by_method["answerCallbackQuery"] == 1)
    assert "answerCallbackQuery" not in {method for (method,) in house.select("SELECT method FROM outbox")}
    chat = await house.chat(user)
    assert chat is not None
    assert not chat.stopped


async def failing(house: House, update: dict[str, Any]) -> None:
    """Let an update fail three times; it cannot even be read."""
    await house.app.intake.accept([update], "polling")
    for tries in (1, 2, 3):
        await until(
            lambda tries=tries: (
                house.select("SELECT attempts FROM inbox WHERE error IS NOT NULL") == [(tries,)]
            )
        )
        house.clock.forward(5)
        house.app.lanes.wake()
    await house.settled()


async def test_an_update_that_cannot_be_answered_gets_an_apology(
    house: House, user: User, sim: Simulator
) -> None:
    await failing(house, written(900_001, QUESTION, chat=user.id, date="not a time"))
    [apology] = [message for message in sim.messages(user) if message["from"]["is_bot"]]
    assert "Maaf, ada gangguan" in apology["text"]
    assert apology["reply_markup"]["inline_keyboard"]
    assert house.select("SELECT state, error FROM inbox WHERE state = 'dead'") == [("dead", "TypeError")]
    [answer, *_] = await house.write(user, QUESTION)
    assert "Paspor" in answer["text"]


@pytest.mark.parametrize("kind", ["message", "channel_post"])
async def test_nobody_apologises_in_a_group_or_a_channel(house: House, sim: Simulator, kind: str) -> None:
    group = sim.add_group("Grup", "channel" if kind == "channel_post" else "group")
    broken = {"message_id": 1, "date": "not a time", "chat": group.as_json(), "text": "x"}
    await failing(house, {"update_id": 900_001, kind: broken})
    assert sim.messages(group) == []
    assert house.count("outbox") == 0
