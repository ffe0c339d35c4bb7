"""A turn is stored whole or not at all, with no more than the person agreed to."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text

from storage import (
    Chat,
    Cipher,
    Connection,
    Database,
    Feedback,
    Finished,
    InboxRow,
    LeaseLost,
    NewCase,
    TurnOutcome,
    TurnRecord,
    cases,
    chats,
    counters,
    finish_turn,
    inbox,
    mask,
    outbox,
    people,
    turns,
)
from storage.staff_models import CaseLabel
from tests.storage.conftest import LEASE, NOW

CHAT_ID = 998877665544
RECORD = TurnRecord(
    text=mask("gaji taiwan berapa"),
    language="id",
    topic="salary-by-country",
    ranking=(("salary-by-country", 0.93), ("dest-taiwan", 0.04)),
    rung="answer",
    confidence=0.93,
    danger=(),
    destination="TW",
    asks_for="self",
    content_version="abc",
    latency_ms=12,
    engine="embedded",
    outcome="answered",
)
REPLY = [("sendMessage", {"text": "NT$29,500"})]


@pytest.fixture
def person(db: Database, cipher: Cipher) -> Person:
    return Person(db, cipher)


class Person:
    """Somebody who writes, and the worker that answers."""

    def __init__(self, db: Database, cipher: Cipher) -> None:
        self.db = db
        self.cipher = cipher
        self.lane = cipher.lane(CHAT_ID)
        self.update_id = 0

    async def do(self, call: Any, *arguments: Any, **named: Any) -> Any:
        return await self.db.write(lambda conn: call(conn, *arguments, **named))

    async def write(self, words: str = "halo") -> InboxRow:
        self.update_id += 1
        item = (self.update_id, self.lane, f'{{"text":"{words}"}}'.encode())
        await self.do(inbox.accept, self.cipher, 1, [item], NOW)
        (row,) = await self.do(inbox.claim, self.cipher, "one", NOW, LEASE, 9, 1)
        return row

    async def chat(self) -> Chat:
        found = await self.do(chats.find, self.cipher, self.lane)
        return found or chats.new(self.lane, CHAT_ID, NOW)

    async def turn(self, now: Any = NOW, **outcome: Any) -> Finished:
        row = await self.write()
        return await self.do(finish_turn, self.cipher, row, await self.chat(), TurnOutcome(**outcome), now)

    async def counts(self) -> dict[str, int]:
        tables = ("inbox", "outbox", "chats", "turns", "cases", "case_events", "counters", "lanes")

        def count(conn: Connection) -> dict[str, int]:
            return {
                table: conn.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables
            }

        return {table: n for table, n in (await self.do(count)).items() if n}


CONSENT = {"consent": "given", "consent_version": "2026-11", "consent_at": NOW}


async def test_everything_of_a_turn_is_stored_together(person: Person) -> None:
    done = await person.turn(
        calls=REPLY,
        record=RECORD,
        case=NewCase(kind="person", topic="complaint", detail=mask("tolong")),
        changes={**CONSENT, "locale": "jv", "context": {"topic": "dest-taiwan"}},
    )
    assert done.chat == await person.chat()
    assert (done.chat.locale, done.chat.consent, done.chat.context) == (
        "jv",
        "given",
        {"topic": "dest-taiwan"},
    )
    (turn,) = await person.do(turns.of_chat, person.cipher, done.chat.id)
    assert (turn.id, turn.text, turn.topic, turn.rung, turn.at) == (
        done.turn_id,
        "gaji taiwan berapa",
        "salary-by-country",
        "answer",
        NOW,
    )
    (case,) = await person.do(cases.queue)
    assert (case.id, case.kind, case.pseudonym) == (done.case_id, "person", done.chat.pseudonym)
    (call,) = await person.do(outbox.claim, person.cipher, "two", NOW, LEASE, 9)
    assert (call.chat_id, call.params, call.turn_id) == (CHAT_ID, {"text": "NT$29,500"}, done.turn_id)
    found = await person.do(counters.totals, "turns", NOW.date(), NOW.date())
    assert found == {(NOW.date(), "id salary-by-country answer"): 1}


async def test_people_hours_and_destinations_are_counted_by_jakartas_day(person: Person) -> None:
    async def total(name: str) -> dict[tuple[str, str], int]:
        days = person.do(counters.totals, name, NOW.date(), NOW.date() + timedelta(days=1))
        return {(str(day), label): n for (day, label), n in (await days).items()}

    await person.turn(record=RECORD)
    await person.turn(record=dataclasses.replace(RECORD, outcome="blocked"))
    await person.turn(record=RECORD)
    assert await total("people") == {("2026-11-24", "new"): 1, ("2026-11-24", "active"): 1}
    assert await total("hours") == {("2026-11-24", "15"): 2}
    assert await total("destinations") == {("2026-11-24", "TW"): 3}
    # 17:30 in London's winter is half past midnight in Jakarta.
    await person.turn(record=RECORD, now=datetime(2026, 11, 24, 17, 30, tzinfo=UTC))
    assert (await total("people"))["2026-11-25", "active"] == 1
    assert (await total("hours"))["2026-11-25", "00"] == 1


async def test_a_turn_without_consent_is_counted_and_not_kept(person: Person) -> None:
    for consent in ("none", "asked", "declined"):
        done = await person.turn(
            calls=REPLY,
            record=RECORD,
            case=NewCase(kind="unanswered"),
            changes={"consent": consent},
        )
        assert done.turn_id is None
        assert done.case_id is not None
    assert (await person.counts()).get("turns") is None
    assert await person.do(counters.totals, "turns", NOW.date(), NOW.date()) == {
        (NOW.date(), "id salary-by-country answer"): 3
    }


async def test_what_somebody_writes_for_staff_reaches_them_without_consent(person: Person) -> None:
    done = await person.turn(
        case=NewCase(kind="person", detail=mask("gaji saya ditahan")), changes={"consent": "declined"}
    )
    (event,) = await person.do(cases.events, person.cipher, done.case_id)
    assert event.detail == "gaji saya ditahan"


async def test_a_turn_of_a_lost_lease_stores_nothing(person: Person) -> None:
    row = await person.write()
    await person.do(inbox.recover, LEASE)
    before = await person.counts()
    outcome = TurnOutcome(calls=REPLY, record=RECORD, changes=CONSENT, case=NewCase(kind="danger"))
    with pytest.raises(LeaseLost):
        await person.do(finish_turn, person.cipher, row, await person.chat(), outcome, NOW)
    assert await person.counts() == before


async def test_a_turn_that_fails_at_its_end_stores_nothing_and_may_be_tried_again(person: Person) -> None:
    row = await person.write()
    before = await person.counts()

    def broken(_: int | None) -> Any:
        raise ValueError("a bug")

    outcome = TurnOutcome(calls=broken, record=RECORD, changes=CONSENT, case=NewCase(kind="danger"))
    with pytest.raises(ValueError, match="a bug"):
        await person.do(finish_turn, person.cipher, row, await person.chat(), outcome, NOW)
    assert await person.counts() == before
    await person.do(finish_turn, person.cipher, row, await person.chat(), TurnOutcome(calls=REPLY), NOW)


async def test_two_workers_finishing_one_update_answer_once(person: Person) -> None:
    row, chat = await person.write(), await person.chat()
    outcome = TurnOutcome(calls=REPLY)
    results = await asyncio.gather(
        *(person.do(finish_turn, person.cipher, row, chat, outcome, NOW) for _ in range(5)),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in results) == ["Finished", *["LeaseLost"] * 4]
    assert (await person.counts())["outbox"] == 1


async def test_calls_may_depend_on_the_stored_turn(person: Person) -> None:
    await person.turn(changes=CONSENT)
    done = await person.turn(record=RECORD, calls=lambda turn_id: [("sendMessage", {"text": str(turn_id)})])
    (call,) = await person.do(outbox.claim, person.cipher, "two", NOW, LEASE, 9)
    assert call.params == {"text": str(done.turn_id)}


@pytest.mark.parametrize("count", [1, 2, 3, 4, 9])
async def test_replies_keep_their_order_however_many(person: Person, count: int) -> None:
    texts = [str(n) for n in range(count)]
    record = dataclasses.replace(RECORD, danger=("violence", "confinement"))
    done = await person.turn(
        record=record, changes=CONSENT, calls=[("sendMessage", {"text": t}) for t in texts]
    )
    sent = []
    for _ in texts:
        (call,) = await person.do(outbox.claim, person.cipher, "two", NOW, LEASE, 9)
        sent.append(call.params["text"])
        assert call.turn_id == done.turn_id
        await person.do(outbox.sent, call, 1, NOW)
    assert sent == texts
    counted = await person.do(counters.totals, "danger", NOW.date(), NOW.date())
    assert sum(counted.values()) == 2
    assert (await person.counts()).get("lanes") is None


async def test_feedback_counts_for_turns_of_the_same_person_only(person: Person) -> None:
    done = await person.turn(record=RECORD, changes=CONSENT)
    assert done.turn_id is not None
    stranger = await person.do(chats.ensure, person.cipher, "f" * 32, 1, NOW)
    assert not await person.do(turns.feedback, stranger.id, done.turn_id, True)
    await person.turn(feedback=Feedback(turn_id=done.turn_id, topic="salary-by-country", helpful=False))
    (turn,) = await person.do(turns.of_chat, person.cipher, done.chat.id)
    assert turn.helpful is False
    counted = await person.do(counters.totals, "feedback", NOW.date(), NOW.date())
    assert counted == {(NOW.date(), "salary-by-country no"): 1}


async def test_feedback_on_a_turn_that_is_not_stored_is_counted_by_topic(person: Person) -> None:
    for turn_id, helpful in ((None, True), (None, False), (12345, False)):
        feedback = Feedback(turn_id=turn_id, topic="passport-apply", helpful=helpful)
        await person.turn(feedback=feedback)
    counted = await person.do(counters.totals, "feedback", NOW.date(), NOW.date())
    assert counted == {(NOW.date(), "passport-apply yes"): 1, (NOW.date(), "passport-apply no"): 2}


async def test_writing_again_ends_a_stop(person: Person) -> None:
    await person.turn()
    await person.do(chats.stop, person.lane, "blocked", NOW)
    chat = await person.chat()
    assert (chat.stopped, chat.stopped_reason, chat.stopped_at) == (True, "blocked", NOW)
    done = await person.turn(calls=REPLY)
    assert done.chat == await person.chat()
    assert not done.chat.stopped
    assert len(await person.do(outbox.claim, person.cipher, "two", NOW, LEASE, 9)) == 1


async def test_the_notice_of_a_block_does_not_end_the_stop_that_came_before_it(person: Person) -> None:
    await person.turn()
    await person.do(chats.stop, person.lane, "deactivated", NOW)
    later = NOW + timedelta(minutes=1)
    blocked = {"stopped": True, "stopped_reason": "blocked", "stopped_at": later}
    done = await person.turn(now=later, changes=blocked)
    assert done.chat == await person.chat()
    assert (done.chat.stopped, done.chat.stopped_reason, done.chat.stopped_at) == (True, "blocked", later)
    done = await person.turn(changes={"stopped": False, "stopped_reason": None, "stopped_at": None})
    assert not done.chat.stopped


async def test_a_chat_erased_between_reading_and_storing_is_made_anew(person: Person) -> None:
    await person.turn(changes=CONSENT)
    chat = await person.chat()
    row = await person.write()
    await person.do(people.erase, person.lane, NOW, keep_new=True)
    done = await person.do(
        finish_turn, person.cipher, row, chat, TurnOutcome(calls=REPLY, changes={"locale": "en"}), NOW
    )
    assert done.chat.id != chat.id
    assert done.chat.locale == "en"


async def test_unmasked_text_is_refused(person: Person) -> None:
    await person.turn(changes=CONSENT)
    raw: Any = "0812"
    with pytest.raises(TypeError, match="mask"):
        await person.turn(record=TurnRecord(text=raw))
    chat = await person.chat()
    with pytest.raises(TypeError, match="mask"):
        await person.do(cases.open, person.cipher, chat.id, "danger", now=NOW, detail=raw)


async def test_a_chat_has_no_other_changes(person: Person) -> None:
    with pytest.raises(TypeError, match="lane"):
        await person.do(chats.update, person.cipher, await person.chat(), lane="x")


async def test_erasing_leaves_ids_of_updates_and_the_goodbye_only(person: Person) -> None:
    done = await person.turn(
        calls=REPLY, record=RECORD, case=NewCase(kind="danger", detail=mask("x")), changes=CONSENT
    )
    (call,) = await person.do(outbox.claim, person.cipher, "two", NOW, LEASE, 9)
    await person.do(outbox.sent, call, 77, NOW)

    def goodbye(_: int | None) -> Any:
        return [("sendMessage", {"text": "Sudah dihapus."})]

    gone = await person.turn(erase=True, calls=goodbye, record=RECORD, case=NewCase(kind="person"))
    assert (gone.chat.id, gone.turn_id, gone.case_id) == (0, None, None)
    assert await person.counts() == {"inbox": 2, "outbox": 1, "counters": 5, "lanes": 1}
    (call,) = await person.do(outbox.claim, person.cipher, "two", NOW, LEASE, 9)
    assert call.params == {"text": "Sudah dihapus."}
    await person.do(outbox.sent, call, 78, NOW)
    assert await person.counts() == {"inbox": 2, "counters": 5}
    assert await person.do(people.erase, person.lane, NOW) is False
    assert await person.do(inbox.accept, person.cipher, 1, [(1, person.lane, b"{}")], NOW) == 0
    again = await person.turn(changes=CONSENT)
    assert again.chat.id != done.chat.id


async def test_deletions_are_prepared_while_the_person_is_still_stored(person: Person) -> None:
    await person.turn(calls=REPLY)
    (call,) = await person.do(outbox.claim, person.cipher, "two", NOW, LEASE, 9)
    await person.do(outbox.sent, call, 77, NOW)
    row, chat = await person.write(), await person.chat()

    def erase(conn: Connection) -> None:
        def calls(_: int | None) -> Any:
            return [("deleteMessages", {"message_ids": outbox.deletable(conn, row.lane, NOW)})]

        finish_turn(conn, person.cipher, row, chat, TurnOutcome(erase=True, calls=calls), NOW)

    await person.db.write(erase)
    (call,) = await person.do(outbox.claim, person.cipher, "two", NOW, LEASE, 9)
    assert call.params == {"message_ids": [77]}


async def test_what_was_written_after_the_wish_to_be_erased_is_answered(person: Person) -> None:
    row = await person.write()
    await person.do(inbox.accept, person.cipher, 1, [(50, person.lane, b'{"text":"halo lagi"}')], NOW)
    await person.do(finish_turn, person.cipher, row, await person.chat(), TurnOutcome(erase=True), NOW)
    (later,) = await person.do(
        inbox.claim, person.cipher, "one", NOW + timedelta(1), LEASE + timedelta(1), 9, 1
    )
    assert later.update_id == 50


async def test_erasing_from_outside_stops_the_turn_under_way(person: Person) -> None:
    row = await person.write()
    assert await person.do(people.erase, person.lane, NOW) is True
    with pytest.raises(LeaseLost):
        await person.do(finish_turn, person.cipher, row, await person.chat(), TurnOutcome(calls=REPLY), NOW)
    assert await person.counts() == {"inbox": 1}


async def test_everything_held_is_handed_over(person: Person) -> None:
    done = await person.turn(
        calls=REPLY,
        record=RECORD,
        case=NewCase(kind="danger", topic="violence", detail=mask("dipukul majikan")),
        changes={**CONSENT, "context": {"a": 1}},
    )
    label = insert(CaseLabel).values(case_id=done.case_id, label="gaji")
    await person.db.write(lambda conn: conn.execute(label))
    row = await person.write("pesan mati")
    await person.do(inbox.dead, row, "poison", NOW)
    await person.write("pesan baru")
    held = await person.do(people.export, person.cipher, person.lane)
    assert held["chat"]["chat_id"] == CHAT_ID
    assert held["chat"]["consent_at"] == NOW.isoformat()
    assert held["chat"]["context"] == {"a": 1}
    assert held["turns"][0]["text"] == "gaji taiwan berapa"
    assert held["turns"][0]["ranking"] == [["salary-by-country", 0.93], ["dest-taiwan", 0.04]]
    assert held["cases"][0]["labels"] == ["gaji"]
    assert held["cases"][0]["events"][0]["detail"] == "dipukul majikan"
    assert [each["update"]["text"] for each in held["received"]] == ["pesan baru", "pesan mati"]
    assert held["sent"][0]["params"] == {"text": "NT$29,500"}


async def test_nothing_is_handed_over_of_somebody_unknown(person: Person) -> None:
    held = await person.do(people.export, person.cipher, "0" * 32)
    assert held == {"chat": None, "turns": [], "cases": [], "received": [], "sent": [], "repeated": []}
