"""Looking at the outbox, and forgetting what was sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, null, select, text, update

from storage.encryption import Cipher
from storage.models import IS_CLEARABLE, IS_LEASED, IS_TO_SEND, Outbox
from storage.outbox_claim import PLACE


def deletable(conn: Connection, lane: str, since: datetime) -> list[int]:
    """Ids of the bot's messages in this chat sent at or after `since`, oldest first (Telegram: 48 hours)."""
    sent_here = (
        select(Outbox.message_id)
        .where(Outbox.lane == lane, Outbox.finished_at >= since, Outbox.message_id.is_not(None))
        .order_by(Outbox.id)
    )
    return [message_id for message_id in conn.execute(sent_here).scalars() if message_id is not None]


def recent(conn: Connection, cipher: Cipher, lane: str, since: datetime) -> list[tuple[int, dict[str, Any]]]:
    """The bot's messages in this chat sent from `since` on, oldest first: Telegram's ids, and parameters."""
    sent_here = (
        select(Outbox.id, Outbox.message_id, Outbox.body_sealed)
        .where(Outbox.lane == lane, Outbox.finished_at >= since, Outbox.message_id.is_not(None))
        .order_by(Outbox.id)
    )
    return [
        (message_id, cipher.read_json(sealed, PLACE, row_id).get("params", {}))
        for row_id, message_id, sealed in conn.execute(sent_here)
        if message_id is not None
    ]


def count(conn: Connection) -> dict[str, int]:
    """Rows that wait, by state: new, leased, unknown."""
    by_state = select(Outbox.state, func.count()).group_by(Outbox.state)
    found = {"new": 0, "leased": 0, "unknown": 0}
    for condition in (IS_TO_SEND, IS_LEASED):
        found.update((state, n) for state, n in conn.execute(by_state.where(text(condition))))
    return found


def clear(conn: Connection, before: datetime, limit: int = 1000) -> int:
    """Forget the content of up to `limit` calls sent before a time; message ids stay. Returns how many."""
    old = (
        select(Outbox.id)
        .where(text(IS_CLEARABLE), Outbox.finished_at < before)
        .order_by(Outbox.finished_at)
        .limit(limit)
    )
    return conn.execute(update(Outbox).where(Outbox.id.in_(old)).values(body_sealed=null())).rowcount


def purge(conn: Connection, before: datetime, limit: int = 1000) -> int:
    """Delete up to `limit` calls that were finished before a time. Returns how many."""
    old = (
        select(Outbox.id)
        .where(text("finished_at IS NOT NULL"), Outbox.finished_at < before)
        .order_by(Outbox.finished_at)
        .limit(limit)
    )
    return conn.execute(delete(Outbox).where(Outbox.id.in_(old))).rowcount
