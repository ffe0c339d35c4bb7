"""The work behind `bekal staff ...` and the demo's account."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import TypeVar

from bot.console import console_url
from bot.settings import Settings
from bot.wiring import utc_now
from console import accounts
from console.accounts import AccountProblem
from console.passwords import Passwords
from storage import Cipher, Connection, StorageError, audit, open_store, staff

T = TypeVar("T")
ACTOR = "command line"
_PROBLEMS = {
    "bad-name": "a name is 2 to 40 of a-z 0-9 . _ - and begins with a letter or digit",
    "bad-role": f"a role is one of {', '.join(staff.ROLES)}",
    "taken": "that name is taken: see `./bekal staff list`",
    "unknown": "there is no such account: see `./bekal staff list`",
    "last-admin": "this is the last admin: add another one first",
}


class StaffProblem(Exception):
    """It cannot be done; the message says why and what to do."""


def add(settings: Settings, name: str, role: str) -> str:
    """A new account -> the address of its invitation. Raises StaffProblem."""
    token = _run(
        settings, lambda conn, cipher: accounts.add(conn, cipher, utc_now(), ACTOR, name, role, _token)
    )
    return f"{console_url(settings)}/invitation/{token}"


def reset(settings: Settings, name: str) -> str:
    """A new invitation for an account -> its address. Raises StaffProblem."""
    token = _run(settings, lambda conn, cipher: accounts.reset(conn, cipher, utc_now(), ACTOR, name, _token))
    return f"{console_url(settings)}/invitation/{token}"


def disable(settings: Settings, name: str) -> None:
    """Shut an account. Raises StaffProblem."""
    _run(settings, lambda conn, cipher: accounts.disable(conn, cipher, utc_now(), ACTOR, name))


def everybody(settings: Settings) -> list[staff.Staff]:
    """All accounts by name. Raises StaffProblem."""
    return _run(settings, lambda conn, _: staff.everybody(conn))


def verify_audit(settings: Settings) -> audit.Verdict:
    """Whether the audit log is whole. Raises StaffProblem."""
    return _run(settings, audit.verify)


async def hash_password(password: str) -> str:
    """An argon2id hash."""
    return await Passwords().hash(password)


def make_demo_account(
    conn: Connection, cipher: Cipher, password_hash: str, codes: list[str], secret: str
) -> None:
    """An admin for `demo`, set up anew at each start."""
    now = utc_now()
    found = staff.find(conn, None, "demo")
    staff_id = found.id if found is not None else staff.add(conn, "demo", "admin", now)
    assert staff_id is not None
    staff.set_up(conn, cipher, staff_id, password_hash, secret, None, codes)
    audit.add(conn, cipher, now, ACTOR, "account set up", "staff:demo")


def _token() -> str:
    return secrets.token_urlsafe(32)


def _run(settings: Settings, unit: Callable[[Connection, Cipher], T]) -> T:
    async def work() -> T:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        database = await open_store(settings.store_url, settings.key_path, utc_now)
        try:
            return await database.write(lambda conn: unit(conn, database.cipher))
        finally:
            await database.close()

    try:
        return asyncio.run(work())
    except AccountProblem as problem:
        raise StaffProblem(_PROBLEMS[str(problem)]) from problem
    except StorageError as error:
        raise StaffProblem(str(error)) from error
