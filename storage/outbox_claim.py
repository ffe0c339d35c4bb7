"""Taking calls from the outbox: which chat is next, and which of its calls."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, null, or_, select, text, update
from sqlalchemy.orm import aliased

from storage import lanes
from storage.encryption import Cipher
from storage.errors import CannotDecrypt
from storage.finishing import finish_one
from storage.models import Lane, Outbox, UtcTime
from storage.reasons import reason_code

PLACE = "outbox.body"
REPLY, STAFF, BROADCAST = 0, 1, 2
_IS_TO_SEND = text("outbox.state IN ('new', 'unknown')")
_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A claimed call. `params` are Bot API parameters without chat_id."""

    id: int
    lane: str
    chat_id: int = field(repr=False)
    method: str
    params: dict[str, Any] = field(repr=False)
    attempts: int
    priority: int
    possible_duplicate: bool
    created_at: datetime
    turn_id: int | None
    forget: bool
    owner: str


_CANDIDATE = aliased(Outbox, name="candidate")
_HEAD = (
    select(_CANDIDATE.id)
    .where(
        _CANDIDATE.lane == Lane.lane,
        text("candidate.state IN ('new', 'unknown')"),
        # A row that failed before keeps the ones behind it back, a row that is meant for later does not.
        or_(_CANDIDATE.due_at <= bindparam("now", type_=UtcTime), _CANDIDATE.attempts > 0),
    )
    .order_by(_CANDIDATE.bulk, _CANDIDATE.id)
    .limit(1)
    .correlate(Lane)
    .scalar_subquery()
)
_HEADS = (
    select(
        Outbox.id,
        Outbox.lane,
        Outbox.method,
        Outbox.body_sealed,
        Outbox.attempts,
        Outbox.priority,
        Outbox.possible_duplicate,
        Outbox.created_at,
        Outbox.turn_id,
        Outbox.forget,
        Outbox.due_at,
    )
    .join_from(Lane, Outbox, Outbox.id == _HEAD)
    .where(Lane.queue == lanes.OUT, Lane.lane.in_(bindparam("lanes", expanding=True)))
)
_HINTS = select(
    func.min(case((Outbox.due_at > bindparam("now", type_=UtcTime), Outbox.due_at))),
    func.min(Outbox.priority),
).where(Outbox.lane == bindparam("of_lane"), _IS_TO_SEND)
_MARK = update(Outbox).where(Outbox.id.in_(bindparam("rows", expanding=True))).values(state="leased")


def claim(
    conn: Connection,
    cipher: Cipher,
    owner: str,
    now: datetime,
    lease_until: datetime,
    limit: int,
    busy: Collection[str] = (),
    priorities: Sequence[int] = (REPLY, STAFF, BROADCAST),
) -> list[OutboxRow]:
    """Take the next call of each of up to `limit` chats: replies first, then staff, then broadcasts.

    Within a chat calls keep their order, except that a broadcast goes behind everything else. A chat that
    anybody has a lease on is left out, as are those in `busy`. `priorities` limits what is taken, e.g.
    to (BROADCAST,) with the limit that their pace allows. Every row taken must be finished with `sent`,
    `failed` or `again`.
    """
    taken: list[OutboxRow] = []
    for _ in range(_ROUNDS):
        free = lanes.free(conn, lanes.OUT, now, limit - len(taken), priorities=priorities, busy=busy)
        if not free:
            break
        heads = {
            row.lane: row for row in conn.execute(_HEADS, {"lanes": [each.lane for each in free], "now": now})
        }
        ready = []
        for each in free:
            head = heads.get(each.lane)
            if head is None or head.due_at > now:
                _correct(conn, each.lane, now)
            elif head.priority == BROADCAST and each.priority < BROADCAST:
                lanes.correct(conn, lanes.OUT, each.lane, BROADCAST, head.due_at)
            else:
                ready.append(head)
        if ready:
            lanes.lease(conn, lanes.OUT, [row.lane for row in ready], owner, lease_until, 1)
            conn.execute(_MARK, {"rows": [row.id for row in ready]})
            for row in ready:
                try:
                    taken.append(_opened(cipher, row, owner))
                except CannotDecrypt as error:
                    cipher.report(PLACE, row.id)
                    _give_up(conn, row, owner, error, now)
        if len(ready) == len(free):
            break
    return taken


def _correct(conn: Connection, lane: str, now: datetime) -> None:
    """Nothing of this lane may be sent now: find out when to look again."""
    next_due, priority = conn.execute(_HINTS, {"of_lane": lane, "now": now}).one()
    if next_due is None:
        lanes.drop(conn, lanes.OUT, lane)
    else:
        lanes.correct(conn, lanes.OUT, lane, priority, next_due)


def _give_up(conn: Connection, row: Any, owner: str, error: CannotDecrypt, now: datetime) -> None:
    """One damaged call must not keep everybody waiting."""
    damaged = update(Outbox).where(Outbox.id == row.id)
    conn.execute(
        damaged.values(state="failed", error=reason_code(error), finished_at=now, body_sealed=null())
    )
    finish_one(conn, lanes.OUT, row.lane, owner, now)


def _opened(cipher: Cipher, row: Any, owner: str) -> OutboxRow:
    body = cipher.open_json(row.body_sealed, PLACE)
    return OutboxRow(
        row.id,
        row.lane,
        body["chat_id"],
        row.method,
        body["params"],
        row.attempts,
        row.priority,
        row.possible_duplicate,
        row.created_at,
        row.turn_id,
        row.forget,
        owner,
    )
