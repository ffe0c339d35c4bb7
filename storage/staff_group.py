"""The staff's Telegram group: a topic for each danger case, and how far the group has been told of it.

What is to be told follows from the cases themselves, so nothing is lost when a process dies: at worst the
group hears something twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, exists, literal, or_, select, text, update

from storage import cases
from storage.dialect import insert_for
from storage.encryption import Cipher
from storage.models import EPOCH, IS_OPEN, Case, CaseEvent
from storage.staff_desk import split_report
from storage.staff_models import IS_LIVE, StaffTopic
from storage.staff_thread import delivery_states

FRESH = timedelta(hours=24)  # older cases are no news, e.g. when the group is set up
LEASE = timedelta(seconds=60)
AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to a case; `danger` are the kinds that a report names."""

    what: str
    kind: str | None
    actor: str | None
    danger: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic with something to tell, leased to whoever got it.

    `case_id` None: the case is gone, and the topic goes too. `first`: nothing was told yet. `fate` is what
    became of the last message to the person, by `writer`, once that is known. `newest_event` and
    `changed_at` go to `told`.
    """

    id: int
    case_id: int | None
    thread_id: int | None
    newest_event: int
    changed_at: datetime
    first: bool = False
    name: str = ""
    danger: tuple[str, ...] = ()
    taken_by: str | None = None
    closed: bool = False
    steps: tuple[Step, ...] = ()
    fate: str | None = None
    writer: str | None = None
    awaited: int | None = None


def due(conn: Connection, cipher: Cipher, group_id: int, now: datetime) -> list[Topic]:
    """Topics of this group with something to tell, new danger cases included; they are leased."""
    _add_new(conn, group_id, now)
    changed = or_(
        StaffTopic.case_id.is_(None),
        StaffTopic.thread_id.is_(None),
        StaffTopic.awaited.is_not(None),
        Case.updated_at != StaffTopic.told_at,
    )
    rows = conn.execute(
        select(StaffTopic.__table__)
        .outerjoin(Case, Case.id == StaffTopic.case_id)
        .where(text(f"staff_topics.{IS_LIVE}"), StaffTopic.group_id == group_id)
        .where(StaffTopic.due_at <= now, changed)
        .order_by(StaffTopic.due_at, StaffTopic.id)
        .limit(AT_ONCE)
        .with_for_update(of=StaffTopic, skip_locked=True)
    ).all()
    conn.execute(
        update(StaffTopic).where(StaffTopic.id.in_([row.id for row in rows])).values(due_at=now + LEASE)
    )
    return [_topic(conn, cipher, row) for row in rows]


def _add_new(conn: Connection, group_id: int, now: datetime) -> None:
    known = exists().where(StaffTopic.case_id == Case.id, StaffTopic.group_id == group_id)
    fresh = select(
        Case.id,
        literal(group_id),
        literal(0),
        literal(EPOCH, StaffTopic.told_at.type),
        literal(now, StaffTopic.due_at.type),
    ).where(text(f"cases.{IS_OPEN}"), text("cases.priority = 0"), Case.updated_at > now - FRESH, ~known)
    columns = ["case_id", "group_id", "told_event", "told_at", "due_at"]
    new = insert_for(conn.dialect.name, StaffTopic).from_select(columns, fresh.where(text("true")))
    conn.execute(new.on_conflict_do_nothing())


def _topic(conn: Connection, cipher: Cipher, row: Any) -> Topic:
    case = cases.get(conn, row.case_id) if row.case_id is not None else None
    if case is None:
        return Topic(id=row.id, case_id=None, thread_id=row.thread_id, newest_event=0, changed_at=row.told_at)
    events = _events(conn, cipher, case.id)
    new = [each for each in events if each[0] > row.told_event]
    sent = [(outbox_id, step.actor) for _, outbox_id, step in new if outbox_id is not None]
    awaited = sent[-1][0] if sent else row.awaited
    fate = delivery_states(conn, [awaited]).get(awaited) if awaited is not None else None
    return Topic(
        id=row.id,
        case_id=case.id,
        thread_id=row.thread_id,
        newest_event=events[-1][0] if events else row.told_event,
        changed_at=case.updated_at,
        first=row.told_event == 0,
        name=case.pseudonym,
        danger=tuple(dict.fromkeys(kind for _, _, step in events for kind in step.danger)),
        taken_by=case.taken_by,
        closed=case.status == "closed",
        steps=tuple(step for _, _, step in new),
        fate=None if fate == "waiting" else fate,
        writer=next((step.actor for _, row_id, step in reversed(events) if row_id == awaited), None),
        awaited=awaited if fate == "waiting" else None,
    )


def _events(conn: Connection, cipher: Cipher, case_id: int) -> list[tuple[int, int | None, Step]]:
    rows = conn.execute(
        select(CaseEvent.__table__).where(CaseEvent.case_id == case_id).order_by(CaseEvent.id)
    )
    found = []
    for row in rows:
        danger: tuple[str, ...] = ()
        if row.what == "reported" and row.kind == "danger":
            danger, _ = split_report(row.kind, cipher.read_text(row.detail_sealed, cases.DETAIL, row.id))
        found.append((row.id, row.outbox_id, Step(row.what, row.kind, row.actor, danger)))
    return found


def made(conn: Connection, topic_id: int, thread_id: int) -> None:
    """Telegram has made the topic."""
    conn.execute(update(StaffTopic).where(StaffTopic.id == topic_id).values(thread_id=thread_id))


def told(conn: Connection, topic: Topic, now: datetime) -> None:
    """The group knows all that `topic` holds."""
    values = {
        "told_event": topic.newest_event,
        "told_at": topic.changed_at,
        "awaited": topic.awaited,
        "due_at": now,
        # As long as a message is on its way its fate is still to be told.
        "closed_at": now if topic.closed and topic.awaited is None else None,
    }
    conn.execute(update(StaffTopic).where(StaffTopic.id == topic.id).values(values))


def lost(conn: Connection, topic_id: int, now: datetime) -> None:
    """Somebody deleted the topic in Telegram: it is made anew, with all that was told there."""
    values = {"thread_id": None, "told_event": 0, "told_at": EPOCH, "due_at": now}
    conn.execute(update(StaffTopic).where(StaffTopic.id == topic_id).values(values))


def later(conn: Connection, topic_ids: Sequence[int], due_at: datetime) -> None:
    """Telegram does not take them now."""
    conn.execute(update(StaffTopic).where(StaffTopic.id.in_(topic_ids)).values(due_at=due_at))


def drop(conn: Connection, topic_id: int) -> None:
    """The topic is gone at Telegram, like its case here."""
    conn.execute(delete(StaffTopic).where(StaffTopic.id == topic_id))


def case_of(conn: Connection, group_id: int, thread_id: int) -> int | None:
    """The case that this topic is about."""
    found = select(StaffTopic.case_id).where(
        StaffTopic.group_id == group_id, StaffTopic.thread_id == thread_id
    )
    return conn.execute(found).scalar()
