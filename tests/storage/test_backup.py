"""A backup made while people write brings everything back, and nothing is overwritten by mistake."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from storage import (
    Database,
    KeyFileDoesNotFit,
    KeyFileMissing,
    StoreNotMigrated,
    audit,
    backup_postgresql,
    chats,
    keys,
    migrate,
    open_store,
    turns,
)
from storage.backup import backup, kind_of, older_than, restore
from storage.engines import normalise, sqlite_file
from storage.errors import BackupRefused, ToolFailed
from tests.storage.conftest import NOW
from tests.storage.people import hire, talk
from tests.storage.tables import everything


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return tmp_path / "apart" / "bekal.key"


@pytest.fixture
async def store(url: str, key: Path) -> AsyncIterator[Database]:
    """A database in which three people talk to one member of the staff."""
    keys.write(key, keys.make_keys(NOW))
    database = await open_store(url, key, lambda: NOW)
    for chat_id in (1, 2, 3):
        await database.write(lambda conn, n=chat_id: talk(conn, database.cipher, n))
    await database.write(lambda conn: hire(conn, database.cipher))
    await database.write(lambda conn: audit.add(conn, database.cipher, NOW, "ani", "looked", "case:1"))
    yield database
    await database.close()


def lose(url: str) -> None:
    """What a broken disk does."""
    file = sqlite_file(normalise(url))
    if file is None:
        migrate.downgrade(url, "base")
    else:
        for each in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm"))):
            each.unlink(missing_ok=True)


async def test_the_drill(store: Database, url: str, key: Path, tmp_path: Path) -> None:
    """Back up, go on, lose everything, restore: the database is as it was at the time of the backup."""
    file = tmp_path / "backups" / "monday"
    size = await asyncio.to_thread(backup, url, file)
    then = everything(url)
    assert size == file.stat().st_size > 1000
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in file.parent.iterdir()] == ["monday"]
    await store.write(lambda conn: talk(conn, store.cipher, 4))
    await store.close()
    lose(url)
    restore(url, key, file, replace=False)
    assert everything(url) == then
    migrate.check(url)
    assert migrate.differences(url) == []
    again = await open_store(url, key, lambda: NOW)
    lane = again.cipher.lane(2)
    chat = await again.read(lambda conn: chats.find(conn, again.cipher, lane))
    assert chat is not None
    [turn] = await again.read(lambda conn: turns.of_chat(conn, again.cipher, chat.id))
    assert turn.text == "halo"
    # What is new gets new numbers, and the log of the staff can still only be added to.
    await again.write(lambda conn: talk(conn, again.cipher, 5))
    with pytest.raises(Exception, match="only be added to"):
        await again.write(lambda conn: conn.execute(text("DELETE FROM audit")))
    await again.close()


async def test_a_backup_made_while_people_write_is_of_one_moment(
    store: Database, url: str, key: Path, tmp_path: Path
) -> None:
    done = asyncio.Event()

    async def write() -> int:
        n = 10
        while not done.is_set():
            await store.write(lambda conn: talk(conn, store.cipher, n))  # noqa: B023
            n += 1
        return n

    writing = asyncio.create_task(write())
    for n in range(2):
        await asyncio.to_thread(backup, url, tmp_path / f"{n}.backup")
    done.set()
    assert await writing > 11
    await store.close()
    for n in range(2):
        restore(url, key, tmp_path / f"{n}.backup", replace=True)
        rows = everything(url)
        people = len(rows["chats"])
        # Each person is there with all that was written together with them, or not at all.
        assert [len(rows[table]) for table in ("inbox", "outbox", "turns", "cases", "case_events")] == [
            people * each for each in (5, 3, 1, 1, 2)
        ]


async def test_a_backup_holds_no_key(store: Database, url: str, key: Path, tmp_path: Path) -> None:
    backup(url, tmp_path / "b")
    content, found = (tmp_path / "b").read_bytes(), keys.read(key)
    for secret in (found.keys[0].secret, found.lane_secret):
        assert secret not in content
        assert secret.hex().encode() not in content


async def test_nothing_is_overwritten_by_mistake(
    store: Database, url: str, key: Path, tmp_path: Path
) -> None:
    file = tmp_path / "b"
    backup(url, file)
    before = file.read_bytes()
    with pytest.raises(BackupRefused, match="exists already"):
        backup(url, file)
    assert file.read_bytes() == before
    await store.write(lambda conn: talk(conn, store.cipher, 4))
    await store.close()
    now = everything(url)
    with pytest.raises(BackupRefused, match="--replace"):
        restore(url, key, file, replace=False)
    assert everything(url) == now
    restore(url, key, file, replace=True)
    assert everything(url) != now


async def test_a_backup_that_the_key_does_not_open_is_not_put_back(
    store: Database, url: str, key: Path, tmp_path: Path
) -> None:
    backup(url, tmp_path / "b")
    await store.close()
    now = everything(url)
    with pytest.raises(KeyFileMissing):
        restore(url, tmp_path / "no.key", tmp_path / "b", replace=True)
    keys.write(tmp_path / "other.key", keys.make_keys(NOW))
    with pytest.raises(KeyFileDoesNotFit):
        restore(url, tmp_path / "other.key", tmp_path / "b", replace=True)
    assert everything(url) == now
    # A key that was added since is no obstacle.
    keys.write(key, keys.rotated(keys.read(key), NOW))
    restore(url, key, tmp_path / "b", replace=True)
    assert everything(url) == now


@pytest.mark.parametrize("damage", ["cut", "spoilt", "empty", "text"])
async def test_a_damaged_backup_is_not_put_back(
    store: Database, url: str, key: Path, tmp_path: Path, damage: str
) -> None:
    file = tmp_path / "b"
    backup(url, file)
    await store.close()
    now, content = everything(url), file.read_bytes()
    middle = len(content) // 2
    spoilt = (
        content[:middle]
        + bytes(255 - byte for byte in content[middle : middle + 4096])
        + content[middle + 4096 :]
    )
    file.write_bytes({"cut": content[:middle], "spoilt": spoilt, "empty": b"", "text": b"hello"}[damage])
    with pytest.raises(BackupRefused):
        restore(url, key, file, replace=True)
    assert everything(url) == now


async def test_a_backup_of_a_newer_bekal_is_not_put_back(
    store: Database, url: str, key: Path, tmp_path: Path
) -> None:
    await store.close()
    set_version(url, "9999")
    now = everything(url)
    with pytest.raises(StoreNotMigrated):
        backup(url, tmp_path / "a")
    dump(url, tmp_path / "b")
    with pytest.raises(BackupRefused, match="newer"):
        restore(url, key, tmp_path / "b", replace=True)
    assert everything(url) == now
    set_version(url, migrate.newest())


async def test_a_backup_of_an_older_bekal_is_brought_up_to_date(
    store: Database, url: str, key: Path, tmp_path: Path
) -> None:
    await store.close()
    now = everything(url)
    migrate.downgrade(url, "0001")
    dump(url, tmp_path / "old")
    migrate.upgrade(url)
    restore(url, key, tmp_path / "old", replace=True)
    migrate.check(url)
    assert migrate.differences(url) == []
    assert everything(url)["turns"] == now["turns"]


def set_version(url: str, version: str) -> None:
    engine = create_engine(normalise(url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    engine.dispose()


def dump(url: str, file: Path) -> None:
    """A backup as an other version of Bekal makes it."""
    source = sqlite_file(normalise(url))
    if source is not None:
        shutil.copy(source, file)
        return
    plain = normalise(url).set(drivername="postgresql").render_as_string(hide_password=False)
    subprocess.run(["pg_dump", "-Fc", "-f", file, plain], check=True)


async def test_a_backup_of_the_other_kind_is_refused_with_the_way_to_go(
    store: Database, url: str, key: Path, tmp_path: Path
) -> None:
    file = tmp_path / "b"
    file.write_bytes(b"PGDMP" if url.startswith("sqlite") else b"SQLite format 3\0")
    await store.close()
    with pytest.raises(BackupRefused, match="db copy"):
        restore(url, key, file, replace=True)


async def test_a_database_in_use_is_not_replaced(
    store: Database, url: str, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if url.startswith("sqlite"):
        pytest.skip("one process owns a SQLite file; the command looks at its lock")
    monkeypatch.setattr(backup_postgresql, "LOOK_SECONDS", 0.01)
    backup(url, tmp_path / "b")
    now = everything(url)
    with pytest.raises(BackupRefused, match="Stop it first"):
        restore(url, key, tmp_path / "b", replace=True)
    assert everything(url) == now


async def test_without_the_programs_of_postgresql_it_is_said_what_to_install(
    store: Database, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    if url.startswith("sqlite"):
        backup(url, tmp_path / "b")  # needs none
    else:
        with pytest.raises(ToolFailed, match="install"):
            backup(url, tmp_path / "b")


def test_a_server_that_does_not_answer_leaves_no_half_backup(tmp_path: Path) -> None:
    address = normalise("postgresql://nobody@127.0.0.1:9/none")
    with pytest.raises(ToolFailed, match="pg_dump failed"):
        backup_postgresql.write(address, tmp_path / "b")
    assert list(tmp_path.iterdir()) == []


def test_old_backups_are_named_and_other_files_are_not(tmp_path: Path) -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    for name, content, age in (
        ("oldest", b"PGDMP....", 90),
        ("old", b"SQLite format 3\0....", 31),
        ("young", b"PGDMP....", 29),
        ("notes.txt", b"hello", 90),
    ):
        (tmp_path / name).write_bytes(content)
        written = (now - timedelta(days=age)).timestamp()
        os.utime(tmp_path / name, (written, written))
    (tmp_path / "folder").mkdir()
    assert [each.name for each in older_than(tmp_path, now - timedelta(days=30))] == ["oldest", "old"]
    assert kind_of(tmp_path / "notes.txt") is None
    with pytest.raises(BackupRefused, match="cannot be read"):
        kind_of(tmp_path / "nowhere")
