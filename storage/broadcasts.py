"""Broadcasts as staff handle them: written, counted, approved by a second person, watched, paused, stopped.

draft -> waiting -> approved -> sending <-> paused -> done | stopped. The sending is
`storage.broadcast_feed`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from storage.audiences import Audience
from storage.broadcast_models import Broadcast, Recipient
from storage.broadcast_retract import retract

NEWS, CORRECTION = "news", "correction"
UNSENT = ("draft", "waiting", "approved")
RUNNING = ("approved", "sending")
OVER = ("done", "stopped")


class BroadcastGone(Exception):
    """There is no such broadcast."""


class WrongState(Exception):
    """The broadcast is not in a state for this deed; a colleague may have been faster."""


class SamePerson(Exception):
    """Whoever wrote a broadcast cannot approve it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What staff write; it goes out at `due_at`, None is at once.

    `texts` is locale -> text, Indonesian at least; `topic` an article or None.
    """

    name: str
    texts: Mapping[str, str]
    topic: str | None = None
    audience: Audience = field(default_factory=Audience)
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastRecord:
    """A broadcast as it is stored; see `storage.broadcast_models`."""

    id: int
    kind: str
    state: str
    name: str
    texts: Mapping[str, str]
    topic: str | None
    correction: str | None
    audience_is: Audience
    test_code: str
    created_by: str
    created_at: datetime
    approved_by: str | None
    due_at: datetime | None
    estimate: int | None
    found_all: bool  # the audience is complete
    audience: int
    sent: int
    duplicates: int
    blocked: int
    failed: int
    skipped: int
    gone: int
    finished_at: datetime | None

    @property
    def left(self) -> int:
        """To whom it has not gone; of a stopped one: to whom it never will."""
        return self.audience - self.sent - self.blocked - self.failed - self.skipped - self.gone

    @property
    def over(self) -> bool:
        return self.state in OVER


def add(conn: Connection, draft: Draft, actor: str, now: datetime, code: str) -> int:
    """Keep a new draft -> its id. `code` is what staff write to the bot to get it as a test."""
    return _insert(conn, _written(draft) | {"kind": NEWS, "correction": None}, actor, now, code)


def add_correction(
    conn: Connection, topic: str, key: str, name: str, actor: str, now: datetime, code: str
) -> int | None:
    """Keep a draft that tells about the correction `key` of a topic -> its id; None if there is one."""
    if conn.execute(select(Broadcast.id).where(Broadcast.correction == key)).first():
        return None
    values = _written(Draft(name, {}, topic)) | {"kind": CORRECTION, "correction": key}
    return _insert(conn, values, actor, now, code)


def _insert(conn: Connection, values: dict[str, Any], actor: str, now: datetime, code: str) -> int:
    figures = dict.fromkeys(
        ("audience", "sent", "duplicates", "blocked", "failed", "skipped", "gone", "cursor"), 0
    )
    row = {
        **values,
        **figures,
        "state": "draft",
        "test_code": code,
        "created_by": actor,
        "created_at": now,
    }
    return int(conn.execute(insert(Broadcast).values(row).returning(Broadcast.id)).scalar_one())


def _written(draft: Draft) -> dict[str, Any]:
    to = draft.audience
    return {
        "name": draft.name,
        "texts": json.dumps(dict(draft.texts), ensure_ascii=False, sort_keys=True),
        "topic": draft.topic,
        "destination": to.destination,
        "province": to.province,
        "language": to.language,
        "asked": to.asked,
        "due_at": draft.due_at,
    }


def get(conn: Connection, broadcast_id: int) -> BroadcastRecord:
    """One broadcast. Raises BroadcastGone."""
    row = conn.execute(select(Broadcast.__table__).where(Broadcast.id == broadcast_id)).one_or_none()
    if row is None:
        raise BroadcastGone
    return record(row)


def page(conn: Connection, *, before: int | None = None, limit: int = 30) -> list[BroadcastRecord]:
    """The newest first; `before` is the last id seen."""
    wanted = select(Broadcast.__table__).order_by(Broadcast.id.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(Broadcast.id < before)
    return [record(row) for row in conn.execute(wanted)]


def by_code(conn: Connection, code: str) -> BroadcastRecord | None:
    """The broadcast that has not gone out yet and whose test this code asks for."""
    wanted = select(Broadcast.__table__).where(Broadcast.test_code == code, Broadcast.state.in_(UNSENT))
    row = conn.execute(wanted.limit(1)).one_or_none()
    return None if row is None else record(row)


def told(conn: Connection, keys: Sequence[str]) -> dict[str, int]:
    """Which of these corrections have a broadcast: key -> its id."""
    found = select(Broadcast.correction, Broadcast.id).where(Broadcast.correction.in_(list(keys)))
    return {str(key): int(row_id) for key, row_id in conn.execute(found)}


def record(row: Any) -> BroadcastRecord:
    """A row of the table, readable."""
    names = BroadcastRecord.__slots__
    values = {name: getattr(row, name) for name in names if name not in ("texts", "audience_is", "found_all")}
    return BroadcastRecord(
        **values,
        texts=json.loads(row.texts),
        audience_is=Audience(row.destination, row.province, row.language, row.asked),
        found_all=row.cursor < 0,
    )


def change(conn: Connection, broadcast_id: int, draft: Draft, actor: str) -> None:
    """Rewrite a draft; whoever does is its author now. Raises WrongState."""
    _move(conn, broadcast_id, ("draft",), created_by=actor, estimate=None, **_written(draft))


def submit(conn: Connection, broadcast_id: int, estimate: int) -> None:
    """Ask for a second person's yes; `estimate` is whom it would reach now. Raises WrongState."""
    _move(conn, broadcast_id, ("draft",), state="waiting", estimate=estimate)


def take_back(conn: Connection, broadcast_id: int) -> None:
    """Make it a draft again, before it has begun. Raises WrongState."""
    _move(conn, broadcast_id, ("waiting", "approved"), state="draft", approved_by=None)


def approve(conn: Connection, broadcast_id: int, actor: str, estimate: int) -> None:
    """The second person's yes; it begins in time. Raises SamePerson, WrongState, BroadcastGone."""
    if get(conn, broadcast_id).created_by == actor:
        raise SamePerson
    _move(conn, broadcast_id, ("waiting",), state="approved", approved_by=actor, estimate=estimate)


def pause(conn: Connection, broadcast_id: int) -> None:
    """Send nothing more for now; what is being sent this very moment still goes. Raises WrongState."""
    _move(conn, broadcast_id, RUNNING, state="paused")
    retract(conn, broadcast_id)


def resume(conn: Connection, broadcast_id: int) -> None:
    """Go on where it was paused. Raises WrongState."""
    _move(conn, broadcast_id, ("paused",), state="sending")


def stop(conn: Connection, broadcast_id: int, now: datetime) -> None:
    """End it for good. Raises WrongState."""
    states = ("draft", "waiting", "approved", "sending", "paused")
    _move(conn, broadcast_id, states, state="stopped", finished_at=now)
    retract(conn, broadcast_id)
    waiting = select(func.count()).where(
        Recipient.broadcast_id == broadcast_id, Recipient.state.in_(("waiting", "queued"))
    )
    gone = get(conn, broadcast_id).left - int(conn.execute(waiting).scalar_one())
    conn.execute(update(Broadcast).where(Broadcast.id == broadcast_id).values(gone=gone))


def _move(conn: Connection, broadcast_id: int, states: Sequence[str], **values: Any) -> None:
    found = update(Broadcast).where(Broadcast.id == broadcast_id, Broadcast.state.in_(states))
    if not conn.execute(found.values(values)).rowcount:
        get(conn, broadcast_id)
        raise WrongState
