"""In and out: password, code, invitation, sign out."""

from __future__ import annotations

from aiohttp import web

from console import codes, signing
from console.forms import field
from console.pages import page, say_for
from console.passwords import weakness
from console.roles import PUBLIC, Role, permission
from console.security import cookie_name, set_token
from console.state import HALF, SESSION, services_of, session_of
from console.wording import msg
from storage import Connection, audit, staff, staff_sessions
from storage.staff import Invitation

WEAK = {
    "short": msg("Kata sandi paling sedikit 12 karakter."),
    "long": msg("Kata sandi paling banyak 200 karakter."),
    "common": msg("Kata sandi itu mudah ditebak. Pakai beberapa kata yang tidak berhubungan."),
}
WRONG = msg("Nama, kata sandi, atau kodenya tidak cocok.")
_FULL_NAMES = {"Edg": "Edge", "OPR": "Opera"}
WAIT = msg("Terlalu banyak percobaan. Coba lagi {seconds} detik lagi.")


def routes() -> list[web.RouteDef]:
    return [
        web.get("/sign-in", ask_password),
        web.post("/sign-in", take_password),
        web.get("/sign-in/code", ask_code),
        web.post("/sign-in/code", take_code),
        web.post("/sign-out", sign_out),
        web.get("/invitation/{token}", show_invitation),
        web.post("/invitation/{token}", accept_invitation),
    ]


@permission(PUBLIC)
async def ask_password(request: web.Request) -> web.StreamResponse:
    if request.get(SESSION) is not None:
        raise web.HTTPSeeOther("/desk")
    return page(request, "sign_in.html", error=None)


@permission(PUBLIC)
async def take_password(request: web.Request) -> web.StreamResponse:
    services = services_of(request)
    name, password = await field(request, "name", limit=80), await field(request, "password", limit=1000)
    try:
        person = await signing.check_password(services, name, password, signing.address_of(request))
    except signing.Refused as refused:
        return _refused(request, "sign_in.html", refused)
    token = await signing.half_way(services, person, browser_of(request))
    return _go(request, "/sign-in/code", token)


@permission(PUBLIC)
async def ask_code(request: web.Request) -> web.StreamResponse:
    if request.get(HALF) is None:
        raise web.HTTPSeeOther("/sign-in")
    return page(request, "sign_in_code.html", error=None)


@permission(PUBLIC)
async def take_code(request: web.Request) -> web.StreamResponse:
    services, half = services_of(request), request.get(HALF)
    if half is None:
        raise web.HTTPSeeOther("/sign-in")
    code = await field(request, "code", limit=40)
    try:
        token = await signing.check_code(services, half, code, signing.address_of(request))
    except signing.Refused as refused:
        return _refused(request, "sign_in_code.html", refused)
    return _go(request, "/desk", token)


def _refused(request: web.Request, template: str, refused: signing.Refused) -> web.Response:
    say = say_for(request)
    if refused.until is None:
        return page(request, template, 401, error=say(WRONG))
    seconds = max(1, round((refused.until - services_of(request).clock()).total_seconds()))
    return page(request, template, 429, error=say(WAIT, seconds=seconds))


@permission(Role.VIEWER)
async def sign_out(request: web.Request) -> web.StreamResponse:
    """End this session, here and in the store."""
    services, session = services_of(request), session_of(request)
    await services.database.write(lambda conn: staff_sessions.end(conn, session.id, session.staff.id))
    response = web.Response(status=303, headers={"Location": "/sign-in", "Clear-Site-Data": '"storage"'})
    response.del_cookie(cookie_name(services), path="/", secure=services.https, httponly=True, samesite="Lax")
    return response


@permission(PUBLIC)
async def show_invitation(request: web.Request) -> web.StreamResponse:
    return _invitation_page(request, await _invitation(request))


@permission(PUBLIC)
async def accept_invitation(request: web.Request) -> web.StreamResponse:
    """Set password and second factor; the link is spent and recovery codes are shown once."""
    services, found, say = services_of(request), await _invitation(request), say_for(request)
    password = await field(request, "password", limit=1000)
    if (weak := weakness(password, found.staff.name)) is not None:
        return _invitation_page(request, found, say(WEAK[weak]))
    if password != await field(request, "again", limit=1000):
        return _invitation_page(request, found, say(msg("Kedua kata sandi tidak sama.")))
    now = services.clock()
    step = codes.step_of(found.totp, await field(request, "code", limit=40), now)
    if step is None:
        return _invitation_page(
            request, found, say(msg("Kodenya tidak cocok. Periksa jam di ponsel, lalu pakai kode yang baru."))
        )
    hashed = await services.passwords.hash(password)
    recovery = codes.new_recovery()
    cipher, token = services.database.cipher, request.match_info["token"]

    def unit(conn: Connection) -> bool:
        if staff.invitation(conn, cipher, token, now) is None:
            return False  # somebody else was faster
        staff.set_up(conn, cipher, found.staff.id, hashed, found.totp, step, recovery)
        audit.add(conn, cipher, now, found.staff.name, "account set up", f"staff:{found.staff.name}")
        return True

    if not await services.database.write(unit):
        raise web.HTTPNotFound
    return page(request, "recovery.html", recovery=recovery, signed_in=False)


async def _invitation(request: web.Request) -> Invitation:
    services, token = services_of(request), request.match_info["token"]
    cipher, now = services.database.cipher, services.clock()
    found = await services.database.read(lambda conn: staff.invitation(conn, cipher, token, now))
    if found is None:
        raise web.HTTPNotFound
    return found


def _invitation_page(request: web.Request, found: Invitation, error: str | None = None) -> web.Response:
    address = codes.address(found.totp, found.staff.name)
    return page(
        request,
        "invitation.html",
        400 if error else 200,
        error=error,
        name=found.staff.name,
        role_name=found.staff.role,
        secret=" ".join(found.totp[start : start + 4] for start in range(0, len(found.totp), 4)),
        address=address,
        picture=codes.picture(address),
    )


def browser_of(request: web.Request) -> str:
    """A short name of the browser, for the list of sessions."""
    header = request.headers.get("User-Agent", "")
    systems = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")
    browsers = ("Edg", "OPR", "Firefox", "Chrome", "Safari")
    system = next((each for each in systems if each in header), "?")
    browser = next((each for each in browsers if each in header), "?")
    return f"{_FULL_NAMES.get(browser, browser)}, {system}"


def _go(request: web.Request, where: str, token: str) -> web.Response:
    response = web.Response(status=303, headers={"Location": where})
    set_token(response, services_of(request), token)
    return response
