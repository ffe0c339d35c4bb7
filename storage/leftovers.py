"""Proof that somebody was erased: every row of every table is looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Connection, Table, select

from storage import chats, outbox
from storage.encryption import Cipher
from storage.models import Base, Case, CaseEvent, ChatRow, Outbox, Turn

ROWS_AT_ONCE = 2000
# Columns that name a row of another table without a foreign key.
_BY_NAME = {"turn_id": "turns", "outbox_id": "outbox"}


@dataclass(frozen=True, slots=True)
class Person:
    """How somebody can be recognised in the tables: by their lane, their chat, and the ids of their rows."""

    lane: str = field(repr=False)
    chat_id: int | None = field(repr=False)
    pseudonym: str | None
    rows: dict[str, frozenset[int]]


def recognise(conn: Connection, cipher: Cipher, lane: str, chat_id: int | None = None) -> Person:
    """What to look for afterwards; to be taken before somebody is erased."""
    chat = chats.find(conn, cipher, lane)
    row = chat.id if chat is not None else 0
    of_case = select(Case.id).where(Case.chat_id == row)
    wanted = {
        "chats": select(ChatRow.id).where(ChatRow.id == row),
        "turns": select(Turn.id).where(Turn.chat_id == row),
        "cases": of_case,
        "case_events": select(CaseEvent.id).where(CaseEvent.case_id.in_(of_case)),
        "outbox": select(Outbox.id).where(Outbox.lane == lane),
    }
    return Person(
        lane,
        chat.chat_id if chat is not None else chat_id,
        chat.pseudonym if chat is not None else None,
        {table: frozenset(conn.execute(ids).scalars()) for table, ids in wanted.items()},
    )


def leftovers(conn: Connection, cipher: Cipher, person: Person) -> list[str]:
    """Where the tables still hold something of a person, as "table.column"; empty when nothing is left.

    Reads everything there is. Raises CannotDecrypt.
    """
    found: set[str] = set()
    for table in Base.metadata.sorted_tables:
        tests = [(column, test) for column in table.columns if (test := _test(table, column, cipher, person))]
        if not tests:
            continue
        rows = conn.execution_options(yield_per=ROWS_AT_ONCE).execute(
            select(*(column for column, _ in tests))
        )
        for row in rows:
            for (column, test), value in zip(tests, row, strict=True):
                if value is not None and test(value):
                    found.add(f"{table.name}.{column.name}")
    return sorted(found)


def _test(table: Table, column: Column[Any], cipher: Cipher, person: Person) -> Any:
    """The question to ask of each value of a column; None where it can name nobody."""
    ids = person.rows.get(_table_named_by(table, column) or "", frozenset())
    if ids:
        return ids.__contains__
    if column.type.python_type is str:
        return lambda value: person.lane in value
    if f"{table.name}.{column.name}" == "chats.chat_id_sealed":
        return lambda value: int(cipher.open(value, chats.CHAT_ID)) == person.chat_id
    if f"{table.name}.{column.name}" == "outbox.body_sealed":
        return lambda value: cipher.open_json(value, outbox.PLACE)["chat_id"] == person.chat_id
    return None


def _table_named_by(table: Table, column: Column[Any]) -> str | None:
    """The table whose rows the values of a column are the ids of."""
    for key in column.foreign_keys:
        return key.column.table.name
    return table.name if column.name == "id" else _BY_NAME.get(column.name)
