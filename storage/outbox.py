"""Calls to Telegram, stored with the turn that caused them and sent one chat at a time.

new -> leased -> sent | failed. A row that was leased when its worker died, or whose answer never came, is
`unknown`: it is sent again and marked as a possible duplicate, because Telegram cannot be asked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, func, insert, null, or_, select, text, update
from sqlalchemy.orm import aliased

from storage import lanes
from storage.encryption import Cipher
from storage.models import IS_CLEARABLE, ChatRow, Lane, Outbox, UtcTime
from storage.prepared import Prepared
from storage.reasons import reason_code

PLACE = "outbox.body"
REPLY, STAFF, BROADCAST = 0, 1, 2
STOPPED = "stopped"
_IS_TO_SEND = text("outbox.state IN ('new', 'unknown')")
_IS_LEASED = text("outbox.state = 'leased'")
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
    if not calls:
        return
    rows = [_row(cipher, lane, chat_id, call, now, REPLY, turn_id, now, forget, False) for call in calls]
    _INSERT_ONLY.many(conn, rows)
    lanes.add(conn, lanes.OUT, {lane: len(rows)}, priority=REPLY, due_at=now)


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
            taken += [_opened(cipher, row, owner) for row in ready]
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
    lanes.finish_one(conn, lanes.OUT, row.lane, row.owner, now)


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
    found = lanes.released(conn, lanes.OUT, owner)
    if found:
        conn.execute(_BACK, [{"of_lane": lane} for lane in found])
    return len(found)


def recover(conn: Connection, now: datetime, *, dead_owner: str | None = None) -> int:
    """Mark what dead workers had in hand as `unknown`, to be sent again. Returns how many.

    See `inbox.recover` for when to call it and for `dead_owner`.
    """
    found = lanes.abandoned(conn, lanes.OUT, now, dead_owner)
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


def deletable(conn: Connection, lane: str, since: datetime) -> list[int]:
    """Ids of the bot's messages in this chat sent at or after `since`, oldest first (Telegram: 48 hours)."""
    sent_here = (
        select(Outbox.message_id)
        .where(Outbox.lane == lane, Outbox.finished_at >= since, Outbox.message_id.is_not(None))
        .order_by(Outbox.id)
    )
    return [message_id for message_id in conn.execute(sent_here).scalars() if message_id is not None]


def count(conn: Connection) -> dict[str, int]:
    """Rows that wait, by state: new, leased, unknown."""
    by_state = select(Outbox.state, func.count()).group_by(Outbox.state)
    found = {"new": 0, "leased": 0, "unknown": 0}
    for condition in (_IS_TO_SEND, _IS_LEASED):
        found.update((state, n) for state, n in conn.execute(by_state.where(condition)))
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
