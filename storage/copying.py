"""Moving a database from SQLite to PostgreSQL, row by row, without losing any.

Nothing remembers how far it came: what the target holds is compared with the source, so a run that was cut
off is simply started again. Values travel as they are stored; the key file stays the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, Table, delete, func, insert, select, text, tuple_
from sqlalchemy.exc import DBAPIError

from storage import migrate
from storage.engines import normalise, reader_engine, writer_engine
from storage.errors import CopyFailed, StoreUrlUnsupported
from storage.models import Base, KeyId

STEP = 2000
Key = tuple[Any, ...]
Row = tuple[Any, ...]
Progress = Callable[[str, int], None]


def copy(source_url: str, target_url: str, *, progress: Progress, step: int = STEP) -> dict[str, int]:
    """Make the PostgreSQL database at `target_url` equal to the SQLite one -> rows by table.

    Nothing may write to either meanwhile. `progress` is told the table and how many of its rows are there,
    after each commit. Raises StoreUrlUnsupported, StoreNotMigrated, StoreUnavailable; CopyFailed where the
    target holds another database's data or refuses a row.
    """
    source, target = normalise(source_url), normalise(target_url)
    if (source.get_backend_name(), target.get_backend_name()) != ("sqlite", "postgresql"):
        raise StoreUrlUnsupported(
            "A database is copied from SQLite to PostgreSQL, and in no other direction."
        )
    migrate.check(source_url)
    migrate.upgrade(target_url)
    migrate.check(target_url)
    reader, writer = reader_engine(source, 1), writer_engine(target)
    try:
        with reader.connect() as here, writer.connect() as there:
            tables = [_Copied(table, step) for table in Base.metadata.sorted_tables]
            _same_owner(here, there, tables)
            for table in reversed(tables):
                table.prune(here, there)
            for table in tables:
                table.fill(here, there, progress)
                table.go_on_counting(here, there)
            return {table.name: table.compare(here, there) for table in tables}
    except DBAPIError as error:
        raise CopyFailed(f"The copy stopped: {error.orig}. Run it again to go on.") from error
    finally:
        reader.dispose()
        writer.dispose()


class _Copied:
    """One table on its way; every step is a transaction of the target."""

    def __init__(self, table: Table, step: int) -> None:
        self.name = table.name
        self._table = table
        self._step = step
        self._columns = list(table.columns)
        self._places = [self._columns.index(column) for column in table.primary_key.columns]

    def any_row(self, conn: Connection) -> bool:
        """Whether the table holds anything."""
        return bool(conn.execute(select(self._table).limit(1)).first())

    def prune(self, here: Connection, there: Connection) -> None:
        """Remove from the target what an earlier run copied and the source has changed since."""
        for rows in self._pages(there):
            same = self._between(here, rows)
            stale = [key for row in rows if same.get(key := self._key(row)) != row]
            if stale:
                there.execute(delete(self._table).where(tuple_(*self._table.primary_key).in_(stale)))
        there.commit()

    def fill(self, here: Connection, there: Connection, progress: Progress) -> None:
        """Add to the target what it does not have."""
        names, done = [column.name for column in self._columns], 0
        for rows in self._pages(here):
            known = self._between(there, rows)
            new = [dict(zip(names, row, strict=True)) for row in rows if self._key(row) not in known]
            if new:
                there.execute(insert(self._table), new)
            there.commit()
            done += len(rows)
            progress(self.name, done)

    def compare(self, here: Connection, there: Connection) -> int:
        """How many rows the two have, all of them equal. Raises CopyFailed."""
        count = 0
        for rows in self._pages(here):
            if self._between(there, rows) != {self._key(row): row for row in rows}:
                raise CopyFailed(
                    f"{self.name}: the copy differs. Does something write meanwhile? Run it again."
                )
            count += len(rows)
        if there.scalar(select(func.count()).select_from(self._table)) != count:
            raise CopyFailed(f"{self.name}: the copy holds more. Does something write to it? Run it again.")
        there.rollback()
        return count

    def go_on_counting(self, here: Connection, there: Connection) -> None:
        """New rows get numbers behind all that were ever given here: no two people share one."""
        if not self._table.dialect_kwargs.get("sqlite_autoincrement"):
            return
        last = here.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = :table"), {"table": self.name})
        count = text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :next, false)")
        there.execute(count, {"table": self.name, "next": (last or 0) + 1})
        there.commit()

    def _pages(self, conn: Connection) -> Iterator[list[Row]]:
        """All rows in the order of their key, some at a time."""
        order, after = self._order(conn), None
        while True:
            wanted = select(self._table).order_by(*order).limit(self._step)
            if after is not None:
                wanted = wanted.where(tuple_(*order) > tuple_(*after))
            rows = [tuple(row) for row in conn.execute(wanted)]
            if rows:
                yield rows
                after = self._key(rows[-1])
            if len(rows) < self._step:
                return

    def _between(self, conn: Connection, rows: Sequence[Row]) -> dict[Key, Row]:
        """What the database holds from the first of these rows to the last."""
        key = tuple_(*self._order(conn))
        first, last = tuple_(*self._key(rows[0])), tuple_(*self._key(rows[-1]))
        found = conn.execute(select(self._table).where(key >= first, key <= last))
        return {self._key(row): tuple(row) for row in found}

    def _order(self, conn: Connection) -> list[ColumnElement[Any]]:
        """The key, in an order that both databases share: PostgreSQL may sort texts by a language's rules."""
        sorts_by_language = conn.dialect.name == "postgresql"
        return [
            column.collate("C") if sorts_by_language and isinstance(column.type, String) else column
            for column in self._table.primary_key
        ]

    def _key(self, row: Sequence[Any]) -> Key:
        return tuple(row[place] for place in self._places)


def _same_owner(here: Connection, there: Connection, tables: Sequence[_Copied]) -> None:
    """Note the keys of the source in the target, unless it belongs to somebody else. Raises CopyFailed."""
    ours, theirs = (set(conn.scalars(select(KeyId.id))) for conn in (here, there))
    if theirs - ours or (not theirs and any(table.any_row(there) for table in tables)):
        raise CopyFailed("The target holds the data of another Bekal: name an empty database.")
    if ours - theirs:
        there.execute(insert(KeyId), [{"id": each} for each in sorted(ours - theirs)])
    there.commit()
