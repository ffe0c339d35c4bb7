"""Every column that holds sealed values, found by the ending of its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Table, select, tuple_

from storage.models import Base

ENDING = "_sealed"
# Where the place that is sealed with a value is not the column itself.
_PLACES = {"staff_codes.totp": "staff.totp"}  # the secret of an invitation becomes the account's as it is


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column of sealed values and the place that they were sealed for."""

    table: Table
    column: Column[Any]
    place: str

    @property
    def key(self) -> tuple[Column[Any], ...]:
        """The primary key of the table."""
        return tuple(self.table.primary_key.columns)


@dataclass(frozen=True, slots=True)
class SealedValue:
    """One value: the primary key of its row, and what is stored."""

    key: tuple[Any, ...]
    sealed: bytes


def sealed_columns() -> list[SealedColumn]:
    """All of them, in the order of their tables."""
    found = []
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if column.name.endswith(ENDING):
                name = f"{table.name}.{column.name.removesuffix(ENDING)}"
                found.append(SealedColumn(table, column, _PLACES.get(name, name)))
    return found


def page(
    conn: Connection, of: SealedColumn, after: Sequence[Any] | None, limit: int
) -> tuple[list[SealedValue], tuple[Any, ...] | None]:
    """The values of the next `limit` rows behind the primary key `after`; where to go on, None at the end."""
    rows = select(*of.key, of.column).order_by(*of.key).limit(limit)
    if after is not None:
        rows = rows.where(tuple_(*of.key) > tuple_(*after))
    found = [(tuple(row[:-1]), row[-1]) for row in conn.execute(rows)]
    values = [SealedValue(key, sealed) for key, sealed in found if sealed is not None]
    return values, found[-1][0] if len(found) == limit else None
