"""Database and key are made together and start together, or not at all; migrations go both ways."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from storage import (
    Connection,
    KeyFileDoesNotFit,
    KeyFileMissing,
    StoreNotMigrated,
    chats,
    keys,
    migrate,
    open_store,
)
from storage.models import Base
from tests.storage.conftest import NOW


async def store_and_find(url: str, key: Path) -> int:
    database = await open_store(url, key, lambda: NOW)
    lane = database.cipher.lane(5)

    def both(conn: Connection) -> int:
        return chats.ensure(conn, database.cipher, lane, 5, NOW).id

    try:
        return await database.write(both)
    finally:
        await database.close()


@pytest.fixture
def empty_url(url: str) -> Iterator[str]:
    migrate.downgrade(url, "base")
    yield url
    migrate.upgrade(url)


async def test_database_and_key_are_made_together_and_found_again(empty_url: str, tmp_path: Path) -> None:
    key = tmp_path / "bekal.key"
    first = await store_and_find(empty_url, key)
    assert await store_and_find(empty_url, key) == first


async def test_a_database_without_its_key_does_not_start(empty_url: str, tmp_path: Path) -> None:
    key = tmp_path / "bekal.key"
    await store_and_find(empty_url, key)
    key.rename(tmp_path / "elsewhere.key")
    with pytest.raises(KeyFileMissing):
        await store_and_find(empty_url, key)
    assert not key.exists()


async def test_the_key_of_another_database_does_not_start(empty_url: str, tmp_path: Path) -> None:
    key = tmp_path / "bekal.key"
    await store_and_find(empty_url, key)
    right = key.read_text()
    keys.write(key, keys.make_keys(NOW))
    with pytest.raises(KeyFileDoesNotFit, match="Restore"):
        await store_and_find(empty_url, key)
    other_lanes = json.loads(right) | {"lane_secret": json.loads(key.read_text())["lane_secret"]}
    key.write_text(json.dumps(other_lanes))
    with pytest.raises(KeyFileDoesNotFit):
        await store_and_find(empty_url, key)


async def test_a_key_without_a_database_is_taken_up(empty_url: str, tmp_path: Path) -> None:
    key = tmp_path / "bekal.key"
    made = keys.load_or_make(key, database_exists=False, now=NOW)
    await store_and_find(empty_url, key)
    assert keys.read(key) == made


async def test_a_database_of_a_newer_bekal_does_not_start(empty_url: str, tmp_path: Path) -> None:
    key = tmp_path / "bekal.key"
    await store_and_find(empty_url, key)
    set_version(empty_url, "9999")
    with pytest.raises(StoreNotMigrated, match="newer"):
        await store_and_find(empty_url, key)
    set_version(empty_url, migrate.newest())
    await store_and_find(empty_url, key)


def set_version(url: str, version: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    engine.dispose()


def test_migrations_make_what_the_models_say_and_take_it_back(empty_url: str) -> None:
    assert migrate.current(empty_url) is None
    with pytest.raises(StoreNotMigrated, match="bekal db upgrade"):
        migrate.check(empty_url)
    migrate.upgrade(empty_url)
    migrate.upgrade(empty_url)
    migrate.check(empty_url)
    assert migrate.current(empty_url) == migrate.newest()
    assert migrate.differences(empty_url) == []
    migrate.downgrade(empty_url, "base")
    assert len(migrate.differences(empty_url)) >= len(Base.metadata.tables)


def test_the_numbers_of_the_files_are_the_history_that_alembic_walks() -> None:
    script = ScriptDirectory(str(migrate.FOLDER))
    assert migrate.newest() == script.get_current_head()
    assert migrate.known() == [each.revision for each in script.walk_revisions()][::-1]


def test_importing_the_store_leaves_alembic_alone() -> None:
    look = "import sys, storage; print([name for name in sys.modules if name.startswith('alembic')])"
    found = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


def test_a_new_sqlite_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "bekal.db"
    assert migrate.current(f"sqlite:///{path}") is None
    assert not path.exists()
    migrate.upgrade(f"sqlite:///{path}")
    assert path.stat().st_mode & 0o777 == 0o600
