"""What tests see of the tables: all of them, whatever they are."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, create_engine

from storage.engines import normalise
from storage.models import Base

Rows = dict[str, list[tuple[Any, ...]]]


def everything(url: str) -> Rows:
    """Every row of every table that is not empty, in the order of its primary key."""
    engine = create_engine(normalise(url))
    try:
        with engine.connect() as connection:
            return all_rows(connection)
    finally:
        engine.dispose()


def all_rows(connection: Connection) -> Rows:
    found = {
        table.name: [
            tuple(row) for row in connection.execute(table.select().order_by(*table.primary_key.columns))
        ]
        for table in Base.metadata.sorted_tables
    }
    return {name: rows for name, rows in found.items() if rows}
