"""Updates from Telegram, stored before they are acknowledged and handed out one chat at a time.

new -> done, or after too many attempts -> dead. A finished update loses its words and its chat; its id stays
for a week, so that Telegram may deliver it as often as it likes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Integer,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.orm import aliased
from sqlalchemy.sql.dml import ReturningInsert

from storage import lanes, leases
from storage.dialect import insert_for
from storage.encryption import Cipher
from storage.errors import CannotDecrypt, LeaseLost
from storage.finishing import finish_one, finish_update
from storage.models import Inbox, Lane
from storage.prepared import Prepared
from storage.reasons import reason_code

PLACE = "inbox.payload"
MOST_ID = 2**63 - 1
_IS_NEW = text("inbox.state = 'new'")


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A claimed update: `payload` is Telegram's JSON, `owner` the claimer, `attempts` the failures so far."""

    id: int
    update_id: int
    lane: str
    payload: bytes = field(repr=False)
    attempts: int
    received_at: datetime
    owner: str


@cache
def _accept(dialect: str) -> ReturningInsert[Any]:
    known = ["bot_id", "update_id"]
    return insert_for(dialect, Inbox).on_conflict_do_nothing(index_elements=known).returning(Inbox.lane)


_ACCEPT_ONE = Prepared(
    _accept, ["bot_id", "update_id", "lane", "state", "attempts", "received_at", "payload_sealed"]
)


def accept(
    conn: Connection, cipher: Cipher, bot_id: int, items: Sequence[tuple[int, str, bytes]], now: datetime
) -> int:
    """Store updates, each (update_id, lane, payload). Returns how many were new; known ones are ignored.

    Once the unit of this call is committed, the updates may be acknowledged to Telegram.
    """
    if not items:
        return 0
    rows = [
        {
            "bot_id": bot_id,
            "update_id": update_id,
            "lane": lane,
            "state": "new",
            "attempts": 0,
            "received_at": now,
            "payload_sealed": cipher.seal(payload, PLACE),
        }
        for update_id, lane, payload in items
    ]
    if len(rows) == 1:
        found = _ACCEPT_ONE.rows(conn, rows[0])
    else:
        found = list(conn.execute(_accept(conn.dialect.name), rows))
    stored = Counter(lane for (lane,) in found)
    lanes.add(conn, lanes.IN, stored, priority=0, due_at=now)
    return stored.total()


_EARLIER = aliased(Inbox, name="earlier")
_LAST_WANTED = (
    select(_EARLIER.id)
    .where(_EARLIER.lane == Lane.lane, text("earlier.state = 'new'"))
    .order_by(_EARLIER.id)
    .limit(1)
    .offset(bindparam("skip", type_=Integer))
    .correlate(Lane)
    .scalar_subquery()
)
_FETCH = (
    select(Inbox.id, Inbox.update_id, Inbox.lane, Inbox.payload_sealed, Inbox.attempts, Inbox.received_at)
    .join_from(Lane, Inbox, Inbox.lane == Lane.lane)
    .where(
        Lane.queue == lanes.IN,
        Lane.lane.in_(bindparam("lanes", expanding=True)),
        _IS_NEW,
        Inbox.id <= func.coalesce(_LAST_WANTED, literal_column(str(MOST_ID), BigInteger)),
    )
    .order_by(Inbox.id)
)


def claim(
    conn: Connection,
    cipher: Cipher,
    owner: str,
    now: datetime,
    lease_until: datetime,
    limit_lanes: int,
    per_lane: int,
    busy: Collection[str] = (),
) -> list[InboxRow]:
    """Take up to `per_lane` updates of each of up to `limit_lanes` chats, in order of arrival.

    Chats take turns: who has waited longest comes first, and a chat whose updates were worked on goes to the
    end of the line. A chat that anybody has a lease on is left out, as are those in `busy`. All updates of a
    lane that were handed out must be finished (`done`, `dead`) before it gets new ones. After a `retry` the
    rest of what was claimed for that lane must be dropped: it is handed out again, behind the failed one.
    """
    free = [each.lane for each in lanes.free(conn, lanes.IN, now, limit_lanes, busy=busy)]
    if not free:
        return []
    lanes.lease(conn, lanes.IN, free, owner, lease_until, per_lane)
    found: Iterable[Any] = conn.execute(_FETCH, {"lanes": free, "skip": per_lane - 1})
    claimed = []
    for id, update_id, lane, sealed, attempts, received_at in found:
        row = InboxRow(id, update_id, lane, b"", attempts, received_at, owner)
        try:
            claimed.append(replace(row, payload=cipher.open(sealed, PLACE)))
        except CannotDecrypt as error:
            cipher.report(PLACE, id)
            dead(conn, row, error, now)  # one damaged update must not keep everybody waiting
    return claimed


def done(conn: Connection, row: InboxRow, now: datetime) -> None:
    """Finish an update and clear its payload. Raises LeaseLost if another worker has it by now or it is done.

    Put it first into the unit that stores the answer: then an update is never answered twice.
    """
    was_new, ours = finish_update(conn, row.id, lanes.IN, row.lane, row.owner, now)
    if not was_new:
        raise LeaseLost(f"Update {row.update_id} is finished already.")
    if not ours:
        raise LeaseLost(f"The lease of update {row.update_id} ran out and another worker may have it.")


def dead(conn: Connection, row: InboxRow, error: str | BaseException, now: datetime) -> None:
    """Give an update up, so that the next one of its chat gets its turn. It is kept, sealed, until `purge`.

    Raises LeaseLost.
    """
    given_up = (
        update(Inbox)
        .where(Inbox.id == row.id, _IS_NEW)
        .values(state="dead", error=reason_code(error), attempts=Inbox.attempts + 1, finished_at=now)
    )
    if not conn.execute(given_up).rowcount:
        raise LeaseLost(f"Update {row.update_id} is finished already.")
    _finish_lane(conn, row, now)


def _finish_lane(conn: Connection, row: InboxRow, now: datetime) -> None:
    if not finish_one(conn, lanes.IN, row.lane, row.owner, now):
        raise LeaseLost(f"The lease of update {row.update_id} ran out and another worker may have it.")


def retry(conn: Connection, row: InboxRow, error: str | BaseException, due_at: datetime) -> None:
    """Try an update again at `due_at`; its chat waits until then. Raises LeaseLost."""
    failed = (
        update(Inbox)
        .where(Inbox.id == row.id, _IS_NEW)
        .values(error=reason_code(error), attempts=Inbox.attempts + 1)
    )
    if not conn.execute(failed).rowcount:
        raise LeaseLost(f"Update {row.update_id} is finished already.")
    if not lanes.give_back(conn, lanes.IN, row.lane, row.owner, due_at, hold_until=due_at):
        raise LeaseLost(f"The lease of update {row.update_id} ran out and another worker may have it.")


def release(conn: Connection, owner: str, busy: Collection[str] = ()) -> int:
    """Give back what `owner` has not finished, but the chats in `busy`. Returns how many chats.

    For a stop in good order, and after a claim whose commit nobody knows to have worked.
    """
    return len(leases.released(conn, lanes.IN, owner, busy))


_BLAME = (
    update(Inbox)
    .where(
        Inbox.id
        == select(func.min(_EARLIER.id))
        .where(_EARLIER.lane == bindparam("of_lane"), text("earlier.state = 'new'"))
        .scalar_subquery()
    )
    .values(attempts=Inbox.attempts + 1)
)


def recover(conn: Connection, now: datetime, *, dead_owner: str | None = None) -> int:
    """Free the chats of workers that died: leases that ran out, and at once those of `dead_owner`.

    Call it on start, with the name under which this very process ran before, and every few seconds. The
    update that was in work counts an attempt, so that one which kills the process is not tried for ever.
    Returns the number of chats.
    """
    found = leases.abandoned(conn, lanes.IN, now, dead_owner)
    if found:
        conn.execute(_BLAME, [{"of_lane": lane} for lane in found])
    return len(found)


def last_update_id(conn: Connection, bot_id: int) -> int | None:
    """The update id stored last. After a quiet week Telegram starts anywhere, so the highest may be older."""
    newest = select(Inbox.update_id).where(Inbox.bot_id == bot_id).order_by(Inbox.id.desc()).limit(1)
    return conn.execute(newest).scalar()


def count(conn: Connection) -> dict[str, int]:
    """Updates that wait (`new`) and that were given up (`dead`)."""
    given_up = select(func.count()).select_from(Inbox).where(text("state = 'dead'"))
    return {"new": lanes.waiting(conn, lanes.IN), "dead": conn.execute(given_up).scalar_one()}


def purge(conn: Connection, before: datetime, limit: int = 1000) -> int:
    """Delete up to `limit` updates that were finished before a time (a week ago). Returns how many."""
    old = (
        select(Inbox.id)
        .where(text("finished_at IS NOT NULL"), Inbox.finished_at < before)
        .order_by(Inbox.finished_at)
        .limit(limit)
    )
    return conn.execute(delete(Inbox).where(Inbox.id.in_(old))).rowcount
