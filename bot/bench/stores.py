"""Stores for bots under measurement: a SQLite file, or a PostgreSQL database made for the purpose."""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

# As for the tests.
SERVER = os.environ.get("BEKAL_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
KINDS = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Store:
    """Where a bot keeps its data, seen from outside. kind: sqlite | postgresql."""

    kind: str
    url: str

    @property
    def file(self) -> Path:
        """The file of a SQLite store."""
        return Path(self.url.removeprefix("sqlite:///"))

    @property
    def port(self) -> int:
        """The port of a PostgreSQL server."""
        return urlsplit(self.url).port or 5432

    def behind(self, port: int) -> str:
        """The address of the same database through a proxy on this machine."""
        parts = urlsplit(self.url)
        user = f"{parts.username}@" if parts.username else ""
        return f"postgresql://{user}127.0.0.1:{port}{parts.path}"

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What is committed, seen by somebody else; `values` take the place of each %s."""
        if self.kind == "sqlite":
            uri = f"file:{self.file}?mode=ro"
            with contextlib.closing(sqlite3.connect(uri, uri=True)) as store:
                return store.execute(query.replace("%s", "?"), values).fetchall()
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(query, values or None).fetchall()

    def count(self, query: str) -> int:
        """The one number that a query gives."""
        return int(self.rows(query)[0][0])


def sqlite_store(data_dir: Path) -> Store:
    """The file in which a bot with this data folder keeps everything."""
    return Store("sqlite", f"sqlite:///{data_dir / 'bekal.sqlite3'}")


@contextlib.contextmanager
def postgresql_store() -> Iterator[Store]:
    """A new database, removed at the end of the block."""
    server = SERVER.replace("postgresql+psycopg://", "postgresql://")
    name = f"bekal_bench_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True, connect_timeout=5) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield Store("postgresql", urlsplit(server)._replace(path=f"/{name}").geturl())
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
