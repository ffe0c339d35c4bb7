"""What stands before every page: headers, host, session, permission, and where a form came from.

Denied by default: a handler without a permission is closed to all.
"""

from __future__ import annotations

import hmac
import re
import secrets
from functools import partial

import structlog
from aiohttp import web

from console.csrf import csrf
from console.roles import PUBLIC, Handler, Role, permission_of
from console.services import Services
from console.state import HALF, NONCE, SERVICES, SESSION, TOKEN
from console.views.errors import error_page
from storage import StorageError, audit, staff_sessions
from storage.staff_sessions import FULL, TOUCH, Session

log = structlog.get_logger("bekal.console")

READING = ("GET", "HEAD")
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{40,100}")


def cookie_name(services: Services) -> str:
    """Over https the browser itself guards the name; on loopback there is no https to ask for."""
    return "__Host-bekal" if services.https else "bekal"


def set_token(response: web.StreamResponse, services: Services, token: str) -> None:
    """Give the browser a new token; the old one is worth nothing from now on."""
    response.set_cookie(
        cookie_name(services), token, path="/", httponly=True, secure=services.https, samesite="Lax"
    )


@web.middleware
async def headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Outermost: whatever happens inside, the answer is safe to show and tells nothing of the machine."""
    request[NONCE] = secrets.token_urlsafe(16)
    try:
        response = await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        response = error_page(request, error.status)
    except StorageError as error:
        log.warning("console_store_unavailable", kind=type(error).__name__)
        response = error_page(request, 503)
    except Exception as error:
        # Type and place only: a message may quote what somebody wrote.
        log.error("console_page_failed", route=route_of(request), error=_place(error))
        response = error_page(request, 500)
    return response


async def on_prepare(request: web.Request, response: web.StreamResponse) -> None:
    """Headers of every answer, also of what is streamed and of redirects."""
    services = request.config_dict[SERVICES]
    policy = (
        f"default-src 'none'; script-src 'self' 'nonce-{request.get(NONCE, '')}'; style-src 'self'; "
        "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Server"] = "bekal"
    response.headers.setdefault("Cache-Control", "no-store")
    if services.https:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Host, session, permission, origin of forms: in this order, before the handler runs."""
    services = request.app[SERVICES]
    if request.host not in services.hosts:
        raise web.HTTPMisdirectedRequest
    if request.match_info.http_exception is not None:
        raise request.match_info.http_exception
    sent = request.cookies.get(cookie_name(services), "")
    token = sent if _TOKEN.fullmatch(sent) else services.token()
    request[TOKEN] = token
    session = await _session(services, token) if token == sent else None
    if session is not None:
        request[SESSION if session.stage == FULL else HALF] = session
    if request.method not in READING:
        await _same_site_form(request, services, token)
    needed = permission_of(request.match_info.handler)
    if needed != PUBLIC:
        refused = await _refused(request, services, needed)
        if refused is not None:
            return refused
    response = await handler(request)
    if token != sent and not response.prepared and not response.cookies:
        set_token(response, services, token)
    return response


async def _session(services: Services, token: str) -> Session | None:
    now = services.clock()
    return await services.database.read(partial(staff_sessions.find, token=token, now=now))


async def _refused(request: web.Request, services: Services, needed: Role | None) -> web.Response | None:
    session = request.get(SESSION)
    if session is None:
        if request.headers.get("HX-Request"):
            return web.Response(status=401, headers={"HX-Redirect": "/sign-in"})
        raise web.HTTPSeeOther("/sign-in")
    if needed is None or Role.of(session.staff.role) < needed:
        await note(request, "refused", f"{request.method} {request.path}", done=False)
        raise web.HTTPForbidden
    now = services.clock()
    # What a page fetches by itself does not keep a session alive.
    if now - session.seen_at > TOUCH and not request.headers.get("X-Live"):
        await services.database.write(partial(staff_sessions.touch, session_id=session.id, now=now))
    return None


async def _same_site_form(request: web.Request, services: Services, token: str) -> None:
    if request.headers.get("Origin") not in services.origins or request.content_type not in FORMS:
        raise web.HTTPForbidden
    form = await request.post()
    given = form.get("csrf")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), csrf(token).encode()):
        raise web.HTTPForbidden


def route_of(request: web.Request) -> str:
    """The pattern of a route, without what a visitor put into the address."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "-"


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "unknown"
    return f"{type(error).__name__} at {where}"


async def note(
    request: web.Request, what: str, subject: str = "", detail: str = "", *, done: bool = True
) -> None:
    """Write a line of the audit log that stands by itself; deeds that change something log in their unit."""
    services = request.app[SERVICES]
    session = request.get(SESSION)
    actor = session.staff.name if session is not None else "-"
    cipher, now = services.database.cipher, services.clock()
    await services.database.write(
        lambda conn: audit.add(conn, cipher, now, actor, what, subject, detail, done=done)
    )
