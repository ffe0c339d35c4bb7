"""Whose Telegram account is whose: staff prove it with a one-time code; only a keyed hash is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, null, select, update

from storage.encryption import Cipher
from storage.staff import Staff, get, hashed
from storage.staff_models import StaffCode, StaffRow

CODE, LASTS = "telegram", timedelta(minutes=10)
MARK = "staff.telegram_mark"


def offer(conn: Connection, staff_id: int, code: str, now: datetime) -> None:
    """A code with which somebody links their Telegram account; it replaces an earlier one."""
    conn.execute(delete(StaffCode).where(StaffCode.staff_id == staff_id, StaffCode.kind == CODE))
    row = {"hash": hashed(code), "staff_id": staff_id, "kind": CODE, "expires_at": now + LASTS}
    conn.execute(insert(StaffCode), row)


def link(conn: Connection, cipher: Cipher, code: str, telegram_id: int, now: datetime) -> Staff | None:
    """Spend a code: this Telegram account is that person's, and no other one's; None for a bad code."""
    spent = delete(StaffCode).where(
        StaffCode.hash == hashed(code), StaffCode.kind == CODE, StaffCode.expires_at > now
    )
    staff_id = conn.execute(spent.returning(StaffCode.staff_id)).scalar()
    person = get(conn, None, staff_id) if staff_id is not None else None
    if person is None or person.disabled:
        return None
    mark = _mark(cipher, telegram_id)
    conn.execute(update(StaffRow).where(StaffRow.telegram_mark == mark).values(telegram_mark=null()))
    conn.execute(update(StaffRow).where(StaffRow.id == person.id).values(telegram_mark=mark))
    return person


def unlink(conn: Connection, staff_id: int) -> None:
    """Forget somebody's Telegram account."""
    conn.execute(update(StaffRow).where(StaffRow.id == staff_id).values(telegram_mark=null()))


def linked(conn: Connection, staff_id: int) -> bool:
    """Whether somebody has linked a Telegram account."""
    found = select(StaffRow.telegram_mark).where(StaffRow.id == staff_id)
    return conn.execute(found).scalar() is not None


def member(conn: Connection, cipher: Cipher, telegram_id: int) -> Staff | None:
    """Who of the staff writes under this Telegram account; None for strangers and closed accounts."""
    found = select(StaffRow.id).where(StaffRow.telegram_mark == _mark(cipher, telegram_id))
    staff_id = conn.execute(found).scalar()
    person = get(conn, None, staff_id) if staff_id is not None else None
    return person if person is not None and person.ready and not person.disabled else None


def _mark(cipher: Cipher, telegram_id: int) -> str:
    return cipher.mark(str(telegram_id).encode(), MARK)
