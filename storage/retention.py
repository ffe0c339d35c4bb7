"""The end of what is kept: each kind of data has its term, and the sweep is part of normal work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, exists, select, text

from storage import (
    broadcast_feed,
    cases,
    counters,
    inbox,
    lanes,
    outbox,
    questions,
    sightings,
    staff_sessions,
    turns,
)
from storage.models import IS_OPEN, Case, ChatRow, Lane


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How long each kind of data is kept."""

    update_ids: timedelta = timedelta(days=7)
    sent_content: timedelta = timedelta(hours=49)  # Telegram lets a bot delete its messages for 48 hours
    sent_rows: timedelta = timedelta(days=30)
    recipients: timedelta = timedelta(days=30)  # of broadcasts that are over; their figures stay
    turns: timedelta = timedelta(days=180)
    closed_cases: timedelta = timedelta(days=365)
    case_details: timedelta = timedelta(days=180)
    sightings: timedelta = sightings.WITHIN
    silent_chats: timedelta = timedelta(days=365)
    counters: timedelta = timedelta(days=1100)


def sweep(conn: Connection, now: datetime, terms: Terms, limit: int = 500) -> dict[str, int]:
    """Remove up to `limit` rows of every kind whose term is over; returns how many of each.

    Small steps, because others wait for the same writer: repeat until the sum is 0. What went is counted by
    day ("retention"), so that somebody can see later that it did.
    """
    questions.untie(conn, now - terms.turns)
    removed = {
        "update_ids": inbox.purge(conn, now - terms.update_ids, limit),
        "sent_content": outbox.clear(conn, now - terms.sent_content, limit),
        "sent_rows": outbox.purge(conn, now - terms.sent_rows, limit),
        "recipients": broadcast_feed.purge(conn, now - terms.recipients, limit),
        "turns": turns.purge(conn, now - terms.turns, limit),
        "case_details": cases.clear_details(conn, now - terms.case_details, limit),
        "cases": cases.purge(conn, now - terms.closed_cases, limit),
        "sightings": sightings.purge(conn, now - terms.sightings, limit),
        "chats": _silent_chats(conn, now - terms.silent_chats, limit),
        "counters": counters.purge(conn, (now - terms.counters).date()),
        "lanes": lanes.sweep(conn, now),
        "staff_sessions": staff_sessions.sweep(conn, now),
    }
    counters.add_all(conn, now.date(), {("retention", kind): n for kind, n in removed.items() if n})
    return removed


def silent(before: datetime) -> tuple[ColumnElement[bool], ...]:
    """Chats whose people have not written since, unless their case is open or something waits for them."""
    busy = exists().where(Case.chat_id == ChatRow.id, text(f"cases.{IS_OPEN}"))
    mail = exists().where(Lane.lane == ChatRow.lane)
    return ChatRow.seen_at < before, ~busy, ~mail


def _silent_chats(conn: Connection, before: datetime, limit: int) -> int:
    """Forget who has not written for long."""
    old = select(ChatRow.id).where(*silent(before)).order_by(ChatRow.seen_at).limit(limit)
    return conn.execute(delete(ChatRow).where(ChatRow.id.in_(old))).rowcount
