"""Updates are stored once, handed out in order, one chat at a time, and never twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from storage import Cipher, Database, InboxRow, LeaseLost, inbox, lanes, leases
from tests.storage.conftest import LEASE, NOW

BOT = 7000
SECOND = timedelta(seconds=1)


@pytest.fixture
def steps(db: Database, cipher: Cipher) -> Steps:
    return Steps(db, cipher)


class Steps:
    """The calls of this module as one worker makes them."""

    def __init__(self, db: Database, cipher: Cipher) -> None:
        self.db = db
        self.cipher = cipher

    async def accept(self, *items: tuple[int, str], now: Any = NOW) -> int:
        rows = [(update_id, lane, f'{{"update_id":{update_id}}}'.encode()) for update_id, lane in items]
        return await self.db.write(lambda conn: inbox.accept(conn, self.cipher, BOT, rows, now))

    async def claim(
        self,
        owner: str = "one",
        *,
        now: Any = NOW,
        lanes: int = 10,
        each: int = 1,
        busy: tuple[str, ...] = (),
    ) -> list[InboxRow]:
        until = now + (LEASE - NOW)
        return await self.db.write(
            lambda conn: inbox.claim(conn, self.cipher, owner, now, until, lanes, each, busy)
        )

    async def do(self, call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        return await self.db.write(lambda conn: call(conn, *arguments, **named))


def ids(rows: list[InboxRow]) -> list[int]:
    return [row.update_id for row in rows]


async def test_an_update_is_stored_once_however_often_it_comes(steps: Steps) -> None:
    assert await steps.accept((1, "a"), (2, "b"), (1, "a")) == 2
    assert await steps.accept((2, "b")) == 0
    assert await steps.accept((2, "b"), (3, "a")) == 1
    assert ids(await steps.claim(each=9)) == [1, 2, 3]
    assert await steps.accept() == 0


async def test_the_same_number_of_another_bot_is_another_update(steps: Steps) -> None:
    await steps.accept((1, "a"))
    assert await steps.do(inbox.accept, steps.cipher, BOT + 1, [(1, "a", b"{}")], NOW) == 1
    assert await steps.do(inbox.last_update_id, BOT + 1) == 1
    assert await steps.do(inbox.last_update_id, 1) is None


async def test_a_repetition_is_known_after_the_update_was_answered(steps: Steps) -> None:
    await steps.accept((1, "a"))
    (row,) = await steps.claim()
    await steps.do(inbox.done, row, NOW)
    assert await steps.accept((1, "a")) == 0
    assert await steps.claim() == []


async def test_a_claim_returns_what_was_accepted(steps: Steps) -> None:
    await steps.accept((5, "a"))
    (row,) = await steps.claim("me")
    assert (row.payload, row.lane, row.attempts, row.received_at, row.owner) == (
        b'{"update_id":5}',
        "a",
        0,
        NOW,
        "me",
    )
    assert "update_id" not in repr(row.payload[:0]) + repr(row).replace("update_id=5", "")


async def test_a_chat_is_answered_in_order_and_by_one_worker(steps: Steps) -> None:
    await steps.accept((1, "a"), (2, "a"), (3, "b"))
    first = await steps.claim("one")
    assert ids(first) == [1, 3]
    assert await steps.claim("two") == []
    await steps.do(inbox.done, first[0], NOW)
    second = await steps.claim("two")
    assert ids(second) == [2]


async def test_several_updates_of_a_chat_come_in_order_and_free_it_with_the_last(steps: Steps) -> None:
    await steps.accept(*((n, "a") for n in range(1, 6)))
    rows = await steps.claim(each=3)
    assert ids(rows) == [1, 2, 3]
    for row in rows[:2]:
        await steps.do(inbox.done, row, NOW)
        assert await steps.claim("two") == []
    await steps.do(inbox.done, rows[2], NOW)
    assert ids(await steps.claim("two", each=3)) == [4, 5]


async def test_a_new_update_of_a_leased_chat_waits(steps: Steps) -> None:
    await steps.accept((1, "a"))
    (row,) = await steps.claim()
    await steps.accept((2, "a"))
    assert await steps.claim("two") == []
    await steps.do(inbox.done, row, NOW)
    assert ids(await steps.claim("two")) == [2]


async def test_the_longest_waiting_chat_comes_first_and_then_goes_behind_the_others(steps: Steps) -> None:
    for n, lane in enumerate("aab"):
        await steps.accept((n, lane), now=NOW + n * SECOND)
    later = NOW + 10 * SECOND
    (row,) = await steps.claim(lanes=1, now=later)
    assert row.update_id == 0
    await steps.do(inbox.done, row, later)
    assert ids(await steps.claim(lanes=1, now=later)) == [2]
    assert ids(await steps.claim(lanes=1, now=later)) == [1]


async def test_busy_chats_are_left_out(steps: Steps) -> None:
    await steps.accept((1, "a"), (2, "b"), (3, "c"))
    assert ids(await steps.claim(lanes=2, busy=("a",))) == [2, 3]


async def test_an_update_is_finished_once(steps: Steps) -> None:
    await steps.accept((1, "a"), (2, "a"))
    (row,) = await steps.claim()
    await steps.do(inbox.done, row, NOW)
    for finish in (inbox.done, lambda conn, row, now: inbox.retry(conn, row, "x", now)):
        with pytest.raises(LeaseLost):
            await steps.do(finish, row, NOW)
    with pytest.raises(LeaseLost):
        await steps.do(inbox.dead, row, "x", NOW)
    assert ids(await steps.claim("two")) == [2]


async def test_a_worker_that_lost_its_lease_cannot_finish(steps: Steps) -> None:
    await steps.accept((1, "a"))
    (old,) = await steps.claim("one")
    assert await steps.do(inbox.recover, LEASE) == 1
    (new,) = await steps.claim("two", now=LEASE)
    with pytest.raises(LeaseLost):
        await steps.do(inbox.done, old, LEASE)
    with pytest.raises(LeaseLost):
        await steps.do(inbox.retry, old, "x", LEASE)
    await steps.do(inbox.done, new, LEASE)


async def test_recover_frees_what_ran_out_and_counts_the_attempt(steps: Steps) -> None:
    await steps.accept((1, "a"), (2, "a"), (3, "b"))
    await steps.claim("one", lanes=1, each=2)
    assert await steps.do(inbox.recover, LEASE - SECOND) == 0
    assert await steps.do(inbox.recover, LEASE) == 1
    rows = await steps.claim("two", now=LEASE, each=2)
    assert [(row.update_id, row.attempts) for row in rows] == [(1, 1), (2, 0), (3, 0)]


async def test_recover_frees_the_leases_of_a_dead_worker_at_once(steps: Steps) -> None:
    await steps.accept((1, "a"), (2, "b"))
    await steps.claim("dead", lanes=1)
    await steps.claim("alive", lanes=1)
    assert await steps.do(inbox.recover, NOW, dead_owner="dead") == 1
    assert ids(await steps.claim("two")) == [1]


async def test_release_gives_back_without_counting_an_attempt(steps: Steps) -> None:
    await steps.accept((1, "a"), (2, "b"))
    await steps.claim("one")
    assert await steps.do(inbox.release, "one") == 2
    assert [row.attempts for row in await steps.claim("two")] == [0, 0]


async def test_the_leases_of_what_is_worked_on_are_extended_and_no_others(steps: Steps) -> None:
    await steps.accept((1, "a"), (2, "b"))
    await steps.claim("one")
    assert await steps.do(leases.extend, "in", "one", [], LEASE + 60 * SECOND) == 0
    assert await steps.do(leases.extend, "in", "one", ["a", "c"], LEASE + 60 * SECOND) == 1
    assert await steps.do(leases.extend, "out", "one", ["b"], LEASE + 60 * SECOND) == 0
    assert await steps.do(leases.extend, "in", "two", ["b"], LEASE + 60 * SECOND) == 0
    assert await steps.do(inbox.recover, LEASE) == 1


async def test_a_failed_update_keeps_its_chat_waiting_until_it_is_due(steps: Steps) -> None:
    await steps.accept((1, "a"), (2, "a"), (3, "b"))
    rows = await steps.claim(each=2)
    await steps.do(inbox.retry, rows[0], ValueError("some words"), NOW + 5 * SECOND)
    await steps.accept((4, "a"), now=NOW + SECOND)
    assert await steps.claim("two", now=NOW + 4 * SECOND) == []
    again = await steps.claim("two", now=NOW + 5 * SECOND, each=9)
    assert [(row.update_id, row.attempts) for row in again] == [(1, 1), (2, 0), (4, 0)]


async def test_a_dead_update_lets_the_next_one_pass(steps: Steps) -> None:
    await steps.accept((1, "a"), (2, "a"))
    (row,) = await steps.claim()
    await steps.do(inbox.dead, row, "poison", NOW)
    assert ids(await steps.claim()) == [2]
    assert await steps.do(inbox.count) == {"new": 1, "dead": 1}
    assert await steps.accept((1, "a")) == 0


async def test_reasons_never_hold_words(steps: Steps) -> None:
    await steps.accept((1, "a"), (2, "b"), (3, "c"))
    rows = await steps.claim()
    await steps.do(inbox.dead, rows[0], "could not parse: tolong saya", NOW)
    await steps.do(inbox.dead, rows[1], KeyError("tolong saya"), NOW)
    await steps.do(inbox.dead, rows[2], "too_often", NOW)
    found = await steps.do(
        lambda conn: conn.execute(text("SELECT error FROM inbox ORDER BY id")).scalars().all()
    )
    assert found == ["unspecified", "KeyError", "too_often"]


async def test_a_finished_update_keeps_its_number_only(steps: Steps) -> None:
    await steps.accept((1, "a"))
    (row,) = await steps.claim()
    await steps.do(inbox.done, row, NOW)
    stored = await steps.do(
        lambda conn: conn.execute(text("SELECT bot_id, update_id, lane, payload_sealed FROM inbox")).one()
    )
    assert tuple(stored) == (BOT, 1, None, None)
    assert not await steps.do(lambda conn: conn.execute(text("SELECT * FROM lanes")).all())


async def test_numbers_are_purged_after_their_term_and_waiting_updates_never(steps: Steps) -> None:
    await steps.accept((1, "a"), (2, "b"))
    (row, _) = await steps.claim()
    await steps.do(inbox.done, row, NOW)
    assert await steps.do(inbox.purge, NOW) == 0
    assert await steps.do(inbox.purge, NOW + SECOND) == 1
    assert await steps.do(inbox.purge, NOW + 365 * 24 * 3600 * SECOND) == 0
    assert await steps.accept((1, "a"), (2, "b")) == 1


async def test_a_damaged_update_keeps_nobody_waiting(steps: Steps) -> None:
    await steps.accept((1, "a"), (2, "a"), (3, "b"))
    damage = text("UPDATE inbox SET payload_sealed = :sealed WHERE update_id = 1")
    await steps.do(lambda conn: conn.execute(damage, {"sealed": b"no such key"}))
    assert ids(await steps.claim(each=2)) == [2, 3]
    assert await steps.do(inbox.count) == {"new": 2, "dead": 1}


async def test_the_last_number_is_the_last_that_came_not_the_highest(steps: Steps) -> None:
    await steps.accept((900, "a"))
    await steps.accept((5, "a"))
    assert await steps.do(inbox.last_update_id, BOT) == 5


async def test_every_update_of_a_mixed_day_is_worked_on_once(steps: Steps) -> None:
    """80 updates of 10 chats, workers that finish, fail, die and stop: all done, each once, in order."""
    await steps.accept(*((n, f"lane{n % 10}") for n in range(80)))
    now, done = NOW, []
    for turn in range(300):
        if len(done) == 80:
            break
        now += 61 * SECOND if turn % 7 == 3 else SECOND
        await steps.do(inbox.recover, now)
        rows = await steps.claim(f"worker{turn}", now=now, lanes=7, each=3)
        for place, row in enumerate(rows):
            fate = (turn + place) % 5
            try:
                if fate == 0:
                    await steps.do(inbox.retry, row, "again", now + 2 * SECOND)
                elif fate != 1:
                    await steps.do(inbox.done, row, now)
                    done.append(row.update_id)
            except LeaseLost:
                continue
            if fate == 1:
                break
        if turn % 3 == 0:
            await steps.do(inbox.release, f"worker{turn}")
    assert Counter(done) == Counter(range(80))
    for lane in range(10):
        mine = [n for n in done if n % 10 == lane]
        assert mine == sorted(mine)
    assert await steps.do(lanes.waiting, lanes.IN) == 0
