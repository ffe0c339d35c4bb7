"""Figures over a span of days. What is asked all day comes from counters; cases are few, and found by day.

Nothing here reads turns: its cost grows with days and labels, not with what people write.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, func, select, text

from storage.counters import JAKARTA
from storage.models import IS_STOPPED, WANTS_NEWS, Case, CaseEvent, ChatRow, Counter

NAMES = ("turns", "danger", "destinations", "hours", "people", "feedback")


@dataclass(frozen=True, slots=True)
class CaseTimes:
    """When a case came, was first replied to and was closed; None for what has not happened."""

    kind: str
    opened_at: datetime
    replied_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Of a span of days, Jakarta's: sums by name and label, questions and people by day, its cases.

    The labels are those of `storage.unit`; a label of "turns" is "language topic rung".
    """

    sums: Mapping[str, Mapping[str, int]]
    turns_by_day: Mapping[date, int]
    people_by_day: Mapping[date, int]
    cases: tuple[CaseTimes, ...]
    newly_stopped: int


@dataclass(frozen=True, slots=True)
class Reach:
    """Now: people known, those who blocked the bot or left, those who want news."""

    known: int
    stopped: int
    news: int


def figures(conn: Connection, first: date, last: date) -> Figures:
    """What happened from the first to the last day, both included."""
    span = (Counter.day >= first, Counter.day <= last)
    sums: dict[str, Tally[str]] = {name: Tally() for name in NAMES}
    by_label = select(Counter.name, Counter.label, func.sum(Counter.n)).where(Counter.name.in_(NAMES), *span)
    for name, label, n in conn.execute(by_label.group_by(Counter.name, Counter.label)):
        sums[name][label] = int(n)
    start, end = _midnight(first), _midnight(last + timedelta(days=1))
    stopped = select(func.count()).where(
        text(IS_STOPPED), ChatRow.stopped_at >= start, ChatRow.stopped_at < end
    )
    return Figures(
        sums=sums,
        turns_by_day=_by_day(conn, "turns", None, first, last),
        people_by_day=_by_day(conn, "people", "active", first, last),
        cases=_cases(conn, start, end),
        newly_stopped=int(conn.execute(stopped).scalar_one()),
    )


def reach(conn: Connection) -> Reach:
    """How many people can be reached now."""
    known = conn.execute(select(func.count()).select_from(ChatRow)).scalar_one()
    stopped = conn.execute(select(func.count()).where(ChatRow.stopped, text(IS_STOPPED))).scalar_one()
    news = conn.execute(select(func.count()).select_from(ChatRow).where(text(WANTS_NEWS))).scalar_one()
    return Reach(int(known), int(stopped), int(news))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), JAKARTA)


def _by_day(conn: Connection, name: str, label: str | None, first: date, last: date) -> dict[date, int]:
    sums = select(Counter.day, func.sum(Counter.n)).where(
        Counter.name == name, Counter.day >= first, Counter.day <= last
    )
    if label is not None:
        sums = sums.where(Counter.label == label)
    return {day: int(n) for day, n in conn.execute(sums.group_by(Counter.day))}


def _cases(conn: Connection, start: datetime, end: datetime) -> tuple[CaseTimes, ...]:
    reply = (
        select(func.min(CaseEvent.at))
        .where(CaseEvent.case_id == Case.id, CaseEvent.what == "replied")
        .correlate(Case)
        .scalar_subquery()
    )
    opened = select(Case.kind, Case.opened_at, reply, Case.closed_at).where(
        Case.opened_at >= start, Case.opened_at < end
    )
    return tuple(CaseTimes(*row) for row in conn.execute(opened))
