"""Calls to Telegram, stored with the turn that caused them and sent one chat at a time.

new -> leased -> sent | failed. A row that was leased when its worker died, or whose answer never came, is
`unknown`: it is sent again and marked as a possible duplicate, because Telegram cannot be asked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, insert, null, select, text, update

from storage import lanes, leases
from storage.encryption import Cipher
from storage.finishing import finish_one
from storage.models import ChatRow, Outbox, UtcTime
from storage.outbox_claim import BROADCAST, PLACE, REPLY, STAFF, OutboxRow, claim
from storage.outbox_upkeep import clear, count, deletable, purge, recent
from storage.prepared import Prepared, Work, together
from storage.reasons import reason_code

__all__ = [
    "BROADCAST",
    "PLACE",
    "REPLY",
    "STAFF",
    "STOPPED",
    "OutboxRow",
    "again",
    "claim",
    "clear",
    "count",
    "deletable",
    "failed",
    "hold_lane",
    "purge",
    "put",
    "put_all",
    "recent",
    "recover",
    "release",
    "sent",
    "stop",
]

STOPPED = "stopped"
_IS_TO_SEND = text("outbox.state IN ('new', 'unknown')")
_IS_LEASED = text("outbox.state = 'leased'")


def put(
    conn: Connection,
    cipher: Cipher,
    lane: str,
    chat_id: int,
    method: str,
    params: Mapping[str, Any],
    *,
    now: datetime,
    priority: int = REPLY,
    turn_id: int | None = None,
    due_at: datetime | None = None,
    forget: bool = False,
) -> int:
    """Queue one call and return its id. To a chat that stopped the bot it is stored as failed, "stopped".

    `priority` is REPLY, STAFF or BROADCAST; `due_at` sends later without keeping back what comes after.
    `forget` deletes the row as soon as it is finished, e.g. for the goodbye to somebody who was erased.
    """
    stopped = bool(conn.execute(_STOPPED, {"of_lane": lane}).scalar())
    due = due_at or now
    row = _row(cipher, lane, chat_id, (method, params), now, priority, turn_id, due, forget, stopped)
    ((row_id,),) = _INSERT.rows(conn, row)
    if not stopped:
        lanes.add(conn, lanes.OUT, {lane: 1}, priority=priority, due_at=due)
    return int(row_id)


def put_all(
    conn: Connection,
    cipher: Cipher,
    lane: str,
    chat_id: int,
    calls: Sequence[tuple[str, Mapping[str, Any]]],
    *,
    now: datetime,
    turn_id: int | None = None,
    forget: bool = False,
) -> None:
    """Queue replies, (method, params) in order, to somebody who has just written and so is not stopped."""
    together(conn, putting(conn, cipher, lane, chat_id, calls, now=now, turn_id=turn_id, forget=forget))


def putting(
    conn: Connection,
    cipher: Cipher,
    lane: str,
    chat_id: int,
    calls: Sequence[tuple[str, Mapping[str, Any]]],
    *,
    now: datetime,
    turn_id: int | None = None,
    forget: bool = False,
) -> list[Work]:
    """What queues replies as `put_all` does, to be executed at the end of this unit."""
    if not calls:
        return []
    rows = [_row(cipher, lane, chat_id, call, now, REPLY, turn_id, now, forget, False) for call in calls]
    counted = lanes.adding(conn, lanes.OUT, {lane: len(rows)}, priority=REPLY, due_at=now)
    if len(rows) > 1:
        # Their ids are the order in which the chat sees them, and one statement promises no order.
        _INSERT_ONLY.many(conn, rows)
        return counted
    return [(_INSERT_ONLY, rows[0]), *counted]


def _row(
    cipher: Cipher,
    lane: str,
    chat_id: int,
    call: tuple[str, Mapping[str, Any]],
    now: datetime,
    priority: int,
    turn_id: int | None,
    due_at: datetime,
    forget: bool,
    stopped: bool,
) -> dict[str, Any]:
    method, params = call
    body = None if stopped else cipher.seal_json({"chat_id": chat_id, "params": params}, PLACE)
    return {
        "lane": lane,
        "state": "failed" if stopped else "new",
        "priority": priority,
        "bulk": priority == BROADCAST,
        "method": method,
        "attempts": 0,
        "possible_duplicate": False,
        "forget": forget,
        "error": STOPPED if stopped else None,
        "turn_id": turn_id,
        "created_at": now,
        "due_at": due_at,
        "finished_at": now if stopped else None,
        "body_sealed": body,
    }


_STOPPED = select(ChatRow.stopped).where(ChatRow.lane == bindparam("of_lane"))
_COLUMNS = [name for name in Outbox.__table__.c.keys() if name not in {"id", "message_id"}]  # noqa: SIM118
_INSERT = Prepared(lambda _: insert(Outbox).returning(Outbox.id), _COLUMNS)
_INSERT_ONLY = Prepared(lambda _: insert(Outbox).inline(), _COLUMNS)


_SENT = Prepared(
    lambda _: (
        update(Outbox)
        .where(Outbox.id == bindparam("row"), text("outbox.state <> 'sent'"))
        .values(
            state="sent",
            message_id=bindparam("message"),
            finished_at=bindparam("now", type_=UtcTime),
            error=null(),
        )
    )
)


def sent(conn: Connection, row: OutboxRow, message_id: int | None, now: datetime) -> None:
    """Telegram has it. Returns quietly if the lease was lost meanwhile or the chat was erased."""
    _SENT.changed(conn, {"row": row.id, "message": message_id, "now": now})
    _finish(conn, row, now)


def failed(conn: Connection, row: OutboxRow, reason: str | BaseException, now: datetime) -> None:
    """Telegram will never take it (403, 400): no further attempt, its content is cleared."""
    lost = (
        update(Outbox)
        .where(Outbox.id == row.id, text("outbox.state <> 'sent'"))
        .values(
            state="failed",
            error=reason_code(reason),
            finished_at=now,
            body_sealed=null(),
            attempts=Outbox.attempts + 1,
        )
    )
    conn.execute(lost)
    _finish(conn, row, now)


def _finish(conn: Connection, row: OutboxRow, now: datetime) -> None:
    if row.forget:
        conn.execute(delete(Outbox).where(Outbox.id == row.id))
    finish_one(conn, lanes.OUT, row.lane, row.owner, now)


def again(
    conn: Connection,
    row: OutboxRow,
    due_at: datetime,
    error: str | BaseException,
    maybe_sent: bool,
    *,
    now: datetime,
) -> None:
    """Send it again at `due_at`; what stands behind it in its chat waits, but never behind a broadcast.

    `maybe_sent`: no answer came, so the next attempt may be a duplicate.
    """
    if not lanes.give_back(conn, lanes.OUT, row.lane, row.owner, now):
        return  # the lease was lost: somebody else has marked the row and sends it again
    duplicate = row.possible_duplicate or maybe_sent
    postponed = (
        update(Outbox)
        .where(Outbox.id == row.id, _IS_LEASED)
        .values(
            state="unknown" if duplicate else "new",
            attempts=Outbox.attempts + 1,
            possible_duplicate=duplicate,
            due_at=due_at,
            error=reason_code(error),
        )
    )
    conn.execute(postponed)


def hold_lane(conn: Connection, lane: str, until: datetime) -> None:
    """Send nothing to this chat before `until`, e.g. as long as a 429 says."""
    lanes.hold(conn, lanes.OUT, lane, until)


_BACK = (
    update(Outbox)
    .where(Outbox.lane == bindparam("of_lane"), _IS_LEASED)
    .values(state=case((Outbox.possible_duplicate, "unknown"), else_="new"))
)
_UNKNOWN = (
    update(Outbox)
    .where(Outbox.lane == bindparam("of_lane"), _IS_LEASED)
    .values(state="unknown", possible_duplicate=True, attempts=Outbox.attempts + 1)
)


def release(conn: Connection, owner: str) -> int:
    """Give back what `owner`, who stops in good order, took and has not begun to send. Returns how many."""
    found = leases.released(conn, lanes.OUT, owner)
    if found:
        conn.execute(_BACK, [{"of_lane": lane} for lane in found])
    return len(found)


def recover(
    conn: Connection, now: datetime, *, dead_owner: str | None = None, busy: Collection[str] = ()
) -> int:
    """Mark what dead workers had in hand as `unknown`, to be sent again. Returns how many.

    See `inbox.recover` for when to call it and for `dead_owner`; chats in `busy` are left as they are.
    """
    found = leases.abandoned(conn, lanes.OUT, now, dead_owner, busy)
    if found:
        conn.execute(_UNKNOWN, [{"of_lane": lane} for lane in found])
    return len(found)


def stop(conn: Connection, lane: str, now: datetime) -> int:
    """Fail what waits for a chat that does not want to hear from us. Returns how many."""
    waiting = (
        update(Outbox)
        .where(Outbox.lane == lane, _IS_TO_SEND)
        .values(state="failed", error=STOPPED, finished_at=now, body_sealed=null())
    )
    count = conn.execute(waiting).rowcount
    lanes.shrink(conn, lanes.OUT, lane, count)
    return count
