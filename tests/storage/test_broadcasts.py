"""A broadcast goes to whom it is for, once each, at its pace, and its figures add up whatever happens."""

from __future__ import annotations

import dataclasses
import random
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from storage import (
    BROADCAST,
    Cipher,
    Connection,
    Database,
    TurnRecord,
    audiences,
    broadcast_feed,
    broadcasts,
    chats,
    mask,
    outbox,
    people,
    turns,
)
from storage.audiences import Audience
from storage.broadcast_feed import Call, Sender, Step
from storage.broadcast_models import Recipient
from storage.broadcasts import BroadcastRecord, Draft, SamePerson, WrongState
from storage.leftovers import leftovers, recognise
from tests.storage.conftest import LEASE, NOW

SECOND = timedelta(seconds=1)
DRAFT = Draft("Kabar", {"id": "Ada kabar.", "en": "There is news."})


def word(found: BroadcastRecord, locale: str) -> Call | None:
    return "sendMessage", {"text": found.texts.get(locale, found.texts.get("id", "perbaikan"))}


class Office:
    """Staff and a clock over one database."""

    def __init__(self, db: Database, cipher: Cipher) -> None:
        self.db = db
        self.cipher = cipher
        self.now = NOW
        self.sender = Sender(cipher, 20.0, word, lambda topic: lambda version, day: version == "old")

    async def do(self, call: Any, *arguments: Any, **named: Any) -> Any:
        return await self.db.write(lambda conn: call(conn, *arguments, **named))

    async def people(self, count: int, first: int = 1, **told: Any) -> None:
        def unit(conn: Connection) -> None:
            for number in range(first, first + count):
                chat = chats.ensure(conn, self.cipher, self.cipher.lane(number), number, NOW)
                chats.update(conn, self.cipher, chat, **{"news": "given", **told})

        await self.db.write(unit)

    async def approved(self, draft: Draft = DRAFT, due_at: datetime | None = None) -> int:
        draft = dataclasses.replace(draft, due_at=due_at)
        made: int = await self.do(broadcasts.add, draft, "sari", NOW, "kode")
        await self.do(broadcasts.submit, made, 0)
        await self.do(broadcasts.approve, made, "budi", 0)
        return made

    async def step(self, seconds: float = 0.0) -> Step:
        self.now += timedelta(seconds=seconds)
        found: Step = await self.do(broadcast_feed.step, self.sender, self.now)
        return found

    async def begin(self) -> None:
        """Find the audience; the pace counts from here."""
        while (await self.step()).hurry:
            pass

    async def send(self, most: int = 1000, refuse: set[int] = frozenset()) -> int:  # type: ignore[assignment]
        """Send what waits, as delivery does -> how many."""

        def unit(conn: Connection) -> int:
            rows = outbox.claim(conn, self.cipher, "worker", self.now, self.now + 60 * SECOND, most)
            for row in rows:
                if row.chat_id in refuse:
                    outbox.failed(conn, row, "blocked", self.now)
                    chats.stop(conn, row.lane, "blocked", self.now)
                else:
                    outbox.sent(conn, row, row.chat_id, self.now)
            return len(rows)

        return await self.db.write(unit)

    async def finish(self, made: int, refuse: set[int] = frozenset()) -> BroadcastRecord:  # type: ignore[assignment]
        for _ in range(200):
            await self.step(0.5)
            await self.send(refuse=refuse)
            if (found := await self.get(made)).over:
                return found
        raise AssertionError(found)

    async def get(self, made: int) -> BroadcastRecord:
        found: BroadcastRecord = await self.do(broadcasts.get, made)
        return found


def figures(found: BroadcastRecord) -> dict[str, int]:
    names = ("audience", "sent", "blocked", "failed", "skipped", "gone", "left", "duplicates")
    return {name: getattr(found, name) for name in names if getattr(found, name)}


@pytest.fixture
def office(db: Database, cipher: Cipher) -> Office:
    return Office(db, cipher)


async def test_an_audience_is_who_said_yes_narrowed_by_what_they_told(office: Office) -> None:
    await office.people(2, 1, news_destination="TW", news_province="JI", locale="jv")
    await office.people(2, 11, news_destination="HK", news_locale="id", consent="given")
    await office.people(1, 21, news="declined")
    await office.people(1, 22, news=None)
    await office.people(1, 23, stopped=True)

    def ask(conn: Connection) -> None:
        for number, topic in ((1, "passport"), (11, "passport"), (12, "visa")):
            chat = chats.find(conn, office.cipher, office.cipher.lane(number))
            assert chat is not None
            turns.record(conn, office.cipher, chat.id, TurnRecord(topic=topic, rung="answer"), NOW)

    await office.db.write(ask)

    async def size(**narrowed: str) -> int:
        found: int = await office.do(audiences.count, Audience(**narrowed))
        return found

    assert await size() == 4
    assert (await size(destination="TW"), await size(destination="MY")) == (2, 0)
    assert (await size(province="JI"), await size(language="id"), await size(language="jv")) == (2, 2, 2)
    # What was asked counts only of those who agreed that it is kept.
    assert await size(asked="passport") == 1
    assert await size(destination="HK", language="id", asked="visa") == 1


async def test_it_needs_a_second_person_and_the_right_moment(office: Office) -> None:
    draft = dataclasses.replace(DRAFT, due_at=NOW + 60 * SECOND)
    made = await office.do(broadcasts.add, draft, "sari", NOW, "kode")
    with pytest.raises(WrongState):
        await office.do(broadcasts.approve, made, "budi", 0)
    await office.do(broadcasts.submit, made, 3)
    with pytest.raises(SamePerson):
        await office.do(broadcasts.approve, made, "sari", 0)
    with pytest.raises(WrongState):
        await office.do(broadcasts.change, made, DRAFT, "sari")
    await office.people(3)
    await office.do(broadcasts.approve, made, "budi", 3)
    assert not (await office.step(59)).running
    assert (await office.step(2)).running
    with pytest.raises(WrongState):
        await office.do(broadcasts.take_back, made)
    done = await office.finish(made)
    assert (done.created_by, done.approved_by, figures(done)) == ("sari", "budi", {"audience": 3, "sent": 3})


async def test_the_pace_is_kept_and_nobody_is_left_out_or_told_twice(office: Office) -> None:
    await office.people(100)
    made = await office.approved()
    await office.begin()
    put = []
    for _ in range(10):
        put.append((await office.step(0.25)).put)
        await office.send()
    assert put == [5] * 10
    # However long nothing was done, nothing is made up for.
    assert (await office.step(60)).put == 20
    # What is not sent yet holds the next ones back.
    assert [(await office.step(1)).put for _ in range(3)] == [20, 0, 0]
    done = await office.finish(made)
    assert figures(done) == {"audience": 100, "sent": 100}
    sent = await office.do(lambda conn: conn.execute(text("SELECT lane, priority FROM outbox")).all())
    assert len({lane for lane, _ in sent}) == len(sent) == 100
    assert {priority for _, priority in sent} == {BROADCAST}


async def test_a_pause_takes_back_what_has_not_begun(office: Office) -> None:
    await office.people(30)
    made = await office.approved()
    await office.begin()
    await office.step(1)
    in_hand = await office.db.write(
        lambda conn: outbox.claim(conn, office.cipher, "worker", office.now, LEASE, 5)
    )
    await office.do(broadcasts.pause, made)
    assert await office.send() == 0
    assert not (await office.step(5)).running
    for row in in_hand:
        await office.do(outbox.sent, row, 1, office.now)
    await office.step(1)
    assert figures(await office.get(made)) == {"audience": 30, "sent": 5, "left": 25}
    with pytest.raises(WrongState):
        await office.do(broadcasts.pause, made)
    await office.do(broadcasts.resume, made)
    assert figures(await office.finish(made)) == {"audience": 30, "sent": 30}
    assert await office.do(lambda conn: conn.execute(text("SELECT count(*) FROM outbox")).scalar()) == 30


async def test_it_adds_up_whatever_people_do_meanwhile(office: Office, db: Database, cipher: Cipher) -> None:
    await office.people(40)
    made = await office.approved()
    await office.begin()
    await office.step(0.5)
    person = await db.read(lambda conn: recognise(conn, cipher, cipher.lane(39)))

    def meanwhile(conn: Connection) -> None:
        for number in (2, 38, 39, 40):  # one whose message waits, three who would have been next
            people.erase(conn, cipher.lane(number), office.now)
        for number in (35, 36):
            chat = chats.find(conn, cipher, cipher.lane(number))
            assert chat is not None
            chats.update(conn, cipher, chat, news="stopped")
        chats.stop(conn, cipher.lane(34), "blocked", office.now)

    await db.write(meanwhile)
    assert await db.read(lambda conn: leftovers(conn, cipher, person)) == []
    done = await office.finish(made, refuse={5, 6})
    assert figures(done) == {"audience": 40, "sent": 31, "blocked": 3, "skipped": 2, "gone": 4}
    assert done.finished_at is not None
    assert await office.do(broadcast_feed.purgeable, office.now + SECOND) == 36
    assert await office.do(broadcast_feed.purge, office.now + SECOND, 30) == 30
    assert figures(await office.get(made))["audience"] == 40


async def test_a_stop_ends_it_and_says_who_was_not_told(office: Office) -> None:
    await office.people(30)
    made = await office.approved()
    await office.begin()
    await office.step(1)
    await office.send(7)
    await office.do(people.erase, office.cipher.lane(30), office.now)
    await office.do(broadcasts.stop, made, office.now)
    await office.step(1)
    assert await office.send() == 0
    stopped = await office.get(made)
    assert figures(stopped) == {"audience": 30, "sent": 7, "gone": 1, "left": 22}
    with pytest.raises(WrongState):
        await office.do(broadcasts.resume, made)


@pytest.mark.parametrize("seed", range(3))
async def test_kills_at_any_moment_lose_nobody_and_mark_what_is_repeated(office: Office, seed: int) -> None:
    chance = random.Random(seed)
    await office.people(60)
    made = await office.approved()
    told: list[int] = []
    in_flight = 0
    for _ in range(400):
        await office.step(chance.random())
        rows = await office.db.write(
            lambda conn: outbox.claim(conn, office.cipher, "worker", office.now, office.now + SECOND, 5)
        )
        killed_after = chance.randint(0, 2 * len(rows))
        for row in rows[:killed_after]:
            told.append(row.chat_id)
            await office.do(outbox.sent, row, 1, office.now)
        for row in rows[killed_after:]:  # Telegram has it, we died before noting it
            told.append(row.chat_id)
            in_flight += 1
        await office.do(outbox.recover, office.now, dead_owner="worker")
        if (found := await office.get(made)).over:
            break
    assert figures(found)["sent"] == figures(found)["audience"] == 60
    assert set(told) == set(range(1, 61))
    assert len(told) - 60 == in_flight
    assert found.duplicates == len({each for each in told if told.count(each) > 1})


async def test_a_correction_reaches_those_who_were_given_the_old_text_once(office: Office) -> None:
    yes = {"consent": "given", "news": None}
    await office.people(1, 1, **yes)
    await office.people(1, 2, **yes | {"news": "declined", "locale": "en"})
    await office.people(1, 3, **yes | {"news": "stopped"})
    await office.people(3, 4, **yes)

    def answered(conn: Connection) -> None:
        for number, version, topic, outcome in (
            (1, "old", "visa", "answered"),
            (1, "old", "visa", "answered"),
            (2, "old", "visa", "answered"),
            (3, "old", "visa", "answered"),
            (4, "new", "visa", "answered"),
            (5, "old", "passport", "answered"),
            (6, "old", "visa", "offered"),
        ):
            chat = chats.find(conn, office.cipher, office.cipher.lane(number))
            assert chat is not None
            record = TurnRecord(
                text=mask("?"), topic=topic, content_version=version, outcome=outcome, rung="answer"
            )
            turns.record(conn, office.cipher, chat.id, record, NOW)

    await office.db.write(answered)

    def wrong(version: str | None, day: date) -> bool:
        return version == "old" and day == NOW.date()

    assert await office.do(audiences.count_misled, "visa", wrong) == 2
    made = await office.do(broadcasts.add_correction, "visa", "a" * 16, "Visa", "sari", NOW, "kode")
    assert await office.do(broadcasts.add_correction, "visa", "a" * 16, "Visa", "budi", NOW, "x") is None
    assert await office.do(broadcasts.told, ["a" * 16, "b" * 16]) == {"a" * 16: made}
    await office.do(broadcasts.submit, made, 2)
    await office.do(broadcasts.approve, made, "budi", 2)
    assert figures(await office.finish(made)) == {"audience": 2, "sent": 2}

    def chats_told(conn: Connection) -> list[int]:
        return [row for (row,) in conn.execute(select(Recipient.chat_id).order_by(Recipient.chat_id))]

    assert len(await office.do(chats_told)) == 2
