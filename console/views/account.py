"""One's own account: language, password, recovery codes, where one is signed in."""

from __future__ import annotations

from aiohttp import web

from console import codes, signing
from console.forms import field, number
from console.pages import page, say_for
from console.passwords import weakness
from console.roles import Role, permission
from console.security import note
from console.state import services_of, session_of, staff_of
from console.views.signin import WEAK
from console.wording import LOCALES, msg
from storage import Connection, audit, staff, staff_sessions, staff_telegram

NOT_YOURS = msg("Kata sandi sekarang tidak cocok.")


def routes() -> list[web.RouteDef]:
    return [
        web.get("/account", show),
        web.post("/account/language", set_language),
        web.post("/account/password", set_password),
        web.post("/account/recovery", renew_recovery),
        web.post("/account/sessions/{id}/end", end_session),
        web.post("/account/sessions/end-others", end_others),
    ]


@permission(Role.VIEWER)
async def show(request: web.Request) -> web.StreamResponse:
    return await show_account(request)


async def show_account(
    request: web.Request,
    error: str | None = None,
    notice: str | None = None,
    telegram_code: str | None = None,
) -> web.Response:
    """The page, with what went wrong or was done."""
    services, person = services_of(request), staff_of(request)
    now = services.clock()
    sessions, left, linked = await services.database.read(
        lambda conn: (
            staff_sessions.of_staff(conn, person, now),
            staff.recovery_left(conn, person.id),
            staff_telegram.linked(conn, person.id),
        )
    )
    return page(
        request,
        "account.html",
        400 if error else 200,
        error=error,
        notice=notice,
        sessions=sessions,
        current=session_of(request).id,
        recovery_left=left,
        telegram_group=services.telegram_group,
        telegram_linked=linked,
        telegram_code=telegram_code,
        now=now,
    )


@permission(Role.VIEWER)
async def set_language(request: web.Request) -> web.StreamResponse:
    locale, person = await field(request, "language"), staff_of(request)
    if locale in LOCALES:
        await services_of(request).database.write(lambda conn: staff.change(conn, person.id, locale=locale))
    raise web.HTTPSeeOther("/account")


@permission(Role.VIEWER)
async def set_password(request: web.Request) -> web.StreamResponse:
    """A new password ends every other session."""
    services, person, say = services_of(request), staff_of(request), say_for(request)
    password = await field(request, "password", limit=1000)
    if (weak := weakness(password, person.name)) is not None:
        return await show_account(request, say(WEAK[weak]))
    if password != await field(request, "again", limit=1000):
        return await show_account(request, say(msg("Kedua kata sandi tidak sama.")))
    if not await signing.confirm(request, person.id, await field(request, "current", limit=1000)):
        return await show_account(request, say(NOT_YOURS))
    hashed = await services.passwords.hash(password)
    session, cipher, now = session_of(request), services.database.cipher, services.clock()

    def unit(conn: Connection) -> None:
        staff.set_password(conn, person.id, hashed)
        staff_sessions.end_others(conn, person.id, keep=session.id)
        audit.add(conn, cipher, now, person.name, "password changed", f"staff:{person.name}")

    await services.database.write(unit)
    return await show_account(request, notice=say(msg("Kata sandi sudah diganti. Sesi lain sudah diakhiri.")))


@permission(Role.VIEWER)
async def renew_recovery(request: web.Request) -> web.StreamResponse:
    services, person = services_of(request), staff_of(request)
    if not await signing.confirm(request, person.id, await field(request, "current", limit=1000)):
        return await show_account(request, say_for(request)(NOT_YOURS))
    recovery, cipher, now = codes.new_recovery(), services.database.cipher, services.clock()

    def unit(conn: Connection) -> None:
        staff.renew_recovery(conn, person.id, recovery)
        audit.add(conn, cipher, now, person.name, "recovery codes renewed", f"staff:{person.name}")

    await services.database.write(unit)
    return page(request, "recovery.html", recovery=recovery, signed_in=True)


@permission(Role.VIEWER)
async def end_session(request: web.Request) -> web.StreamResponse:
    """End one of one's own sessions; another person's is not there."""
    services, person = services_of(request), staff_of(request)
    session_id = number(request.match_info["id"])
    if not await services.database.write(lambda conn: staff_sessions.end(conn, session_id, person.id)):
        await note(request, "refused", f"session:{session_id}", "not theirs, or gone", done=False)
        raise web.HTTPNotFound
    await note(request, "session ended", f"session:{session_id}")
    raise web.HTTPSeeOther("/account")


@permission(Role.VIEWER)
async def end_others(request: web.Request) -> web.StreamResponse:
    services, person, session = services_of(request), staff_of(request), session_of(request)
    await services.database.write(lambda conn: staff_sessions.end_others(conn, person.id, keep=session.id))
    await note(request, "other sessions ended", f"staff:{person.name}")
    raise web.HTTPSeeOther("/account")
