"""Who may work on which chat: the order and the leases that inbox and outbox share.

Each chat with unfinished rows has one row here per direction. That row is the lock: whoever sets its owner
works on the chat alone, on whatever machine. Every change of it uses only its own columns, so PostgreSQL may
re-evaluate it after waiting for another transaction; what needs the queued rows themselves is read by a
claim, in a new statement, when it holds the lock. A lane disappears with its last row.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Integer, and_, bindparam, case, delete, func, or_, select, text, update

from storage import wakeups
from storage.dialect import Upsert, insert_for
from storage.models import IS_FREE, Lane, UtcTime
from storage.prepared import Prepared, Work

IN = "in"
OUT = "out"


@dataclass(frozen=True, slots=True)
class FreeLane:
    """A lane that may be claimed: its rank is a hint that is never worse than the truth."""

    lane: str
    priority: int


def _time(name: str) -> Any:
    return bindparam(name, type_=UtcTime)


def _not_while_held(due: Any) -> Any:
    """`due`, or the end of a later hold."""
    return case((Lane.held_until > due, Lane.held_until), else_=due)


def _add(dialect: str) -> Upsert:
    new = insert_for(dialect, Lane)
    wanted = new.excluded
    due = _not_while_held(wanted.due_at)
    return new.on_conflict_do_update(
        index_elements=["queue", "lane"],
        set_={
            "waiting": Lane.waiting + wanted.waiting,
            "due_at": case((and_(Lane.waiting > 0, Lane.due_at < due), Lane.due_at), else_=due),
            "priority": case(
                (and_(Lane.waiting > 0, Lane.priority < wanted.priority), Lane.priority),
                else_=wanted.priority,
            ),
        },
    )


_ADD = Prepared(_add, ["queue", "lane", "waiting", "claimed", "priority", "due_at"])


def adding(
    conn: Connection, queue: str, counts: Mapping[str, int], *, priority: int, due_at: datetime
) -> list[Work]:
    """What says that lanes got new rows, to be executed in this unit: `counts` is lane -> number of rows."""
    if counts:
        wakeups.mark(conn, queue)
    # Always in the same order: two machines that wait for each other's lanes would be a deadlock.
    rows: list[dict[str, Any]] = [
        {
            "queue": queue,
            "lane": lane,
            "waiting": counts[lane],
            "claimed": 0,
            "priority": priority,
            "due_at": due_at,
        }
        for lane in sorted(counts)
    ]
    return [(_ADD, row) for row in rows]


def add(conn: Connection, queue: str, counts: Mapping[str, int], *, priority: int, due_at: datetime) -> None:
    """Say that lanes got new rows: `counts` is lane -> number of rows."""
    if rows := [row for _, row in adding(conn, queue, counts, priority=priority, due_at=due_at)]:
        _ADD.many(conn, rows)


_FREE = (
    select(Lane.lane, Lane.priority)
    .where(
        Lane.queue == bindparam("queue"),
        Lane.priority == bindparam("priority"),
        Lane.due_at <= _time("now"),
        text(IS_FREE),
    )
    .order_by(Lane.due_at)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True)
)


def free(
    conn: Connection,
    queue: str,
    now: datetime,
    limit: int,
    *,
    priorities: Sequence[int] = (0,),
    busy: Collection[str] = (),
) -> list[FreeLane]:
    """Lanes that are due and that nobody owns, most urgent and longest waiting first.

    On PostgreSQL they stay locked until the end of the transaction; lanes that others look at are skipped.
    """
    found: list[FreeLane] = []
    for priority in priorities:
        left = limit - len(found)
        if left <= 0:
            break
        # Busy lanes are leased as a rule, hence not free; asking for as many more covers the exceptions.
        values = {"queue": queue, "priority": priority, "now": now, "limit": left + len(busy)}
        for lane, hint in conn.execute(_FREE, values):
            if lane not in busy and len(found) < limit:
                found.append(FreeLane(lane, hint))
    return found


_LEASE = (
    update(Lane)
    .where(Lane.queue == bindparam("of_queue"), Lane.lane.in_(bindparam("lanes", expanding=True)))
    .values(
        owner=bindparam("by"),
        lease_until=_time("until"),
        claimed=case((Lane.waiting < bindparam("most"), Lane.waiting), else_=bindparam("most")),
    )
)


def lease(conn: Connection, queue: str, lanes: Sequence[str], owner: str, until: datetime, most: int) -> None:
    """Take lanes that `free` returned in this transaction, with up to `most` rows of each."""
    if lanes:
        values = {"of_queue": queue, "lanes": lanes, "by": owner, "until": until, "most": most}
        conn.execute(_LEASE, values)


_OURS = and_(
    Lane.queue == bindparam("of_queue"),
    Lane.lane == bindparam("of_lane"),
    Lane.owner == bindparam("of_owner"),
)
_GIVE_BACK = (
    update(Lane)
    .where(_OURS)
    .values(
        claimed=0,
        owner=None,
        lease_until=None,
        due_at=_not_while_held(_time("due")),
        held_until=case((_time("hold").is_(None), Lane.held_until), else_=_time("hold")),
    )
)


def give_back(
    conn: Connection,
    queue: str,
    lane: str,
    owner: str,
    due_at: datetime,
    *,
    hold_until: datetime | None = None,
) -> bool:
    """Free a lane with its rows unfinished, not before `due_at`; `hold_until` keeps new rows back as well.

    False if the lease is not `owner`'s.
    """
    values = {
        "of_queue": queue,
        "of_lane": lane,
        "of_owner": owner,
        "due": due_at,
        "hold": hold_until,
    }
    return bool(conn.execute(_GIVE_BACK, values).rowcount)


@cache
def _hold(dialect: str) -> Upsert:
    new = insert_for(dialect, Lane)
    until = new.excluded.held_until
    return new.on_conflict_do_update(
        index_elements=["queue", "lane"],
        set_={"held_until": until, "due_at": case((Lane.due_at > until, Lane.due_at), else_=until)},
    )


def hold(conn: Connection, queue: str, lane: str, until: datetime) -> None:
    """Hand out nothing of this lane before `until`, not even what is added later."""
    row = {
        "queue": queue,
        "lane": lane,
        "waiting": 0,
        "claimed": 0,
        "priority": 0,
        "due_at": until,
        "held_until": until,
    }
    conn.execute(_hold(conn.dialect.name), row)


_CORRECT = (
    update(Lane)
    .where(Lane.queue == bindparam("of_queue"), Lane.lane == bindparam("of_lane"))
    .values(priority=bindparam("rank"), due_at=_time("due"))
)


def correct(conn: Connection, queue: str, lane: str, priority: int, due_at: datetime) -> None:
    """Replace the hints of a lane that this transaction has locked."""
    values = {"of_queue": queue, "of_lane": lane, "rank": priority, "due": due_at}
    conn.execute(_CORRECT, values)


def drop(conn: Connection, queue: str, lane: str) -> None:
    """Forget a lane, its lease included: its rows are all gone."""
    conn.execute(delete(Lane).where(Lane.queue == queue, Lane.lane == lane))


def shrink(conn: Connection, queue: str, lane: str, count: int) -> None:
    """Say that `count` rows that were not handed out are gone."""
    if count:
        conn.execute(
            update(Lane).where(Lane.queue == queue, Lane.lane == lane).values(waiting=Lane.waiting - count)
        )


def waiting(conn: Connection, queue: str) -> int:
    """Rows that are not finished, those being worked on included."""
    total = select(func.coalesce(func.sum(Lane.waiting), 0)).where(Lane.queue == queue)
    return int(conn.execute(total).scalar_one())


def sweep(conn: Connection, now: datetime) -> int:
    """Remove lanes without work whose hold is over. Returns how many."""
    free_again = or_(Lane.held_until.is_(None), Lane.held_until <= now)
    done = and_(Lane.waiting <= 0, Lane.owner.is_(None), free_again)
    return conn.execute(delete(Lane).where(done)).rowcount
