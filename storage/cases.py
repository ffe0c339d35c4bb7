"""What staff have to look at: one open case for one person, the most urgent first.

A new sign joins the open case of the same person and may raise it; it never makes a second one and never
lowers the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, case, delete, func, insert, null, select, text, tuple_, update
from sqlalchemy.sql.dml import ReturningInsert

from storage.case_records import CaseSummary, Event
from storage.dialect import insert_for
from storage.encryption import Cipher
from storage.masking import MaskedText
from storage.models import HAS_DETAIL, IS_OPEN, Case, CaseEvent, ChatRow
from storage.prepared import Prepared
from storage.pseudonyms import pseudonym

DETAIL = "case_events.detail"
REOPENED = timedelta(days=7)
PRIORITY = {"danger": 0, "person": 1, "unanswered": 2, "report": 2, "repeated": 3, "not-helpful": 3}


def _open(dialect: str) -> ReturningInsert[Any]:
    new = insert_for(dialect, Case)
    sign = new.excluded
    urgent = sign.priority < Case.priority
    merged = new.on_conflict_do_update(
        index_elements=["chat_id"],
        index_where=text(IS_OPEN),
        set_={
            "kind": case((urgent, sign.kind), else_=Case.kind),
            "topic": case((urgent, sign.topic), else_=Case.topic),
            "priority": case((urgent, sign.priority), else_=Case.priority),
            # Whoever waited for this person has an answer now.
            "status": case((Case.status == "waiting", "open"), else_=Case.status),
            "updated_at": sign.updated_at,
            "waiting_since": func.coalesce(Case.waiting_since, sign.waiting_since),
            "snoozed_until": null(),
        },
    )
    return merged.returning(Case.id)


_OPEN = Prepared(
    _open, ["chat_id", "kind", "priority", "status", "topic", "opened_at", "updated_at", "waiting_since"]
)


def open(
    conn: Connection,
    cipher: Cipher,
    chat_row_id: int,
    kind: str,
    *,
    now: datetime,
    turn_id: int | None = None,
    topic: str | None = None,
    detail: MaskedText | None = None,
) -> int:
    """Open a case, or add this sign to the person's open one. Returns its id. Raises KeyError for a kind.

    Danger opens a case again that was closed within `REOPENED`: staff know the person from it.
    """
    if kind == "danger":
        _reopen(conn, cipher, chat_row_id, now)
    values = {
        "chat_id": chat_row_id,
        "kind": kind,
        "priority": PRIORITY[kind],
        "status": "open",
        "topic": topic,
        "opened_at": now,
        "updated_at": now,
        "waiting_since": now,
    }
    ((case_id,),) = _OPEN.rows(conn, values)
    _note(conn, cipher, case_id, "reported", now, kind=kind, topic=topic, turn_id=turn_id, detail=detail)
    return int(case_id)


def _reopen(conn: Connection, cipher: Cipher, chat_row_id: int, now: datetime) -> None:
    """Open the person's last case again, if it was closed lately and no other is open."""
    last = conn.execute(
        select(Case.id, Case.status, Case.closed_at)
        .where(Case.chat_id == chat_row_id)
        .order_by(Case.status != "closed", Case.id.desc())
        .limit(1)
    ).first()
    if last is None or last.status != "closed" or last.closed_at is None or now - last.closed_at > REOPENED:
        return
    again = update(Case).where(Case.id == last.id)
    conn.execute(
        again.values(status="open", taken_by=null(), opened_at=now, closed_at=null(), answered=null())
    )
    _note(conn, cipher, last.id, "reopened", now)


def take(conn: Connection, cipher: Cipher, case_id: int, actor: str, now: datetime) -> bool:
    """Make a case somebody's own. False if it is closed or another person's."""
    mine = (Case.taken_by.is_(None)) | (Case.taken_by == actor)
    return _change(conn, cipher, case_id, "taken", actor, now, mine, taken_by=actor)


def wait(conn: Connection, cipher: Cipher, case_id: int, actor: str, now: datetime) -> bool:
    """Staff answered and wait for the person; the next sign opens the case again. False if it is closed."""
    return _change(conn, cipher, case_id, "waiting", actor, now, waiting_since=None)


def close(
    conn: Connection,
    cipher: Cipher,
    case_id: int,
    actor: str,
    now: datetime,
    detail: MaskedText | None = None,
) -> bool:
    """Finish a case. False if it is closed already."""
    return _change(
        conn, cipher, case_id, "closed", actor, now, detail=detail, closed_at=now, waiting_since=None
    )


def note(
    conn: Connection, cipher: Cipher, case_id: int, actor: str, detail: MaskedText, now: datetime
) -> None:
    """Add a remark of a member of the staff."""
    _note(conn, cipher, case_id, "noted", now, actor=actor, detail=detail)


def happened(
    conn: Connection,
    cipher: Cipher,
    case_id: int,
    what: str,
    now: datetime,
    *,
    actor: str | None = None,
    detail: MaskedText | None = None,
    outbox_id: int | None = None,
) -> None:
    """Add a step to the history; see `Event` for `what`."""
    _note(conn, cipher, case_id, what, now, actor=actor, detail=detail, outbox_id=outbox_id)


def _change(
    conn: Connection,
    cipher: Cipher,
    case_id: int,
    status: str,
    actor: str,
    now: datetime,
    *conditions: Any,
    detail: MaskedText | None = None,
    **values: Any,
) -> bool:
    changed = (
        update(Case)
        .where(Case.id == case_id, text(IS_OPEN), *conditions)
        .values(status=status, updated_at=now, **values)
    )
    if not conn.execute(changed).rowcount:
        return False
    _note(conn, cipher, case_id, status, now, actor=actor, detail=detail)
    return True


_EVENT = insert(CaseEvent)


def _note(
    conn: Connection,
    cipher: Cipher,
    case_id: int,
    what: str,
    now: datetime,
    *,
    detail: MaskedText | None = None,
    **values: Any,
) -> None:
    if detail is not None and not isinstance(detail, MaskedText):
        raise TypeError("the detail of a case must come from mask()")
    sealed = None if detail is None else cipher.seal(detail.encode(), DETAIL)
    conn.execute(_EVENT, {"case_id": case_id, "what": what, "at": now, "detail_sealed": sealed, **values})


_SUMMARY: tuple[Any, ...] = (
    Case.id,
    Case.chat_id,
    Case.kind,
    Case.priority,
    Case.status,
    Case.topic,
    Case.taken_by,
    Case.opened_at,
    Case.updated_at,
    ChatRow.locale,
    ChatRow.consent,
    Case.waiting_since,
    Case.snoozed_until,
    Case.answered,
    Case.closed_at,
)


def summaries() -> Select[Any]:
    """The select behind `CaseSummary`, to be narrowed."""
    return select(*_SUMMARY).join_from(Case, ChatRow, ChatRow.id == Case.chat_id)


def summary(row: Any) -> CaseSummary:
    """A row of `summaries`."""
    return CaseSummary(row.id, row.chat_id, pseudonym(row.chat_id), *row[2:])


def queue(
    conn: Connection,
    *,
    limit: int = 50,
    after: CaseSummary | None = None,
    statuses: Sequence[str] = ("open", "taken", "waiting"),
) -> list[CaseSummary]:
    """Cases that are not closed, most urgent first, then oldest first; `after` is the last line seen."""
    wanted = summaries().where(text(f"cases.{IS_OPEN}"), Case.status.in_(statuses))
    order = (Case.priority, Case.opened_at, Case.id)
    if after is not None:
        # One comparison of all three lets the index continue where the last page ended.
        wanted = wanted.where(tuple_(*order) > tuple_(after.priority, after.opened_at, after.id))
    return [summary(row) for row in conn.execute(wanted.order_by(*order).limit(limit))]


def get(conn: Connection, case_id: int) -> CaseSummary | None:
    """One case, or None."""
    row = conn.execute(summaries().where(Case.id == case_id)).one_or_none()
    return None if row is None else summary(row)


def events(conn: Connection, cipher: Cipher, case_id: int) -> list[Event]:
    """The history of a case, oldest first."""
    rows = conn.execute(
        select(CaseEvent.__table__).where(CaseEvent.case_id == case_id).order_by(CaseEvent.id)
    )
    return [
        Event(
            row.at,
            row.what,
            row.kind,
            row.topic,
            row.turn_id,
            row.actor,
            cipher.read_text(row.detail_sealed, DETAIL, row.id),
            row.outbox_id,
        )
        for row in rows
    ]


def clear_details(conn: Connection, before: datetime, limit: int = 1000) -> int:
    """Forget the words in events older than `before`; that they happened stays. Returns how many."""
    old = (
        select(CaseEvent.id)
        .where(text(HAS_DETAIL), CaseEvent.at < before)
        .order_by(CaseEvent.at)
        .limit(limit)
    )
    return conn.execute(update(CaseEvent).where(CaseEvent.id.in_(old)).values(detail_sealed=null())).rowcount


def purge(conn: Connection, before: datetime, limit: int = 1000) -> int:
    """Delete up to `limit` cases closed before a time. Returns how many."""
    old = (
        select(Case.id)
        .where(text("closed_at IS NOT NULL"), Case.closed_at < before)
        .order_by(Case.closed_at)
        .limit(limit)
    )
    return conn.execute(delete(Case).where(Case.id.in_(old))).rowcount
