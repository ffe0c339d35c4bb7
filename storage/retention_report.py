"""What the retention would remove now, and what it removed lately."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, TextClause, func, select, text

from storage import broadcast_feed, counters
from storage.abuse_models import Sighting
from storage.models import HAS_DETAIL, IS_CLEARABLE, Base, Case, CaseEvent, ChatRow, Inbox, Outbox, Turn
from storage.models import Counter as CounterRow
from storage.retention import Terms, silent


def due(conn: Connection, now: datetime, terms: Terms) -> dict[str, int]:
    """How many rows of each kind a sweep would remove now; nothing is changed.

    The kinds are those of people's data in `retention.sweep`: what is left out there has no term.
    """
    finished = text("finished_at IS NOT NULL")
    return {
        "update_ids": _count(conn, Inbox, finished, Inbox.finished_at < now - terms.update_ids),
        "sent_content": _count(
            conn, Outbox, text(IS_CLEARABLE), Outbox.finished_at < now - terms.sent_content
        ),
        "sent_rows": _count(conn, Outbox, finished, Outbox.finished_at < now - terms.sent_rows),
        "recipients": broadcast_feed.purgeable(conn, now - terms.recipients),
        "turns": _count(conn, Turn, Turn.at < now - terms.turns),
        "case_details": _count(conn, CaseEvent, text(HAS_DETAIL), CaseEvent.at < now - terms.case_details),
        "cases": _count(conn, Case, Case.closed_at < now - terms.closed_cases),
        "sightings": _count(conn, Sighting, Sighting.last_at < now - terms.sightings),
        "chats": _count(conn, ChatRow, *silent(now - terms.silent_chats)),
        "counters": _count(conn, CounterRow, CounterRow.day < (now - terms.counters).date()),
    }


def lately(conn: Connection, first: date, last: date) -> dict[str, int]:
    """How many rows of each kind went from the first to the last day, both included."""
    went: Counter[str] = Counter()
    for (_, kind), n in counters.totals(conn, "retention", first, last).items():
        went[kind] += n
    return dict(went)


def _count(conn: Connection, table: type[Base], *conditions: ColumnElement[bool] | TextClause) -> int:
    return int(conn.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one())
