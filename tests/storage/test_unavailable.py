"""When the database cannot work: say so, keep nothing half done, and work again as soon as it can."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from storage import Cipher, Connection, Database, StoreUnavailable
from storage.engines import normalise
from tests.storage.conftest import NOW
from tests.storage.test_database import count, one_more


@pytest.fixture
def file(tmp_path: Path, sqlite_template: Path) -> Path:
    return Path(shutil.copy(sqlite_template, tmp_path / "bekal.db"))


@contextlib.contextmanager
def locked(path: str) -> Iterator[None]:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


async def test_a_locked_file_is_reported_and_works_again(file: Path, cipher: Cipher) -> None:
    database = Database.open(f"sqlite:///{file}", cipher, clock=lambda: NOW)
    await database.write(lambda conn: conn.exec_driver_sql("PRAGMA busy_timeout = 50").scalar())
    with locked(str(file)):
        writes = [database.write(one_more) for _ in range(500)]
        results = await asyncio.gather(*writes, return_exceptions=True)
        assert {type(each) for each in results} == {StoreUnavailable}
        assert all(isinstance(each.__cause__, Exception) for each in results)  # type: ignore[union-attr]
        assert await database.read(count) == 0
    await database.write(one_more)
    assert await database.read(count) == 1
    await database.close()


async def test_a_full_disk_is_reported_and_works_again_after_space(file: Path, cipher: Cipher) -> None:
    database = Database.open(f"sqlite:///{file}", cipher, clock=lambda: NOW)
    await database.write(one_more)

    def set_limit(conn: Connection, pages: int) -> int:
        return int(conn.exec_driver_sql(f"PRAGMA max_page_count = {pages}").scalar_one())

    def fill(conn: Connection) -> None:
        conn.exec_driver_sql("CREATE TABLE big (x BLOB)")
        conn.exec_driver_sql("INSERT INTO big VALUES (zeroblob(10000000))")

    await database.write(lambda conn: set_limit(conn, 60))
    with pytest.raises(StoreUnavailable) as caught:
        await database.write(fill)
    assert "full" in str(caught.value.__cause__)
    await database.write(one_more)
    assert await database.read(count) == 2
    assert await database.read(lambda conn: conn.exec_driver_sql("PRAGMA integrity_check").scalar()) == "ok"
    await database.close()


async def test_a_file_that_vanished_or_is_none_is_reported(tmp_path: Path, cipher: Cipher) -> None:
    path = tmp_path / "not-a-database.db"
    path.write_bytes(b"this is a letter to the editor" * 1000)
    for url in (f"sqlite:///{tmp_path / 'no' / 'folder' / 'x.db'}", f"sqlite:///{path}"):
        database = Database.open(url, cipher, clock=lambda: NOW)
        with pytest.raises(StoreUnavailable):
            await database.write(one_more)
        with pytest.raises(StoreUnavailable):
            await database.read(count)
        await database.close()


def end_connections(url: str) -> None:
    """What a restart of the server does to everybody."""
    plain = normalise(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


async def test_a_restarted_server_is_found_again(postgres_migrated: str, cipher: Cipher) -> None:
    database = Database.open(postgres_migrated, cipher, clock=lambda: NOW)
    before = await database.read(count)
    await database.write(one_more)
    end_connections(postgres_migrated)
    await database.write(one_more)
    end_connections(postgres_migrated)
    assert await database.read(count) == before + 2
    await database.close()


async def test_a_server_lost_in_the_middle_stores_nothing_and_works_at_once_again(
    postgres_migrated: str, cipher: Cipher
) -> None:
    database = Database.open(postgres_migrated, cipher, clock=lambda: NOW)
    before = await database.read(count)

    def lose_it(conn: Connection) -> None:
        one_more(conn)
        end_connections(postgres_migrated)
        one_more(conn)

    for _ in range(10):
        with pytest.raises(StoreUnavailable):
            await database.write(lose_it)
        started = time.monotonic()
        await database.write(one_more)
        assert time.monotonic() - started < 5
    assert await database.read(count) == before + 10
    await database.close()


async def test_no_server_at_all_is_reported_soon(cipher: Cipher) -> None:
    database = Database.open("postgresql://nobody@127.0.0.1:9/none", cipher, clock=lambda: NOW)
    started = time.monotonic()
    with pytest.raises(StoreUnavailable):
        await database.write(one_more)
    with pytest.raises(StoreUnavailable):
        await database.read(count)
    assert time.monotonic() - started < 5
    await database.close()
