"""What staff did, newest first, and whether the log is whole."""

from __future__ import annotations

from aiohttp import web

from console.forms import number
from console.pages import page
from console.roles import Role, permission
from console.state import services_of
from storage import audit

PER_PAGE = 50


def routes() -> list[web.RouteDef]:
    return [web.get("/audit", show), web.post("/audit/verify", verify)]


@permission(Role.ADMIN)
async def show(request: web.Request) -> web.StreamResponse:
    return await _show(request, None)


async def _show(request: web.Request, verdict: audit.Verdict | None) -> web.Response:
    before = number(request.query["before"]) if "before" in request.query else None
    deeds = await services_of(request).database.read(
        lambda conn: audit.page(conn, before=before, limit=PER_PAGE + 1)
    )
    more = deeds[PER_PAGE - 1].id if len(deeds) > PER_PAGE else None
    return page(request, "audit.html", deeds=deeds[:PER_PAGE], more=more, verdict=verdict)


@permission(Role.ADMIN)
async def verify(request: web.Request) -> web.StreamResponse:
    database = services_of(request).database
    return await _show(request, await database.read(lambda conn: audit.verify(conn, database.cipher)))
