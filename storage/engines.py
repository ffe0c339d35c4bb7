"""Connections: which addresses work, and how each kind of database is set up."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, QueuePool, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from storage.errors import StoreUrlUnsupported

BUSY_TIMEOUT_MS = 5000
CONNECT_TIMEOUT_S = 3
LOCK_TIMEOUT_MS = 2000
DRIVERS = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg"}


def normalise(url: str) -> URL:
    """The address with the driver that this package uses.

    Takes sqlite:///file, sqlite+aiosqlite:///file, postgresql://... and postgresql+psycopg://...
    Raises StoreUrlUnsupported.
    """
    kinds = "sqlite:///path/to/file.db or postgresql://user@host/database"
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreUrlUnsupported(f"This is no database address. Write {kinds}.") from error
    driver = DRIVERS.get(parsed.get_backend_name())
    if driver is None:
        raise StoreUrlUnsupported(
            f"Databases of kind {parsed.get_backend_name()!r} are not supported; use {kinds}."
        )
    if driver.startswith("sqlite") and parsed.database in (None, "", ":memory:"):
        raise StoreUrlUnsupported(
            "A database in memory would lose messages at every stop. Name a file: " + kinds
        )
    return parsed.set(drivername=driver)


def sqlite_file(url: URL) -> Path | None:
    """The file of an SQLite address, else None."""
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None


def settle(url: str) -> None:
    """Write what SQLite keeps in its companion files into the database itself, as far as its users allow.

    Old pages disappear with it. On PostgreSQL this does nothing.
    """
    file = sqlite_file(normalise(url))
    if file is not None and file.exists():
        with contextlib.closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def writer_engine(url: URL) -> Engine:
    """For one thread that holds one connection."""
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, begin="BEGIN IMMEDIATE", poolclass=NullPool)
    return _postgresql(url, poolclass=NullPool)


def reader_engine(url: URL, readers: int) -> Engine:
    """For `readers` threads that cannot write."""
    pool = {"poolclass": QueuePool, "pool_size": readers, "max_overflow": 0}
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, begin="BEGIN", read_only=True, **pool)
    return _postgresql(url, read_only=True, pool_pre_ping=True, **pool)


def _sqlite(url: URL, *, begin: str, read_only: bool = False, **options: Any) -> Engine:
    engine = create_engine(url, connect_args={"check_same_thread": False}, **options)

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        # The driver would begin transactions on its own, too late for savepoints; we say BEGIN ourselves.
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout = {BUSY_TIMEOUT_MS}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "secure_delete = ON",
            "temp_store = MEMORY",
            f"query_only = {'ON' if read_only else 'OFF'}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _postgresql(url: URL, *, read_only: bool = False, **options: Any) -> Engine:
    return create_engine(
        url,
        isolation_level="READ COMMITTED",
        execution_options={"postgresql_readonly": read_only},
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_S,
            "application_name": "bekal",
            "tcp_user_timeout": 10_000,
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "options": f"-c lock_timeout={LOCK_TIMEOUT_MS} -c timezone=UTC",
        },
        **options,
    )
