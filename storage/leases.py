"""Leases of workers that stop, die or need longer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, or_, select, update

from storage.models import Lane


def extend(conn: Connection, queue: str, owner: str, lanes: Collection[str], until: datetime) -> int:
    """Renew the leases of `owner` on these lanes, which it works on. Returns how many."""
    if not lanes:
        return 0
    working = (Lane.queue == queue, Lane.owner == owner, Lane.lane.in_(lanes))
    return conn.execute(update(Lane).where(*working).values(lease_until=until)).rowcount


def abandoned(
    conn: Connection,
    queue: str,
    now: datetime,
    dead_owner: str | None = None,
    busy: Collection[str] = (),
) -> list[str]:
    """Free every lane whose lease has run out or belongs to `dead_owner`, but those in `busy`; name them."""
    over = Lane.lease_until <= now
    condition = over if dead_owner is None else or_(over, Lane.owner == dead_owner)
    statement = (
        select(Lane.lane)
        .where(Lane.queue == queue, Lane.owner.is_not(None), condition)
        .order_by(Lane.lane)
        .with_for_update(skip_locked=True)
    )
    lanes = [lane for lane in conn.execute(statement).scalars() if lane not in busy]
    _clear(conn, queue, lanes)
    return lanes


def released(conn: Connection, queue: str, owner: str, busy: Collection[str] = ()) -> list[str]:
    """Free every lane of `owner`, who has not begun to work on them, but those in `busy`; name them."""
    statement = (
        select(Lane.lane)
        .where(Lane.queue == queue, Lane.owner == owner)
        .order_by(Lane.lane)
        .with_for_update()
    )
    lanes = [lane for lane in conn.execute(statement).scalars() if lane not in busy]
    _clear(conn, queue, lanes)
    return lanes


_CLEAR = (
    update(Lane)
    .where(Lane.queue == bindparam("of_queue"), Lane.lane == bindparam("of_lane"))
    .values(owner=None, lease_until=None, claimed=0)
)


def _clear(conn: Connection, queue: str, lanes: Sequence[str]) -> None:
    if lanes:
        conn.execute(_CLEAR, [{"of_queue": queue, "of_lane": lane} for lane in lanes])
