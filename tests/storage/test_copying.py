"""A database moves from SQLite to PostgreSQL whole, however often the copy is cut off."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from storage import audit, chats, counters, keys, open_store, people, pseudonyms
from storage.copying import copy
from storage.errors import CopyFailed, StoreUnavailable, StoreUrlUnsupported
from storage.models import Base
from tests.storage.conftest import NOW, empty
from tests.storage.people import hire, talk
from tests.storage.tables import everything

PEOPLE = 7


@pytest.fixture
def target(request: pytest.FixtureRequest) -> str:
    """An empty PostgreSQL database."""
    address: str = request.getfixturevalue("postgres_migrated")
    empty(address)
    return address


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "bekal.key"
    keys.write(path, keys.make_keys(NOW))
    return path


@pytest.fixture
async def source(tmp_path: Path, sqlite_template: Path, key: Path) -> str:
    """A SQLite database in which people talk, one was erased, and staff work."""
    url = f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'bekal.db')}"
    database = await open_store(url, key, lambda: NOW)
    cipher = database.cipher
    for chat_id in range(1, PEOPLE + 1):
        await database.write(lambda conn, n=chat_id: talk(conn, cipher, n))
    await database.write(lambda conn: people.erase(conn, cipher.lane(PEOPLE), NOW))
    await database.write(lambda conn: hire(conn, cipher))
    for n in range(3):
        await database.write(lambda conn, n=n: audit.add(conn, cipher, NOW, "ani", "looked", f"case:{n}"))
        for label in ("a B", "Ab", "á", "a-c", "Z", "_"):  # texts that languages sort in their own way
            await database.write(
                lambda conn, n=n, label=label: counters.add(conn, NOW.date(), "x", label, n + 1, owner=str(n))
            )
    await database.close()
    return url


def quiet(_table: str, _rows: int) -> None:
    return None


def test_all_rows_arrive_and_a_second_run_changes_nothing(source: str, target: str) -> None:
    rows = everything(source)
    assert copy(source, target, progress=quiet, step=3) == {
        **dict.fromkeys(Base.metadata.tables, 0),
        **{name: len(found) for name, found in rows.items()},
    }
    assert everything(target) == rows
    assert len(rows) >= 13, rows.keys()


class Killed(Exception):
    pass


@pytest.mark.parametrize("steps", [1, 12, 30])
def test_a_copy_that_was_cut_off_goes_on(source: str, target: str, steps: int) -> None:
    left = steps

    def killed(_table: str, _rows: int) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Killed

    with pytest.raises(Killed):
        copy(source, target, progress=killed, step=3)
    assert everything(target) != everything(source)
    copy(source, target, progress=quiet, step=5)
    assert everything(target) == everything(source)


async def test_what_changed_between_two_runs_is_brought_along(source: str, target: str, key: Path) -> None:
    copy(source, target, progress=quiet)
    database = await open_store(source, key, lambda: NOW)
    cipher = database.cipher
    await database.write(lambda conn: people.erase(conn, cipher.lane(2), NOW))
    await database.write(lambda conn: talk(conn, cipher, 50))

    def moved_on(conn: Any) -> None:
        chat = chats.find(conn, cipher, cipher.lane(3))
        assert chat is not None
        chats.update(conn, cipher, chat, locale="su")

    await database.write(moved_on)
    await database.close()
    copy(source, target, progress=quiet, step=3)
    assert everything(target) == everything(source)


async def test_the_copy_works_with_the_same_key_and_gives_new_numbers(
    source: str, target: str, key: Path
) -> None:
    copy(source, target, progress=quiet)
    database = await open_store(target, key, lambda: NOW + timedelta(hours=1))
    cipher = database.cipher
    held = await database.read(lambda conn: people.export(conn, cipher, cipher.lane(1)))
    assert held["turns"][0]["text"] == "halo"
    assert (await database.read(lambda conn: audit.verify(conn, cipher))).broken_at is None
    new = await database.write(lambda conn: chats.ensure(conn, cipher, cipher.lane(99), 99, NOW))
    # Not that of the person who was erased, though it is free.
    assert new.pseudonym == pseudonyms.pseudonym(PEOPLE + 1)
    await database.close()


async def test_the_data_of_another_bekal_is_not_touched(source: str, target: str, tmp_path: Path) -> None:
    other = tmp_path / "other.key"
    keys.write(other, keys.make_keys(NOW))
    database = await open_store(target, other, lambda: NOW)
    await database.write(lambda conn: talk(conn, database.cipher, 1))
    await database.close()
    before = everything(target)
    with pytest.raises(CopyFailed, match="another Bekal"):
        copy(source, target, progress=quiet)
    assert everything(target) == before


def test_a_row_that_postgresql_refuses_is_told_and_costs_nothing(source: str, target: str) -> None:
    engine = create_engine(source)
    with engine.begin() as connection:
        connection.execute(text("UPDATE outbox SET method = :long"), {"long": "x" * 50})
    with pytest.raises(CopyFailed, match="too long"):
        copy(source, target, progress=quiet)
    with engine.begin() as connection:
        connection.execute(text("UPDATE outbox SET method = 'sendMessage'"))
    engine.dispose()
    copy(source, target, progress=quiet)
    assert everything(target) == everything(source)


def test_there_is_one_direction(source: str, tmp_path: Path) -> None:
    with pytest.raises(StoreUrlUnsupported):
        copy(source, f"sqlite:///{tmp_path / 'other.db'}", progress=quiet)
    with pytest.raises(StoreUnavailable):
        copy(source, "postgresql://nobody@127.0.0.1:9/none", progress=quiet)
