"""Whom a notice about a breach has to reach."""

from __future__ import annotations

from datetime import timedelta

from storage import Cipher, Connection, Database, TurnOutcome, TurnRecord, chats, finish_turn, inbox
from storage.affected import Affected, affected
from storage.models import EPOCH
from storage.pseudonyms import pseudonym, row_id
from tests.storage.conftest import NOW
from tests.storage.people import talk

HOUR = timedelta(hours=1)


def turn(conn: Connection, cipher: Cipher, chat_id: int, hour: int, consent: str) -> None:
    now = NOW + hour * HOUR
    lane = cipher.lane(chat_id)
    inbox.accept(conn, cipher, 1, [(chat_id * 1000 + hour, lane, b"{}")], now)
    (row,) = inbox.claim(conn, cipher, "one", now, now + HOUR, 1, 1)
    chat = chats.find(conn, cipher, lane) or chats.new(lane, chat_id, now)
    outcome = TurnOutcome(
        calls=[("sendMessage", {"text": "x"})] * 2,
        record=TurnRecord(rung="answer"),
        changes={"consent": consent},
    )
    finish_turn(conn, cipher, row, chat, outcome, now)


async def test_people_are_named_by_pseudonym_with_what_was_stored_of_them(
    db: Database, cipher: Cipher
) -> None:
    for chat_id, hour, consent in (
        (1, 0, "given"),
        (1, 5, "given"),
        (1, 6, "given"),
        (2, 5, "declined"),
        (3, 0, "given"),
        (4, 9, "given"),
    ):
        await db.write(lambda conn, a=(chat_id, hour, consent): turn(conn, cipher, *a))
    first = (await db.read(lambda conn: chats.find(conn, cipher, cipher.lane(1)))).id  # type: ignore[union-attr]
    names = {n: pseudonym(first + n - 1) for n in range(1, 5)}

    async def between(start: int, end: int) -> tuple[list[Affected], int]:
        return await db.read(lambda conn: affected(conn, NOW + start * HOUR, NOW + end * HOUR))

    assert await between(1, 5) == ([], 0)
    people, strangers = await between(5, 9)
    assert sorted(people, key=lambda each: -each.turns) == [
        Affected(names[1], received=0, turns=2, case_steps=0, sent=4),
        Affected(names[2], received=0, turns=0, case_steps=0, sent=2),
    ]
    assert strangers == 0
    # The end itself is outside; everything before it is everybody.
    assert {each.pseudonym for each in (await between(6, 9))[0]} == {names[1]}
    everybody, _ = await db.read(lambda conn: affected(conn, EPOCH, NOW + 9 * HOUR))
    assert {each.pseudonym for each in everybody} == {names[1], names[2], names[3]}


async def test_cases_and_what_waits_count_and_so_do_people_without_a_name(
    db: Database, cipher: Cipher
) -> None:
    await db.write(lambda conn: talk(conn, cipher, 1))
    await db.write(lambda conn: inbox.accept(conn, cipher, 1, [(99, cipher.lane(2), b"{}")], NOW))
    (person,), strangers = await db.read(lambda conn: affected(conn, NOW, NOW + HOUR))
    assert (person.received, person.turns, person.case_steps, person.sent) == (4, 1, 2, 3)
    assert strangers == 1


def test_a_pseudonym_leads_back_to_its_person_and_nothing_else_does() -> None:
    for number in [*range(1, 3000), 287_999, 288_000, 288_001, 10**7, 2**40]:
        assert row_id(pseudonym(number)) == number
        assert row_id(f" {pseudonym(number).upper()} ") == number
    for name in ("", "Melati", "Melati-0001", "Tiger-4821", "Melati-4821-1", "Melati-4821x", "4821", "-"):
        assert row_id(name) is None, name
