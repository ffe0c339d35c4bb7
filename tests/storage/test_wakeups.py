"""Replicas wake each other as soon as there is something to do, and nobody for nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest
from sqlalchemy import text

from storage import Cipher, Connection, Database, inbox, outbox
from tests.storage.conftest import LEASE, NOW

LANE = "a" * 32
pytestmark = pytest.mark.parametrize("url", ["postgresql"], indirect=True)  # SQLite has one process


class Heard:
    """Counts wake-ups by queue."""

    def __init__(self) -> None:
        self.times: dict[str, int] = {"in": 0, "out": 0}
        self.woken = asyncio.Event()

    def wake(self, queue: str) -> Callable[[], None]:
        def call() -> None:
            self.times[queue] += 1
            self.woken.set()

        return call

    def listen(self, database: Database) -> None:
        database.listen({queue: self.wake(queue) for queue in self.times})

    async def next(self, seconds: float = 5.0) -> None:
        await asyncio.wait_for(self.woken.wait(), seconds)
        self.woken.clear()

    async def settled(self) -> dict[str, int]:
        """What was heard by now; a listener that has just connected wakes everybody once."""
        await asyncio.sleep(0.1)
        self.woken.clear()
        times, self.times = self.times, dict.fromkeys(self.times, 0)
        return times


def accept(n: int, cipher: Cipher) -> Callable[[Connection], int]:
    return lambda conn: inbox.accept(conn, cipher, 1, [(n, LANE, b"{}")], NOW)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
async def listening(db: Database, heard: Heard) -> Database:
    """A replica that has begun to listen."""
    heard.listen(db)
    await heard.next()
    await heard.settled()
    return db


async def test_what_one_replica_puts_into_a_queue_wakes_the_other(
    listening: Database, replica: Database, heard: Heard, cipher: Cipher
) -> None:
    await replica.write(accept(1, cipher))
    await heard.next()
    assert await heard.settled() == {"in": 1, "out": 0}
    await replica.write(lambda conn: outbox.put(conn, cipher, LANE, 1, "sendMessage", {}, now=NOW))
    await heard.next()
    assert await heard.settled() == {"in": 0, "out": 1}


async def test_a_wake_up_is_quick(
    listening: Database, replica: Database, heard: Heard, cipher: Cipher
) -> None:
    seconds = []
    for n in range(20):
        await replica.write(accept(n, cipher))
        committed = time.perf_counter()
        await heard.next()
        seconds.append(time.perf_counter() - committed)
    assert sorted(seconds)[10] < 0.05


async def test_nobody_is_woken_for_nothing(
    listening: Database, replica: Database, heard: Heard, cipher: Cipher
) -> None:
    # Neither by what the replica itself does,
    await listening.write(accept(1, cipher))
    # nor by updates that are known,
    await replica.write(accept(1, cipher))
    # nor by claims and marks,
    (row,) = await replica.write(lambda conn: inbox.claim(conn, cipher, "two", NOW, LEASE, 1, 1))
    await replica.write(lambda conn: inbox.done(conn, row, NOW))

    def fails(conn: Connection) -> None:
        accept(2, cipher)(conn)
        raise ValueError("a bug")

    # nor by what is taken back, even if others share the commit.
    results = await asyncio.gather(
        replica.write(fails),
        replica.write(lambda conn: outbox.put(conn, cipher, LANE, 1, "sendMessage", {}, now=NOW)),
        return_exceptions=True,
    )
    assert isinstance(results[0], ValueError)
    await heard.next()
    assert await heard.settled() == {"in": 0, "out": 1}


async def test_a_listener_whose_connection_broke_comes_back_and_looks(
    listening: Database, replica: Database, heard: Heard, cipher: Cipher
) -> None:
    listeners = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN bekal'"
    await replica.write(lambda conn: conn.execute(text(listeners)).all())
    await heard.next()
    assert await heard.settled() == {"in": 1, "out": 1}
    await replica.write(accept(1, cipher))
    await heard.next()
    assert await heard.settled() == {"in": 1, "out": 0}


async def test_a_stop_does_not_wait_for_the_listener(listening: Database) -> None:
    started = time.perf_counter()
    await listening.close()
    assert time.perf_counter() - started < 1
