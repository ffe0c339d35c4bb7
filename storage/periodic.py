"""Work that must be done by one process only, however many run."""

from __future__ import annotations

import zlib

from sqlalchemy import Connection, text


def only_one(conn: Connection, name: str) -> bool:
    """Whether this unit of work may do the periodic work `name`; nobody else may until it is committed.

    PostgreSQL keeps the lock; on SQLite the writer's own lock does.
    """
    if conn.dialect.name != "postgresql":
        return True
    number = zlib.crc32(f"bekal {name}".encode())
    return bool(conn.execute(text("SELECT pg_try_advisory_xact_lock(:number)"), {"number": number}).scalar())
