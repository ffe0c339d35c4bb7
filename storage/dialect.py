"""The one statement that the two databases spell alike and SQLAlchemy offers twice."""

from __future__ import annotations

from sqlalchemy.dialects import postgresql, sqlite

from storage.models import Base

Upsert = postgresql.Insert | sqlite.Insert


def insert_for(dialect: str, table: type[Base]) -> Upsert:
    """An INSERT that knows ON CONFLICT, for "sqlite" or "postgresql"."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
