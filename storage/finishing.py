"""The end of a row's work: the row and its lane. On PostgreSQL both go in one statement, one round trip."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CTE,
    Connection,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    null,
    or_,
    select,
    text,
    update,
)

from storage.models import Inbox, Lane, UtcTime
from storage.prepared import Prepared

_NOW = bindparam("now", type_=UtcTime)
_OURS = and_(
    Lane.queue == bindparam("of_queue"),
    Lane.lane == bindparam("of_lane"),
    Lane.owner == bindparam("of_owner"),
)
_LAST = delete(Lane).where(_OURS, Lane.waiting <= 1, or_(Lane.held_until.is_(None), Lane.held_until <= _NOW))
_ONE = (
    update(Lane)
    .where(_OURS)
    .values(
        waiting=Lane.waiting - 1,
        claimed=Lane.claimed - 1,
        # Back to the end of the line: somebody who writes without pause must not shut out the others.
        due_at=case(
            (Lane.claimed > 1, Lane.due_at), else_=case((Lane.held_until > _NOW, Lane.held_until), else_=_NOW)
        ),
        owner=case((Lane.claimed > 1, Lane.owner), else_=None),
        lease_until=case((Lane.claimed > 1, Lane.lease_until), else_=None),
    )
)
_UPDATE = (
    update(Inbox)
    .where(Inbox.id == bindparam("row"), text("inbox.state = 'new'"))
    .values(state="done", lane=null(), payload_sealed=null(), finished_at=_NOW)
)


def _lane_ctes() -> tuple[CTE, CTE]:
    """The lane is removed with its last row; else one row less waits."""
    gone = _LAST.returning(Lane.lane).cte("gone")
    return gone, _ONE.where(~exists().select_from(gone)).returning(Lane.lane).cte("kept")


def _count(cte: CTE) -> Any:
    return select(func.count()).select_from(cte).scalar_subquery()


def _lane_at_once(_: str) -> Any:
    gone, kept = _lane_ctes()
    return select(_count(gone) + _count(kept))


def _update_at_once(_: str) -> Any:
    gone, kept = _lane_ctes()
    return select(_count(_UPDATE.returning(Inbox.id).cte("done")), _count(gone) + _count(kept))


_LANE_LAST = Prepared(lambda _: _LAST)
_LANE_ONE = Prepared(lambda _: _ONE)
_LANE = Prepared(_lane_at_once)
_INBOX = Prepared(lambda _: _UPDATE)
_INBOX_AND_LANE = Prepared(_update_at_once)


def finish_one(conn: Connection, queue: str, lane: str, owner: str, now: datetime) -> bool:
    """One claimed row is finished; the last one frees the lane. False if the lease is not `owner`'s."""
    values = {"of_queue": queue, "of_lane": lane, "of_owner": owner, "now": now}
    if conn.dialect.name == "postgresql":
        return bool(_LANE.rows(conn, values)[0][0])
    return bool(_LANE_LAST.changed(conn, values) or _LANE_ONE.changed(conn, values))


def finish_update(
    conn: Connection, row_id: int, queue: str, lane: str, owner: str, now: datetime
) -> tuple[bool, bool]:
    """An update is answered and loses its words -> whether it was still new, whether the lease was ours."""
    values = {"row": row_id, "now": now, "of_queue": queue, "of_lane": lane, "of_owner": owner}
    if conn.dialect.name == "postgresql":
        ((was_new, ours),) = _INBOX_AND_LANE.rows(conn, values)
        return bool(was_new), bool(ours)
    was_new = bool(_INBOX.changed(conn, values))
    return was_new, was_new and finish_one(conn, queue, lane, owner, now)
