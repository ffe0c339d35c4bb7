"""Changing the key: at no moment is anything sealed with a key that somebody lacks."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import storage.encryption
from storage import Database, chats, keys, open_store
from storage.errors import KeyFileDoesNotFit, KeyStillNeeded
from storage.rekeying import keys_in_use, reseal_all
from storage.rotation import SETTLED, Step, drop_old, take_step, until_noticed
from tests.storage.conftest import NOW
from tests.storage.people import talk


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "apart" / "bekal.key"
    keys.write(path, keys.make_keys(NOW))
    return path


@pytest.fixture
async def store(url: str, key: Path) -> AsyncIterator[Database]:
    database = await open_store(url, key, lambda: NOW)
    await database.write(lambda conn: talk(conn, database.cipher, 1))
    yield database
    await database.close()


async def step(url: str, key: Path, *, shared: bool = False) -> Step:
    """One call of the command: whatever it changes in the key file, it seals with that in the end."""
    database = await open_store(url, key, lambda: NOW)
    done = await take_step(database, key, shared=shared, now=NOW)
    await database.close()
    if done is not Step.PREPARED:
        database = await open_store(url, key, lambda: NOW)
        await reseal_all(database)
        await database.close()
    return done


async def drop(url: str, key: Path, now: datetime | None = None) -> list[str]:
    now = now or datetime.now(UTC) + 2 * SETTLED  # key files have the time of the machine
    database = await open_store(url, key, lambda: NOW)
    try:
        return await drop_old(database, key, now=now)
    finally:
        await database.close()


async def test_one_machine_changes_its_key_in_one_go(store: Database, url: str, key: Path) -> None:
    (old,) = keys.read(key).ids
    assert await step(url, key) is Step.IN_FRONT
    new, behind = keys.read(key).ids
    assert behind == old
    assert set(await keys_in_use(store)) == {new}
    # The process that ran all the while has met the new key, and reads and writes on without the old one.
    lane = store.cipher.lane(1)
    assert await store.read(lambda conn: chats.find(conn, store.cipher, lane))
    assert await drop(url, key) == [old]
    assert keys.read(key).ids == (new,)
    await store.write(lambda conn: talk(conn, store.cipher, 2))
    assert set(await keys_in_use(store)) == {new}
    # And the next change is one of its own.
    assert await step(url, key) is Step.IN_FRONT
    assert old not in keys.read(key).ids


async def test_people_write_all_the_while_and_nothing_is_lost(
    url: str, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage.encryption, "LOOK_SECONDS", 0.02)
    running = await open_store(url, key, lambda: NOW)
    done = asyncio.Event()

    async def write() -> int:
        n = 0
        while not done.is_set():
            n += 1
            await running.write(lambda conn: talk(conn, running.cipher, n))  # noqa: B023
        return n

    writing = asyncio.create_task(write())
    for _ in range(2):
        await step(url, key)
        await asyncio.sleep(0.1)
        database = await open_store(url, key, lambda: NOW)
        await reseal_all(database)
        await database.close()
        assert len(await drop(url, key)) == 1
    done.set()
    people = await writing
    assert set(await keys_in_use(running)) == set(keys.read(key).ids)
    lanes = [running.cipher.lane(n + 1) for n in range(people)]
    found = await running.read(lambda conn: chats.find_all(conn, running.cipher, lanes))
    assert len(found) == people > 3
    await running.close()


async def test_several_machines_get_the_new_key_before_anything_is_sealed_with_it(
    store: Database, url: str, key: Path
) -> None:
    there = key.with_name("there.key")
    keys.write(there, keys.read(key))
    (old,) = keys.read(key).ids
    assert await step(url, key, shared=True) is Step.PREPARED
    front, new = keys.read(key).ids
    assert front == old
    assert set(await keys_in_use(store)) == {old}
    # The other machine has not got it yet, and goes on.
    await (await open_store(url, there, lambda: NOW)).close()
    keys.write(there, keys.read(key))
    other = await open_store(url, there, lambda: NOW)
    assert await step(url, key, shared=True) is Step.IN_FRONT
    assert keys.read(key).ids == (new, old)
    assert set(await keys_in_use(other)) == {new}
    lane = other.cipher.lane(1)
    assert await other.read(lambda conn: chats.find(conn, other.cipher, lane))
    # Its own file still has the old key in front: what it seals meanwhile is found, and keeps the key there.
    await other.write(lambda conn: talk(conn, other.cipher, 2))
    assert set(await keys_in_use(other)) == {new, old}
    with pytest.raises(KeyStillNeeded, match="data rekey"):
        await drop(url, key)
    keys.write(there, keys.read(key))
    assert await step(url, key, shared=True) is Step.UNFINISHED
    assert set(await keys_in_use(other)) == {new}
    assert await drop(url, key) == [old]
    await other.close()


async def test_a_key_that_has_just_been_changed_is_not_dropped(store: Database, url: str, key: Path) -> None:
    await step(url, key)
    before = key.read_text()  # noqa: ASYNC240
    with pytest.raises(KeyStillNeeded, match="Wait a minute"):
        await drop(url, key, datetime.now(UTC))
    assert key.read_text() == before  # noqa: ASYNC240
    long_ago = (NOW - timedelta(days=1)).timestamp()
    os.utime(key, (long_ago, long_ago))
    assert len(await drop(url, key, NOW)) == 1


async def test_nothing_is_dropped_where_nothing_is_old(store: Database, url: str, key: Path) -> None:
    assert await drop(url, key) == []
    await step(url, key, shared=True)
    assert await drop(url, key) == []
    assert len(keys.read(key).ids) == 2


async def test_a_crash_while_a_key_is_dropped_leaves_one_too_many_and_is_made_good(
    store: Database, url: str, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await step(url, key)
    new, old = keys.read(key).ids

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(keys, "write", crash)
        with pytest.raises(KeyboardInterrupt):
            await drop(url, key)
    assert keys.read(key).ids == (new, old)
    # The old key is not taken for a new one.
    assert await drop(url, key) == [old]
    assert keys.read(key).ids == (new,)


async def test_a_key_file_from_before_is_refused_once_something_is_sealed_with_the_new_key(
    store: Database, url: str, key: Path
) -> None:
    before = key.with_name("before.key")
    keys.write(before, keys.read(key))
    await step(url, key)
    with pytest.raises(KeyFileDoesNotFit):
        await open_store(url, before, lambda: NOW)


async def test_everybody_has_noticed_after_the_pause(key: Path) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    await until_noticed(sleep)
    assert 2 <= waited[0] <= 10
