"""Who is signed in where, and who tried in vain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from storage.dialect import insert_for
from storage.staff import Staff, get, hashed
from storage.staff_models import StaffAttempt, StaffSession

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
HALF_WAY = timedelta(minutes=5)  # between the password and the code
TOUCH = timedelta(seconds=60)  # `seen_at` is no finer than this, or every click would be a write
PASSWORD, FULL = "password", "full"

FREE_FAILURES = {"account": 5, "address": 20}
FIRST_LOCK = timedelta(seconds=30)
LONGEST_LOCK = timedelta(minutes=15)
FORGOTTEN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed in. stage: password (the code is missing) | full."""

    id: int
    staff: Staff
    stage: str
    browser: str
    created_at: datetime
    seen_at: datetime

    def alive(self, now: datetime) -> bool:
        """Whether it has not timed out."""
        if self.stage == PASSWORD:
            return now < self.created_at + HALF_WAY
        return now < self.seen_at + IDLE and now < self.created_at + ABSOLUTE


def begin(conn: Connection, staff_id: int, token: str, stage: str, browser: str, now: datetime) -> int:
    """Store a new session under the hash of its token; returns its id."""
    values = {
        "hash": hashed(token),
        "staff_id": staff_id,
        "stage": stage,
        "browser": browser[:80],
        "created_at": now,
        "seen_at": now,
    }
    return int(conn.execute(insert(StaffSession).returning(StaffSession.id), values).scalar_one())


def find(conn: Connection, token: str, now: datetime) -> Session | None:
    """The living session of a token, of an account that is not disabled."""
    row = conn.execute(select(StaffSession.__table__).where(StaffSession.hash == hashed(token))).one_or_none()
    if row is None:
        return None
    staff = get(conn, None, row.staff_id)
    if staff is None or staff.disabled:
        return None
    session = _session(staff, row)
    return session if session.alive(now) else None


def touch(conn: Connection, session_id: int, now: datetime) -> None:
    """Somebody works in this session."""
    conn.execute(update(StaffSession).where(StaffSession.id == session_id).values(seen_at=now))


def end(conn: Connection, session_id: int, staff_id: int) -> bool:
    """End one session of this person; False if it is not theirs or gone."""
    ended = delete(StaffSession).where(StaffSession.id == session_id, StaffSession.staff_id == staff_id)
    return bool(conn.execute(ended).rowcount)


def end_others(conn: Connection, staff_id: int, keep: int | None = None) -> int:
    """End every session of a person but one. Returns how many."""
    ended = delete(StaffSession).where(StaffSession.staff_id == staff_id)
    if keep is not None:
        ended = ended.where(StaffSession.id != keep)
    return conn.execute(ended).rowcount


def of_staff(conn: Connection, staff: Staff, now: datetime) -> list[Session]:
    """The living sessions of a person, newest first."""
    rows = conn.execute(
        select(StaffSession.__table__)
        .where(StaffSession.staff_id == staff.id)
        .order_by(StaffSession.id.desc())
    )
    return [session for row in rows if (session := _session(staff, row)).alive(now)]


def sweep(conn: Connection, now: datetime) -> int:
    """Delete what has timed out. Returns how many rows."""
    stale = delete(StaffSession).where(
        (StaffSession.created_at < now - ABSOLUTE) | (StaffSession.seen_at < now - IDLE)
    )
    old = delete(StaffAttempt).where(StaffAttempt.last_at < now - FORGOTTEN)
    return conn.execute(stale).rowcount + conn.execute(old).rowcount


def attempt(conn: Connection, keys: dict[str, str], now: datetime) -> datetime | None:
    """Count a try to sign in before it is checked, so that many at once gain nothing.

    `keys`: {"account": name, "address": ip}. Returns until when this account or address has to wait, or None
    for go on. Each failure past the free ones doubles the wait, for unknown names as for known ones.
    """
    found: dict[str, datetime] = {}
    for kind, value in keys.items():
        row = conn.execute(
            select(StaffAttempt.__table__).where(StaffAttempt.hash == _key(kind, value))
        ).one_or_none()
        if row is not None and row.locked_until is not None and row.locked_until > now:
            found[kind] = row.locked_until
    if found:
        return max(found.values())
    for kind, value in keys.items():
        row = conn.execute(
            select(StaffAttempt.failures, StaffAttempt.last_at).where(StaffAttempt.hash == _key(kind, value))
        ).one_or_none()
        failures = 1 + (row.failures if row is not None and now - row.last_at < FORGOTTEN else 0)
        over = failures - FREE_FAILURES[kind]
        lock = min(FIRST_LOCK * 2 ** min(over, 10), LONGEST_LOCK) if over >= 0 else None
        values = {"failures": failures, "last_at": now, "locked_until": now + lock if lock else None}
        new = insert_for(conn.dialect.name, StaffAttempt).values(hash=_key(kind, value), **values)
        conn.execute(new.on_conflict_do_update(index_elements=["hash"], set_=values))
    return None


def succeeded(conn: Connection, keys: dict[str, str]) -> None:
    """Take back what `attempt` counted: it was no failure. Earlier failures stay counted."""
    for kind, value in keys.items():
        conn.execute(
            update(StaffAttempt)
            .where(StaffAttempt.hash == _key(kind, value), StaffAttempt.failures > 0)
            .values(failures=StaffAttempt.failures - 1, locked_until=None)
        )


def forget_failures(conn: Connection, account: str) -> None:
    """Somebody signed in completely: the failures of their account are forgotten, the address's are not."""
    conn.execute(delete(StaffAttempt).where(StaffAttempt.hash == _key("account", account)))


def _key(kind: str, value: str) -> str:
    return hashed(f"{kind}:{value.strip().lower()}")


def _session(staff: Staff, row: Any) -> Session:
    return Session(row.id, staff, row.stage, row.browser, row.created_at, row.seen_at)
