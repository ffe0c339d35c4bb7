"""Accounts of the staff. Passwords come in as finished argon2 hashes, one-time secrets as themselves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from storage.encryption import Cipher
from storage.staff_models import StaffCode, StaffRow, StaffSession

TOTP = "staff.totp"
ROLES = ("viewer", "agent", "editor", "publisher", "admin")
INVITATION, RECOVERY = "invitation", "recovery"


@dataclass(frozen=True, slots=True)
class Staff:
    """An account. `ready` once a password and the second factor are set up."""

    id: int
    name: str
    role: str
    locale: str
    disabled: bool
    password_hash: str | None = field(repr=False)
    totp: str | None = field(repr=False)
    totp_step: int | None
    created_at: datetime

    @property
    def ready(self) -> bool:
        return self.password_hash is not None and self.totp is not None


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that sets up (or sets up anew) an account; `totp` is the secret that it offers."""

    staff: Staff
    expires_at: datetime
    totp: str = field(repr=False)


def hashed(secret: str) -> str:
    """How one-time secrets and session tokens are stored: they are random, so a plain hash will do."""
    return hashlib.sha256(secret.encode()).hexdigest()


def add(conn: Connection, name: str, role: str, now: datetime, locale: str = "id") -> int | None:
    """A new account without a password; None if the name is taken. Raises ValueError for a bad role."""
    if role not in ROLES:
        raise ValueError(f"no such role: {role}")
    name = name.strip().lower()
    if find(conn, None, name) is not None:
        return None
    values = {"name": name, "role": role, "locale": locale, "disabled": False, "created_at": now}
    return int(conn.execute(insert(StaffRow).returning(StaffRow.id), values).scalar_one())


def find(conn: Connection, cipher: Cipher | None, name: str) -> Staff | None:
    """The account of this name, or None. Without a cipher its second factor stays unread."""
    row = conn.execute(select(StaffRow.__table__).where(StaffRow.name == name.strip().lower())).one_or_none()
    return None if row is None else _staff(cipher, row)


def get(conn: Connection, cipher: Cipher | None, staff_id: int) -> Staff | None:
    """The account with this id, or None."""
    row = conn.execute(select(StaffRow.__table__).where(StaffRow.id == staff_id)).one_or_none()
    return None if row is None else _staff(cipher, row)


def everybody(conn: Connection) -> list[Staff]:
    """All accounts by name."""
    return [_staff(None, row) for row in conn.execute(select(StaffRow.__table__).order_by(StaffRow.name))]


def change(conn: Connection, staff_id: int, *, role: str | None = None, locale: str | None = None) -> None:
    """Change role or language. Raises ValueError for a bad role."""
    if role is not None and role not in ROLES:
        raise ValueError(f"no such role: {role}")
    values = {name: value for name, value in (("role", role), ("locale", locale)) if value is not None}
    conn.execute(update(StaffRow).where(StaffRow.id == staff_id).values(values))


def set_password(conn: Connection, staff_id: int, password_hash: str) -> None:
    """Store a new password (an argon2 hash)."""
    conn.execute(update(StaffRow).where(StaffRow.id == staff_id).values(password_hash=password_hash))


def disable(conn: Connection, staff_id: int, disabled: bool = True) -> None:
    """Shut somebody out, or let them in again.

    Their sessions, open invitations and the link to their Telegram account end at once.
    """
    shut = {"disabled": disabled, "telegram_mark": None}
    conn.execute(update(StaffRow).where(StaffRow.id == staff_id).values(shut))
    conn.execute(delete(StaffSession).where(StaffSession.staff_id == staff_id))
    conn.execute(delete(StaffCode).where(StaffCode.staff_id == staff_id, StaffCode.kind != RECOVERY))


def admins(conn: Connection) -> int:
    """How many admins could sign in or were invited; the last one must not be shut out."""
    wanted = select(func.count()).where(StaffRow.role == "admin", StaffRow.disabled.is_(False))
    return int(conn.execute(wanted).scalar_one())


def invite(
    conn: Connection, cipher: Cipher, staff_id: int, token: str, totp: str, expires_at: datetime
) -> None:
    """Make a link for this account; it replaces an earlier one."""
    conn.execute(delete(StaffCode).where(StaffCode.staff_id == staff_id, StaffCode.kind == INVITATION))
    row = {
        "hash": hashed(token),
        "staff_id": staff_id,
        "kind": INVITATION,
        "expires_at": expires_at,
        "totp_sealed": cipher.seal(totp.encode(), TOTP),
    }
    conn.execute(insert(StaffCode), row)


def invitation(conn: Connection, cipher: Cipher, token: str, now: datetime) -> Invitation | None:
    """The invitation behind a link, if it still holds."""
    wanted = select(StaffCode.__table__).where(
        StaffCode.hash == hashed(token), StaffCode.kind == INVITATION, StaffCode.expires_at > now
    )
    row = conn.execute(wanted).one_or_none()
    person = get(conn, cipher, row.staff_id) if row is not None else None
    if row is None or person is None or person.disabled:
        return None
    return Invitation(person, row.expires_at, cipher.open(row.totp_sealed, TOTP).decode())


def set_up(
    conn: Connection,
    cipher: Cipher,
    staff_id: int,
    password_hash: str,
    totp: str,
    totp_step: int | None,
    recovery: Iterable[str],
) -> None:
    """Finish an invitation: new password, second factor, recovery codes; old sessions and links end."""
    values = {
        "password_hash": password_hash,
        "totp_sealed": cipher.seal(totp.encode(), TOTP),
        "totp_step": totp_step,
        "telegram_mark": None,  # whoever lost a phone may have lost that account, too
    }
    conn.execute(update(StaffRow).where(StaffRow.id == staff_id).values(values))
    conn.execute(delete(StaffCode).where(StaffCode.staff_id == staff_id))
    conn.execute(delete(StaffSession).where(StaffSession.staff_id == staff_id))
    renew_recovery(conn, staff_id, recovery)


def renew_recovery(conn: Connection, staff_id: int, codes: Iterable[str]) -> None:
    """Replace the recovery codes."""
    conn.execute(delete(StaffCode).where(StaffCode.staff_id == staff_id, StaffCode.kind == RECOVERY))
    rows = [{"hash": _recovery(staff_id, code), "staff_id": staff_id, "kind": RECOVERY} for code in codes]
    if rows:
        conn.execute(insert(StaffCode), rows)


def use_recovery(conn: Connection, staff_id: int, code: str) -> bool:
    """Spend a recovery code; False if it is not one of theirs or spent."""
    spent = delete(StaffCode).where(
        StaffCode.hash == _recovery(staff_id, code),
        StaffCode.staff_id == staff_id,
        StaffCode.kind == RECOVERY,
    )
    return bool(conn.execute(spent).rowcount)


def recovery_left(conn: Connection, staff_id: int) -> int:
    """How many recovery codes are not spent."""
    wanted = select(func.count()).where(StaffCode.staff_id == staff_id, StaffCode.kind == RECOVERY)
    return int(conn.execute(wanted).scalar_one())


def use_totp_step(conn: Connection, staff_id: int, step: int) -> bool:
    """Spend a time step; False if its code, or a later one, was taken before."""
    spent = (
        update(StaffRow)
        .where(StaffRow.id == staff_id, (StaffRow.totp_step.is_(None)) | (StaffRow.totp_step < step))
        .values(totp_step=step)
    )
    return bool(conn.execute(spent).rowcount)


def _recovery(staff_id: int, code: str) -> str:
    return hashed(f"{staff_id}:{code}")


def _staff(cipher: Cipher | None, row: Any) -> Staff:
    totp = None
    if row.totp_sealed is not None:
        totp = cipher.open(row.totp_sealed, TOTP).decode() if cipher is not None else ""
    return Staff(
        row.id,
        row.name,
        row.role,
        row.locale,
        row.disabled,
        row.password_hash,
        totp,
        row.totp_step,
        row.created_at,
    )
