"""Statements of the busy paths, compiled once and handed straight to the driver.

SQLAlchemy writes them, so both databases get their own words and types; but its execution of a statement
costs 40 to 150 us of CPU, where the statement itself takes 2 to 10 us on SQLite. A turn needs eight.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect
from sqlalchemy.sql.elements import ClauseElement

Processor = Callable[[Any], Any]
_CURSOR = "bekal cursor"
ROUND_TRIPS_OF_MANY = 3  # of an executemany of psycopg, however many rows


class _Compiled:
    """The words of a statement for one kind of database, and how its values are passed."""

    def __init__(self, statement: ClauseElement, dialect: Dialect, columns: Sequence[str] | None) -> None:
        # Any: the attributes of compiled SQL are not declared on the class that `compile` promises.
        compiled: Any = statement.compile(dialect=dialect, column_keys=columns)
        self.sql = str(compiled)
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        self.names: tuple[str, ...] = tuple(compiled.positiontup or binds)
        self.positional = compiled.positional
        self.constants = {name: value for name, value in compiled.params.items() if value is not None}
        self.processors: dict[str, Processor | None] = {
            name: binds[name].type.dialect_impl(dialect).bind_processor(dialect) for name in self.names
        }

    def arguments(self, values: Mapping[str, Any]) -> Any:
        constants, processors = self.constants, self.processors
        found = []
        for name in self.names:
            value = values[name] if name in values else constants[name]
            process = processors[name]
            found.append(value if process is None else process(value))
        return found if self.positional else dict(zip(self.names, found, strict=True))


class Prepared:
    """A statement for `execute`. No IN lists, and results come as the driver makes them: ids and text only.

    `write` makes the statement for "sqlite" or "postgresql". An INSERT without named bind parameters needs
    `columns`, the names of the values that will be passed.
    """

    def __init__(self, write: Callable[[str], ClauseElement], columns: Sequence[str] | None = None) -> None:
        self._write = write
        self._columns = columns
        self._by_dialect: dict[str, _Compiled] = {}

    def _for(self, conn: Connection) -> _Compiled:
        name = conn.dialect.name
        compiled = self._by_dialect.get(name)
        if compiled is None:
            compiled = _Compiled(self._write(name), conn.dialect, self._columns)
            self._by_dialect[name] = compiled
        return compiled

    def changed(self, conn: Connection, values: Mapping[str, Any]) -> int:
        """Execute and return the number of rows changed."""
        compiled = self._for(conn)
        count: int = _cursor(conn).execute(compiled.sql, compiled.arguments(values)).rowcount
        return count

    def rows(self, conn: Connection, values: Mapping[str, Any]) -> list[Any]:
        """Execute and return all rows; for RETURNING."""
        compiled = self._for(conn)
        found: list[Any] = _cursor(conn).execute(compiled.sql, compiled.arguments(values)).fetchall()
        return found

    def many(self, conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute once for each set of values, in order."""
        compiled, cursor = self._for(conn), _cursor(conn)
        arguments = [compiled.arguments(each) for each in rows]
        if len(rows) <= ROUND_TRIPS_OF_MANY:
            for each in arguments:
                cursor.execute(compiled.sql, each)
        else:
            cursor.executemany(compiled.sql, arguments)


Work = tuple[Prepared, Mapping[str, Any]]
MOST_TOGETHER = 12
_together: dict[tuple[Prepared, ...], str] = {}


def together(conn: Connection, work: Sequence[Work]) -> None:
    """Execute statements whose results and order do not matter, and of which no two change the same row.

    PostgreSQL gets them as one: each statement by itself would cost a round trip.
    """
    if conn.dialect.name != "postgresql" or not 1 < len(work) <= MOST_TOGETHER:
        for statement, values in work:
            statement.many(conn, [values])
        return
    arguments: dict[str, Any] = {}
    for place, (statement, values) in enumerate(work):
        compiled = statement._for(conn)
        arguments |= {f"p{place}_{name}": value for name, value in compiled.arguments(values).items()}
    key = tuple(statement for statement, _ in work)
    if key not in _together:
        parts = [
            statement._for(conn).sql.replace("%(", f"%(p{place}_") for place, statement in enumerate(key)
        ]
        before = ", ".join(f"s{place} AS ({part})" for place, part in enumerate(parts[:-1]))
        _together[key] = f"WITH {before} {parts[-1]}"
    _cursor(conn).execute(_together[key], arguments)


def plainly(conn: Connection, sql: str) -> None:
    """Execute a statement without values or results, e.g. SAVEPOINT."""
    _cursor(conn).execute(sql)


def _cursor(conn: Connection) -> Any:
    """The one cursor of a connection: making one costs psycopg a third of a statement."""
    cursor = conn.info.get(_CURSOR)
    if cursor is None:
        driver: Any = conn.connection.driver_connection
        cursor = conn.info[_CURSOR] = driver.cursor()
    return cursor
