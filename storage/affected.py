"""Who was affected between two times: whom a notice about a breach has to reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, exists, func, or_, select, union

from storage.models import Case, CaseEvent, ChatRow, Inbox, Outbox, Turn
from storage.pseudonyms import pseudonym


@dataclass(frozen=True, slots=True)
class Affected:
    """What was stored of one person in a span of time: updates that waited or were put aside, turns, steps of
    cases, messages of the bot.
    """

    pseudonym: str
    received: int
    turns: int
    case_steps: int
    sent: int


def affected(conn: Connection, start: datetime, end: datetime) -> tuple[list[Affected], int]:
    """Everybody of whom something was stored from `start` until before `end`, by pseudonym.

    Also gives how many more chats there are that have no name yet, as their first message still waits. Who
    was erased since, and what retention has ended, is known to nobody any more.
    """
    counts = {
        "received": _by_lane(conn, Inbox, Inbox.received_at, start, end),
        "turns": _counted(conn, select(Turn.chat_id, func.count()).where(_within(Turn.at, start, end))),
        "case_steps": _counted(
            conn,
            select(Case.chat_id, func.count())
            .join(CaseEvent, CaseEvent.case_id == Case.id)
            .where(_within(CaseEvent.at, start, end)),
        ),
        "sent": _by_lane(conn, Outbox, Outbox.created_at, start, end),
    }
    times = (ChatRow.created_at, ChatRow.seen_at, ChatRow.consent_at)
    known = select(ChatRow.id).where(or_(*(_within(time, start, end) for time in times)))
    rows = set(conn.execute(known).scalars()).union(*counts.values())
    people = [
        Affected(pseudonym(row), **{kind: found.get(row, 0) for kind, found in counts.items()})
        for row in rows
    ]
    return sorted(people, key=lambda each: each.pseudonym), _strangers(conn, start, end)


def _within(time: Any, start: datetime, end: datetime) -> Any:
    return and_(time >= start, time < end)


def _by_lane(conn: Connection, table: Any, time: Any, start: datetime, end: datetime) -> Mapping[int, int]:
    rows = select(ChatRow.id, func.count()).join(table, table.lane == ChatRow.lane)
    return _counted(conn, rows.where(_within(time, start, end)))


def _counted(conn: Connection, rows: Select[int, int]) -> Mapping[int, int]:
    """How many rows each chat has: the first column is its id."""
    return dict(conn.execute(rows.group_by(rows.selected_columns[0])).all())


def _strangers(conn: Connection, start: datetime, end: datetime) -> int:
    lanes = union(
        select(Inbox.lane).where(_within(Inbox.received_at, start, end)),
        select(Outbox.lane).where(_within(Outbox.created_at, start, end)),
    ).subquery()
    known = exists().where(ChatRow.lane == lanes.c.lane)
    unknown = select(func.count()).select_from(lanes).where(lanes.c.lane.is_not(None), ~known)
    return int(conn.execute(unknown).scalar_one())
