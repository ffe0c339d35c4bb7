"""Durable, many units to a commit, and each unit for itself."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import sys
import threading
from asyncio.subprocess import PIPE
from datetime import date
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError, OperationalError

from storage import Cipher, Connection, Database, StoreClosed, StoreUnavailable, StoreUrlUnsupported, counters
from storage.engines import normalise
from tests.storage.conftest import NOW

DAY = date(2026, 11, 24)


def count(conn: Connection) -> int:
    return sum(counters.totals(conn, "n", DAY, DAY).values())


def one_more(conn: Connection) -> None:
    counters.add(conn, DAY, "n", "x")


async def test_a_unit_is_stored_when_write_returns(db: Database, replica: Database) -> None:
    await db.write(one_more)
    assert await replica.read(count) == 1


async def test_a_unit_that_raises_fails_alone(db: Database) -> None:
    def fail(conn: Connection) -> None:
        one_more(conn)
        raise ValueError("mine")

    def break_a_constraint(conn: Connection) -> None:
        one_more(conn)
        conn.execute(text("INSERT INTO key_ids (id) VALUES ('a'), ('a')"))

    units = [one_more, fail, one_more, break_a_constraint, one_more]
    results = await asyncio.gather(*(db.write(unit) for unit in units), return_exceptions=True)
    assert [type(each) for each in results if each] == [ValueError, IntegrityError]
    assert await db.read(count) == 3


async def test_a_unit_that_raises_stop_iteration_does_not_hang_the_others(db: Database) -> None:
    results = await asyncio.gather(
        db.write(lambda _: next(iter(()))), db.write(one_more), return_exceptions=True
    )
    assert isinstance(results[0], RuntimeError)
    assert await db.read(count) == 1


async def test_units_share_commits(db: Database) -> None:
    commits = []
    event.listen(db._engines[0], "commit", commits.append)
    await asyncio.gather(*(db.write(one_more) for _ in range(400)))
    assert await db.read(count) == 400
    assert len(commits) < 40


async def test_units_run_in_the_order_in_which_they_were_given(db: Database) -> None:
    seen: list[int] = []
    await asyncio.gather(*(db.write(lambda _, n=n: seen.append(n)) for n in range(300)))
    assert seen == list(range(300))


async def test_a_cancelled_caller_disturbs_nobody(db: Database) -> None:
    task = asyncio.create_task(db.write(one_more))
    await asyncio.sleep(0)
    task.cancel()
    await db.write(one_more)
    assert await db.read(count) == 2


async def test_close_commits_what_is_queued(url: str, cipher: Cipher, replica: Database) -> None:
    database = Database.open(url, cipher, clock=lambda: NOW)
    writes = [asyncio.create_task(database.write(one_more)) for _ in range(300)]
    await asyncio.sleep(0)
    await database.close()
    await asyncio.gather(*writes)
    assert await replica.read(count) == 300
    with pytest.raises(StoreClosed):
        await database.write(one_more)
    with pytest.raises(StoreClosed):
        await database.read(count)
    await database.close()


async def test_close_leaves_no_thread_behind(url: str, cipher: Cipher) -> None:
    database = Database.open(url, cipher, clock=lambda: NOW)
    await asyncio.gather(database.write(one_more), *(database.read(count) for _ in range(8)))
    await database.close()
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("bekal-")]


async def test_a_reader_cannot_write(db: Database) -> None:
    with pytest.raises((OperationalError, StoreUnavailable, sqlite3.OperationalError, psycopg.Error)):
        await db.read(one_more)
    assert await db.read(count) == 0


async def test_readers_do_not_wait_for_each_other(db: Database) -> None:
    together = threading.Barrier(4, timeout=5)
    await asyncio.gather(*(db.read(lambda _: together.wait()) for _ in range(4)))


async def test_a_deadlock_is_resolved_by_running_one_unit_again(db: Database, replica: Database) -> None:
    if db._engines[0].dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    counters_of = ("x", "y")
    await db.write(lambda conn: [counters.add(conn, DAY, "n", label) for label in counters_of])
    met = threading.Barrier(2)

    def crosswise(conn: Connection, labels: tuple[str, ...]) -> None:
        counters.add(conn, DAY, "n", labels[0])
        if not met.broken:
            with contextlib.suppress(threading.BrokenBarrierError):
                met.wait(timeout=1)
            met.abort()
        counters.add(conn, DAY, "n", labels[1])

    await asyncio.gather(
        db.write(lambda conn: crosswise(conn, counters_of)),
        replica.write(lambda conn: crosswise(conn, counters_of[::-1])),
    )
    assert await db.read(count) == 6


KILLED = """
import asyncio, sys
from datetime import UTC, date, datetime
from storage import Cipher, Database, counters, keys
NOW = datetime(2026, 11, 24, tzinfo=UTC)
async def main():
    database = Database.open(sys.argv[1], Cipher(keys.make_keys(NOW)), clock=lambda: NOW)
    async def forever():
        while True:
            await database.write(lambda conn: counters.add(conn, date(2026, 11, 24), "n", "x"))
            sys.stdout.write("+")
            sys.stdout.flush()
    await asyncio.gather(*(forever() for _ in range(20)))
asyncio.run(main())
"""


async def test_what_was_acknowledged_survives_a_kill(url: str, db: Database) -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, url, stdout=PIPE)
    assert process.stdout is not None
    seen = await process.stdout.readexactly(300)
    process.kill()
    seen += await process.stdout.read()
    await process.wait()
    in_flight = 20
    assert len(seen) <= await db.read(count) <= len(seen) + in_flight


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:", "no address"])
def test_other_databases_are_refused_with_what_would_do(url: str) -> None:
    with pytest.raises(StoreUrlUnsupported, match="sqlite:///"):
        normalise(url)


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("sqlite:////x/y.db", "sqlite+pysqlite:////x/y.db"),
        ("sqlite+aiosqlite:////x/y.db", "sqlite+pysqlite:////x/y.db"),
        ("postgresql://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d"),
    ],
)
def test_addresses_are_taken_with_any_driver(given: str, used: str) -> None:
    assert normalise(given).render_as_string() == used


def test_sqlite_is_set_up_to_keep_its_word(tmp_path: Path) -> None:
    from storage.engines import writer_engine

    engine = writer_engine(normalise(f"sqlite:///{tmp_path / 'x.db'}"))
    with engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")
        }
    engine.dispose()
    full = 2
    assert found == {
        "journal_mode": "wal",
        "synchronous": full,
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "secure_delete": 1,
    }
