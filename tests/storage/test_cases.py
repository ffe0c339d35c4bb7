"""One open case for one person, the most urgent first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from storage import Cipher, Connection, Database, cases, chats, counters, mask
from storage.pseudonyms import pseudonym
from tests.storage.conftest import NOW

HOUR = timedelta(hours=1)


@pytest.fixture
def desk(db: Database, cipher: Cipher) -> Desk:
    return Desk(db, cipher)


class Desk:
    def __init__(self, db: Database, cipher: Cipher) -> None:
        self.db = db
        self.cipher = cipher

    async def do(self, call: Any, *arguments: Any, **named: Any) -> Any:
        return await self.db.write(lambda conn: call(conn, *arguments, **named))

    async def chat(self, name: str) -> int:
        chat = await self.do(chats.ensure, self.cipher, name, 1, NOW)
        row_id: int = chat.id
        return row_id

    async def sign(self, name: str, kind: str, now: Any = NOW, **more: Any) -> int:
        case_id: int = await self.do(cases.open, self.cipher, await self.chat(name), kind, now=now, **more)
        return case_id

    async def queue(self, **options: Any) -> list[int]:
        return [case.id for case in await self.do(cases.queue, **options)]


async def test_signs_of_one_person_are_one_case(desk: Desk) -> None:
    first = await desk.sign("a", "unanswered", topic="x", detail=mask("satu"))
    second = await desk.sign("a", "not-helpful", NOW + HOUR, topic="y", detail=mask("dua"))
    assert first == second
    (case,) = await desk.do(cases.queue)
    assert (case.kind, case.topic, case.opened_at, case.updated_at) == ("unanswered", "x", NOW, NOW + HOUR)
    history = await desk.do(cases.events, desk.cipher, first)
    assert [(each.what, each.kind, each.detail) for each in history] == [
        ("reported", "unanswered", "satu"),
        ("reported", "not-helpful", "dua"),
    ]


async def test_danger_raises_a_case_and_nothing_lowers_it(desk: Desk) -> None:
    case_id = await desk.sign("a", "unanswered", topic="x")
    await desk.sign("a", "danger", topic="violence")
    await desk.sign("a", "not-helpful", topic="z")
    case = await desk.do(cases.get, case_id)
    assert (case.kind, case.priority, case.topic) == ("danger", 0, "violence")


async def test_danger_comes_first_and_then_the_oldest(desk: Desk) -> None:
    old = await desk.sign("a", "unanswered", NOW)
    person = await desk.sign("b", "person", NOW + HOUR)
    danger = await desk.sign("c", "danger", NOW + 2 * HOUR)
    young = await desk.sign("d", "unanswered", NOW + 3 * HOUR)
    assert await desk.queue() == [danger, person, old, young]
    first = await desk.do(cases.queue, limit=2)
    assert [case.id for case in await desk.do(cases.queue, after=first[-1])] == [old, young]


async def test_a_case_is_taken_by_one(desk: Desk) -> None:
    case_id = await desk.sign("a", "person")
    assert await desk.do(cases.take, desk.cipher, case_id, "ani", NOW)
    assert await desk.do(cases.take, desk.cipher, case_id, "ani", NOW)
    assert not await desk.do(cases.take, desk.cipher, case_id, "budi", NOW)
    assert (await desk.do(cases.get, case_id)).taken_by == "ani"


async def test_a_person_who_answers_opens_a_waiting_case_again(desk: Desk) -> None:
    case_id = await desk.sign("a", "person")
    await desk.do(cases.take, desk.cipher, case_id, "ani", NOW)
    assert await desk.do(cases.wait, desk.cipher, case_id, "ani", NOW)
    assert (await desk.do(cases.get, case_id)).status == "waiting"
    await desk.sign("a", "person")
    assert (await desk.do(cases.get, case_id)).status == "open"


async def test_a_closed_case_stays_closed_and_a_new_sign_makes_a_new_one(desk: Desk) -> None:
    case_id = await desk.sign("a", "danger")
    await desk.do(cases.note, desk.cipher, case_id, "ani", mask("sudah ditelepon"), NOW)
    assert await desk.do(cases.close, desk.cipher, case_id, "ani", NOW, detail=mask("selesai"))
    assert not await desk.do(cases.close, desk.cipher, case_id, "ani", NOW)
    assert not await desk.do(cases.take, desk.cipher, case_id, "ani", NOW)
    assert await desk.queue() == []
    history = await desk.do(cases.events, desk.cipher, case_id)
    assert [(each.what, each.actor, each.detail) for each in history][1:] == [
        ("noted", "ani", "sudah ditelepon"),
        ("closed", "ani", "selesai"),
    ]
    assert await desk.sign("a", "person") != case_id


async def test_an_unknown_kind_is_a_mistake(desk: Desk) -> None:
    with pytest.raises(KeyError):
        await desk.sign("a", "urgent")


def test_no_two_people_have_one_name() -> None:
    names = {pseudonym(row_id) for row_id in range(300_000)}
    assert len(names) == 300_000
    assert all(name.isascii() for name in names)
    assert pseudonym(1) == "Mawar-1000"


async def test_counters_add_up_over_workers_and_days(db: Database) -> None:
    day = NOW.date()

    def count(conn: Connection) -> None:
        counters.add(conn, day, "turns", "id answer")
        counters.add(conn, day, "turns", "id answer", 2, owner="another")
        counters.add_all(conn, day + timedelta(1), {("turns", "id answer"): 5, ("danger", "threat"): 1})
        counters.add_all(conn, day, {})

    await db.write(count)
    found = await db.read(lambda conn: counters.totals(conn, "turns", day, day + timedelta(1)))
    assert found == {(day, "id answer"): 3, (day + timedelta(1), "id answer"): 5}
    assert await db.write(lambda conn: counters.purge(conn, day + timedelta(1))) == 2
