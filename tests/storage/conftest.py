"""Every test of the store runs on SQLite and, where a server answers, on PostgreSQL."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from storage import Cipher, Database, keys, migrate
from storage.engines import normalise
from storage.models import Base

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
LEASE = NOW + timedelta(seconds=60)
POSTGRES = os.environ.get("BEKAL_TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database, to be copied."""
    path = tmp_path_factory.mktemp("store") / "template.db"
    migrate.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a database of this session alone, dropped at its end."""
    server = normalise(POSTGRES)
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        connection = psycopg.connect(plain, autocommit=True, connect_timeout=2)
    except psycopg.OperationalError as error:
        pytest.skip(f"no PostgreSQL answers (BEKAL_TEST_POSTGRES_URL): {error}")
    name = f"bekal_test_{secrets.token_hex(6)}"
    with connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        # These tests kill clients, never the server: it need not wait for the disk.
        connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
        try:
            yield server.set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def postgres_migrated(postgres_server: str) -> str:
    migrate.upgrade(postgres_server)
    return postgres_server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a migrated, empty database."""
    if request.param == "sqlite":
        path = tmp_path / "bekal.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    address: str = request.getfixturevalue("postgres_migrated")
    empty(address)
    return address


def empty(address: str) -> None:
    """Remove every row of a PostgreSQL database."""
    plain = normalise(address).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        connection.execute(EMPTY)


# The log of the staff refuses to be deleted from, and truncating a table that holds nothing takes long.
EMPTY = f"""
DO $$
DECLARE filled text;
BEGIN
    FOREACH filled IN ARRAY ARRAY{[table.name for table in reversed(Base.metadata.sorted_tables)]} LOOP
        EXECUTE format('SELECT %L FROM %I LIMIT 1', filled, filled) INTO filled;
        IF filled = 'audit' THEN TRUNCATE audit;
        ELSIF filled IS NOT NULL THEN EXECUTE format('DELETE FROM %I', filled);
        END IF;
    END LOOP;
END $$
"""


@pytest.fixture
def cipher() -> Cipher:
    return Cipher(keys.make_keys(NOW))


@pytest.fixture
async def db(url: str, cipher: Cipher) -> AsyncIterator[Database]:
    database = Database.open(url, cipher, clock=lambda: NOW)
    yield database
    await database.close()


@pytest.fixture
async def replica(url: str, cipher: Cipher) -> AsyncIterator[Database]:
    """A second process on the same database, as far as the database can tell."""
    database = Database.open(url, cipher, clock=lambda: NOW)
    yield database
    await database.close()
