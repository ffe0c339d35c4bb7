"""Each chat in order and one at a time, many chats at once, and nothing lost whatever happens in between."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

import pytest

from bot.intake import Intake
from bot.lanes import LEASE, MAX_KILLS, PER_LANE, Lanes
from bot.metrics import Metrics
from storage import Database, InboxRow, StoreUnavailable, chats, inbox
from tests.bot.conftest import Locked
from tests.bot.tools import select, until, written
from tests.bot.worker import OWNER, Worker, running, states
from tests.transcripts.driver import Clock


@pytest.fixture
def worker(database: Database, clock: Clock) -> Worker:
    return Worker(database, clock)


@pytest.fixture
def naps() -> list[float]:
    """The pauses that were made."""
    return []


@pytest.fixture
def lanes(database: Database, clock: Clock, metrics: Metrics, worker: Worker, naps: list[float]) -> Lanes:
    async def nap(seconds: float) -> None:
        naps.append(seconds)
        await asyncio.sleep(0)

    made = Lanes(database, owner=OWNER, clock=clock, metrics=metrics, sleep=nap)
    made.turns = worker
    return made


@pytest.fixture
def intake(database: Database, clock: Clock, metrics: Metrics, lanes: Lanes) -> Intake:
    return Intake(database, 777, clock=clock, wake=lanes.wake, metrics=metrics)


async def test_every_chat_in_its_order_and_one_at_a_time_while_many_go_at_once(
    lanes: Lanes, worker: Worker, intake: Intake, store_file: Path
) -> None:
    """200 updates of one chat among 50 others."""
    chance = random.Random(4)
    chats = [1] * 200 + [chat for chat in range(2, 52) for _ in range(4)]
    chance.shuffle(chats)
    expected: dict[int, list[int]] = defaultdict(list)
    for update_id, chat in enumerate(chats, 1):
        expected[chat].append(update_id)

    async def work(_row: InboxRow) -> None:
        for _ in range(chance.randrange(4)):
            await asyncio.sleep(0)

    worker.before = work
    updates = [written(update_id, chat=chat) for update_id, chat in enumerate(chats, 1)]
    async with running(lanes):
        for start in range(0, len(updates), 40):
            await intake.accept(updates[start : start + 40], "webhook")
        await until(lambda: sum(map(len, worker.taken.values())) == len(updates), 20)
    assert worker.taken == expected
    assert set(worker.most_at_once.values()) == {1}
    assert worker.most_chats_at_once > 1
    assert states(store_file) == {"done": len(updates)}


async def test_a_chat_that_writes_without_pause_does_not_shut_out_the_others(
    database: Database, clock: Clock, metrics: Metrics, worker: Worker
) -> None:
    """One worker for two chats: the calm one gets its turn after what was claimed of the busy one."""
    one = Lanes(database, owner=OWNER, clock=clock, metrics=metrics, parallel=1)
    one.turns = worker
    intake = Intake(database, 777, clock=clock, wake=one.wake, metrics=metrics)
    await intake.accept([written(number, chat=1) for number in range(1, 101)], "webhook")
    clock.forward(0.001)
    await intake.accept([written(500, chat=2)], "webhook")
    seen: list[int] = []

    async def note(row: InboxRow) -> None:
        seen.append(row.update_id)
        clock.forward(0.001)

    worker.before = note
    async with running(one):
        await until(lambda: len(seen) == 101)
    assert seen.index(500) <= PER_LANE


async def test_a_turn_finds_the_chat_as_the_last_one_left_it(
    lanes: Lanes, worker: Worker, intake: Intake, database: Database, clock: Clock
) -> None:
    lane = database.cipher.lane(2)
    await database.write(lambda conn: chats.ensure(conn, database.cipher, lane, 2, clock()))
    async with running(lanes):
        # Every start is careful: the first update comes alone.
        await intake.accept([written(9, chat=9)], "webhook")
        await until(lambda: len(worker.known) == 1)
        await intake.accept([written(1, chat=1), written(2, chat=1), written(3, chat=2)], "webhook")
        await until(lambda: len(worker.known) == 4)
        await intake.accept([written(4, chat=1)], "webhook")
        await until(lambda: len(worker.known) == 5)
    # The fourth was claimed anew, and this worker stores no chats.
    assert worker.known == {9: None, 1: None, 2: 1, 3: 0, 4: None}


async def test_a_turn_that_fails_is_tried_three_times_and_the_next_one_proceeds(
    lanes: Lanes, worker: Worker, intake: Intake, clock: Clock, store_file: Path, metrics: Metrics
) -> None:
    async def fail(row: InboxRow) -> None:
        if row.update_id == 2:
            raise ValueError("words of the person")

    worker.before = fail
    await intake.accept([written(number, chat=1) for number in (1, 2, 3)], "webhook")
    async with running(lanes):
        await until(lambda: worker.tries[2] == 1)
        await intake.accept([written(9, chat=2)], "webhook")
        await until(lambda: worker.taken[2] == [9])
        for pause, tries in ((1.0, 2), (4.0, 3)):
            clock.forward(pause - 0.01)
            lanes.wake()
            await asyncio.sleep(0.05)
            assert worker.tries[2] == tries - 1
            # Nothing of the chat overtakes what waits.
            assert worker.taken[1] == [1]
            clock.forward(0.02)
            lanes.wake()
            await until(lambda tries=tries: worker.tries[2] == tries)
        await until(lambda: worker.taken[1] == [1, 3])
    assert worker.given_up == [(2, "ValueError")]
    assert select(store_file, "SELECT state, error, attempts FROM inbox WHERE update_id = 2") == [
        ("dead", "ValueError", 3)
    ]
    assert b"bekal_updates_dead_total 1.0" in metrics.text()


async def test_an_update_is_put_aside_even_if_nobody_can_apologise_for_it(
    lanes: Lanes, worker: Worker, intake: Intake, clock: Clock, store_file: Path
) -> None:
    async def fail(row: InboxRow) -> None:
        if row.update_id == 1:
            raise ValueError

    async def give_up(_row: InboxRow, _reason: str | BaseException) -> None:
        raise KeyError("no apology for this")

    worker.before = fail
    worker.give_up = give_up  # type: ignore[method-assign]
    await intake.accept([written(1), written(2)], "webhook")
    async with running(lanes):
        for tries in (1, 2, 3):
            await until(lambda tries=tries: worker.tries[1] == tries)
            await asyncio.sleep(0.02)
            clock.forward(5)
            lanes.wake()
        await until(lambda: worker.taken[11] == [2])
    assert states(store_file) == {"dead": 1, "done": 1}


async def test_an_update_that_took_the_process_down_five_times_is_not_tried_again(
    lanes: Lanes, worker: Worker, intake: Intake, database: Database, clock: Clock
) -> None:
    await intake.accept([written(1), written(2)], "webhook")
    for _ in range(MAX_KILLS):
        await database.write(
            lambda conn: inbox.claim(conn, database.cipher, OWNER, clock(), clock() + LEASE, 1, 20, ())
        )
        await database.write(lambda conn: inbox.recover(conn, clock(), dead_owner=OWNER))
    async with running(lanes):
        await until(lambda: worker.taken[11] == [2])
    assert worker.given_up == [(1, "killed_the_process")]
    assert worker.tries[1] == 0


async def test_only_the_update_that_takes_the_process_down_is_given_up(
    database: Database, clock: Clock, metrics: Metrics, worker: Worker, store_file: Path
) -> None:
    """Whatever else was in work at each crash is answered, once."""
    guilty = 17
    died = asyncio.Event()

    async def work(row: InboxRow) -> None:
        await asyncio.sleep(0.001)
        if row.update_id == guilty:
            died.set()
            await asyncio.sleep(60)

    worker.before = work
    intake = Intake(database, 777, clock=clock, wake=lambda: None, metrics=metrics)
    await intake.accept([written(number, chat=number) for number in range(1, 61)], "webhook")
    lives = 0
    while states(store_file)["new"]:
        lives += 1
        died.clear()
        lanes = Lanes(database, owner=OWNER, clock=clock, metrics=metrics)
        lanes.turns = worker
        process = asyncio.create_task(lanes.run(asyncio.Event()))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(died.wait(), 1)
        # As by the power cord: nothing of it goes on, nobody gives anything back.
        for task in (process, *lanes._busy.values()):
            task.cancel()
        await asyncio.gather(process, *lanes._busy.values(), return_exceptions=True)
        await database.write(lambda conn: inbox.recover(conn, clock(), dead_owner=OWNER))
    assert worker.given_up == [(guilty, "killed_the_process")]
    assert states(store_file) == {"done": 59, "dead": 1}
    assert lives == MAX_KILLS + 1


async def test_after_a_crash_the_suspects_come_one_at_a_time_and_then_all_at_once(
    lanes: Lanes, worker: Worker, intake: Intake, database: Database, clock: Clock
) -> None:
    await intake.accept([written(number, chat=number) for number in range(1, 11)], "webhook")
    await database.write(
        lambda conn: inbox.claim(conn, database.cipher, OWNER, clock(), clock() + LEASE, 64, 20, ())
    )
    await database.write(lambda conn: inbox.recover(conn, clock(), dead_owner=OWNER))
    clock.forward(1)
    await intake.accept([written(number, chat=number) for number in range(11, 51)], "webhook")
    at_once: dict[int, int] = {}

    async def note(row: InboxRow) -> None:
        await asyncio.sleep(0.002)
        at_once[row.update_id] = sum(worker.at_once.values())

    worker.before = note
    async with running(lanes):
        await until(lambda: len(worker.taken) == 50)
    assert [at_once[number] for number in range(1, 11)] == [1] * 10
    assert max(at_once.values()) > 10


async def test_a_lost_lease_drops_what_was_claimed_and_it_is_done_once_in_order(
    lanes: Lanes, worker: Worker, intake: Intake, database: Database, clock: Clock, store_file: Path
) -> None:
    """The machine slept: meanwhile the lease ran out and the lane was freed for others."""

    async def sleep_too_long(row: InboxRow) -> None:
        if worker.tries[row.update_id] == 1 and row.update_id == 1:
            clock.forward(LEASE.total_seconds() + 1)
            await database.write(lambda conn: inbox.recover(conn, clock()))

    worker.before = sleep_too_long
    await intake.accept([written(number) for number in (1, 2, 3)], "webhook")
    async with running(lanes):
        await until(lambda: len(worker.taken[11]) == 3)
    assert worker.taken[11] == [1, 2, 3]
    assert worker.tries == {1: 2, 2: 1, 3: 1}
    assert states(store_file) == {"done": 3}


async def test_a_store_that_is_away_for_long_costs_no_try_and_no_order(
    lanes: Lanes, worker: Worker, intake: Intake, naps: list[float], store_file: Path
) -> None:
    """Half an hour of outages of half a second."""
    failures = 3600

    async def away(row: InboxRow) -> None:
        if row.update_id == 1 and worker.tries[1] <= failures:
            raise StoreUnavailable("locked")

    worker.before = away
    await intake.accept([written(1), written(2)], "webhook")
    async with running(lanes):
        await until(lambda: worker.taken[11] == [1, 2], 20)
    assert len(naps) == failures
    assert worker.given_up == []
    assert select(store_file, "SELECT attempts FROM inbox") == [(0,), (0,)]


async def test_a_stop_finishes_the_turn_under_way_and_gives_the_rest_back(
    lanes: Lanes, worker: Worker, intake: Intake, database: Database, clock: Clock
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def wait(_row: InboxRow) -> None:
        begun.set()
        await go_on.wait()

    worker.before = wait
    await intake.accept([written(number) for number in (1, 2, 3)], "webhook")
    async with running(lanes) as stop:
        await begun.wait()
        stop.set()
        await asyncio.sleep(0.02)
        assert worker.taken[11] == []
        go_on.set()
    assert worker.taken[11] == [1]
    await database.write(lambda conn: inbox.release(conn, OWNER))
    rows = await database.write(
        lambda conn: inbox.claim(
            conn, database.cipher, "next", clock(), clock() + timedelta(seconds=9), 5, 5, ()
        )
    )
    assert [(row.update_id, row.attempts) for row in rows] == [(2, 0), (3, 0)]


async def test_a_store_that_cannot_hand_out_is_asked_again(
    lanes: Lanes, worker: Worker, intake: Intake, locked: Locked
) -> None:
    await intake.accept([written(1)], "webhook")
    async with running(lanes):
        with locked():
            lanes.wake()
            await asyncio.sleep(0.1)
            assert worker.taken == {}
        lanes.wake()
        await until(lambda: worker.taken == {11: [1]})
