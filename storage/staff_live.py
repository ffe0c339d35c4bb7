"""What is new since somebody looked, cheaply: browsers are told, and fetch the rest themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from storage.models import Case, CaseEvent, Outbox
from storage.pseudonyms import pseudonym

AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class News:
    """Something happened to a case. `danger`: this very event reports danger."""

    id: int
    case_id: int
    what: str
    danger: bool
    pseudonym: str
    taken_by: str | None
    outbox_id: int | None


def newest(conn: Connection) -> int:
    """The id of the newest event."""
    return int(conn.execute(select(func.max(CaseEvent.id))).scalar() or 0)


def since(conn: Connection, event_id: int) -> list[News]:
    """Events after this one, oldest first, AT_ONCE at most."""
    rows = conn.execute(
        select(
            CaseEvent.id,
            CaseEvent.case_id,
            CaseEvent.what,
            CaseEvent.kind,
            CaseEvent.outbox_id,
            Case.chat_id,
            Case.taken_by,
        )
        .join_from(CaseEvent, Case, Case.id == CaseEvent.case_id)
        .where(CaseEvent.id > event_id)
        .order_by(CaseEvent.id)
        .limit(AT_ONCE)
    )
    return [
        News(
            row.id,
            row.case_id,
            row.what,
            row.what == "reported" and row.kind == "danger",
            pseudonym(row.chat_id),
            row.taken_by,
            row.outbox_id,
        )
        for row in rows
    ]


def finished(conn: Connection, outbox_ids: Iterable[int]) -> list[int]:
    """Which of these messages are sent or failed by now, or forgotten."""
    ids = list(outbox_ids)
    if not ids:
        return []
    waiting = set(
        conn.execute(select(Outbox.id).where(Outbox.id.in_(ids), Outbox.finished_at.is_(None))).scalars()
    )
    return [each for each in ids if each not in waiting]
