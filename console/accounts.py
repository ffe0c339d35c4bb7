"""What is done to accounts, by admins in the browser and by the command line alike."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from console.codes import new_secret
from storage import Cipher, Connection, audit, staff

INVITATION = timedelta(hours=48)
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")


class AccountProblem(Exception):
    """It cannot be done; `args[0]` is one of: bad-name, bad-role, taken, unknown, last-admin."""


def add(
    conn: Connection,
    cipher: Cipher,
    now: datetime,
    actor: str,
    name: str,
    role: str,
    token: Callable[[], str],
) -> str:
    """A new account and its invitation -> the token of the link. Raises AccountProblem."""
    name = name.strip().lower()
    if not NAME.fullmatch(name):
        raise AccountProblem("bad-name")
    if role not in staff.ROLES:
        raise AccountProblem("bad-role")
    staff_id = staff.add(conn, name, role, now)
    if staff_id is None:
        raise AccountProblem("taken")
    audit.add(conn, cipher, now, actor, "account added", f"staff:{name}", role)
    return _invite(conn, cipher, now, staff_id, token)


def reset(
    conn: Connection, cipher: Cipher, now: datetime, actor: str, name: str, token: Callable[[], str]
) -> str:
    """Let somebody in again who lost password or phone -> the token of a new link. Raises AccountProblem."""
    person = staff.find(conn, None, name)
    if person is None:
        raise AccountProblem("unknown")
    if person.disabled:
        staff.disable(conn, person.id, False)
    audit.add(conn, cipher, now, actor, "account reset", f"staff:{person.name}")
    return _invite(conn, cipher, now, person.id, token)


def disable(conn: Connection, cipher: Cipher, now: datetime, actor: str, name: str) -> None:
    """Shut an account; its sessions end at once. Raises AccountProblem."""
    person = staff.find(conn, None, name)
    if person is None:
        raise AccountProblem("unknown")
    if person.role == "admin" and not person.disabled and staff.admins(conn) == 1:
        raise AccountProblem("last-admin")
    staff.disable(conn, person.id)
    audit.add(conn, cipher, now, actor, "account disabled", f"staff:{person.name}")


def set_role(conn: Connection, cipher: Cipher, now: datetime, actor: str, name: str, role: str) -> None:
    """Change what somebody may do. Raises AccountProblem."""
    person = staff.find(conn, None, name)
    if person is None:
        raise AccountProblem("unknown")
    if role not in staff.ROLES:
        raise AccountProblem("bad-role")
    if person.role == "admin" and role != "admin" and staff.admins(conn) == 1:
        raise AccountProblem("last-admin")
    staff.change(conn, person.id, role=role)
    audit.add(conn, cipher, now, actor, "role changed", f"staff:{person.name}", f"{person.role} -> {role}")


def _invite(conn: Connection, cipher: Cipher, now: datetime, staff_id: int, token: Callable[[], str]) -> str:
    made = token()
    staff.invite(conn, cipher, staff_id, made, new_secret(), now + INVITATION)
    return made
