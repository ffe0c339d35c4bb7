"""Signing in: password, then a code; the same answer and the same time for names that do not exist."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web

from console import codes
from console.services import Services
from console.state import services_of
from storage import Connection, audit, staff, staff_sessions
from storage.staff import Staff
from storage.staff_sessions import FULL, PASSWORD, Session


class Refused(Exception):
    """It was not right; `until` says how long to wait, if that is so."""

    def __init__(self, until: datetime | None = None) -> None:
        super().__init__("refused")
        self.until = until


def address_of(request: web.Request) -> str:
    """Where a request comes from. Headers of proxies are not believed: anybody can send them."""
    return request.remote or "-"


async def check_password(services: Services, name: str, password: str, address: str) -> Staff:
    """The account, if name and password fit. Raises Refused."""
    database, cipher, now = services.database, services.database.cipher, services.clock()
    keys = {"account": name, "address": address}
    until = await database.write(lambda conn: staff_sessions.attempt(conn, keys, now))
    if until is not None:
        raise Refused(until)
    person = await database.read(lambda conn: staff.find(conn, cipher, name))
    usable = person is not None and person.ready and not person.disabled
    stored = person.password_hash if person is not None and usable else None
    fits = await services.passwords.verify(stored, password)
    # A name that is no account is not logged: people type their password into the wrong field.
    subject = person.name if person is not None else "-"

    def settle(conn: Connection) -> None:
        if fits:
            staff_sessions.succeeded(conn, keys)
        else:
            audit.add(conn, cipher, now, subject, "sign-in", detail="password", done=False)

    await database.write(settle)
    if not fits or person is None:
        raise Refused
    return person


async def half_way(services: Services, person: Staff, browser: str) -> str:
    """A session that can do nothing but take the code -> its token."""
    token, now = services.token(), services.clock()
    await services.database.write(
        lambda conn: staff_sessions.begin(conn, person.id, token, PASSWORD, browser, now)
    )
    return token


async def check_code(services: Services, half: Session, code: str, address: str) -> str:
    """Finish signing in with a code of the app or a recovery code -> the token of a new session.

    Raises Refused. Each code works once.
    """
    database, cipher, now = services.database, services.database.cipher, services.clock()
    keys = {"account": half.staff.name, "address": address}
    token = services.token()

    def unit(conn: Connection) -> datetime | bool:
        until = staff_sessions.attempt(conn, keys, now)
        if until is not None:
            return until
        person = staff.get(conn, cipher, half.staff.id)
        if person is None or person.disabled or person.totp is None:
            return False
        how = "code"
        step = codes.step_of(person.totp, code, now)
        accepted = step is not None and staff.use_totp_step(conn, person.id, step)
        if not accepted and staff.use_recovery(conn, person.id, codes.tidy_recovery(code)):
            accepted, how = True, "recovery code"
        audit.add(conn, cipher, now, person.name, "sign-in", detail=how, done=accepted)
        if not accepted:
            return False
        staff_sessions.succeeded(conn, keys)
        staff_sessions.forget_failures(conn, person.name)
        staff_sessions.end(conn, half.id, person.id)
        staff_sessions.begin(conn, person.id, token, FULL, half.browser, now)
        return True

    outcome = await database.write(unit)
    if outcome is True:
        return token
    raise Refused(outcome if isinstance(outcome, datetime) else None)


async def confirm(request: web.Request, person_id: int, password: str) -> bool:
    """Whether somebody who is signed in knows their password; counts as an attempt to sign in."""
    services = services_of(request)
    person = await services.database.read(lambda conn: staff.get(conn, None, person_id))
    if person is None:
        return False
    try:
        await check_password(services, person.name, password, address_of(request))
    except Refused:
        return False
    return True
