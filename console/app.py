"""Builds the console's web application."""

from __future__ import annotations

import asyncio
import mimetypes

from aiohttp import web

from console.content_checks import Checks
from console.content_desk import CHECKS, PUBLISHING
from console.hub import Hub
from console.pages import STATIC
from console.roles import PUBLIC, permission
from console.security import guard, headers, on_prepare
from console.services import Services, unsafe_url
from console.state import SERVICES
from console.views import (
    account,
    actions,
    audit_log,
    bans,
    broadcast_actions,
    broadcasts,
    content,
    desk,
    live,
    overview,
    questions,
    questions_decided,
    questions_models,
    saved_filters,
    signin,
    staff,
    telegram,
    try_it,
)

MAX_FORM = 256 * 1024
FILES = frozenset(path.name for path in STATIC.iterdir() if path.is_file())


def build_console(services: Services) -> web.Application:
    """The console as an aiohttp application. Raises ValueError for an address that is not safe."""
    if (reason := unsafe_url(services.url)) is not None:
        raise ValueError(f"{services.url}: {reason}")
    app = web.Application(client_max_size=MAX_FORM, middlewares=[headers, guard])
    app[SERVICES] = services
    app.on_response_prepare.append(on_prepare)
    app.add_routes([web.get("/", home), web.get("/static/{name}", static)])
    app[live.HUB] = Hub(services.database)
    app[CHECKS], app[PUBLISHING] = Checks(), asyncio.Lock()
    app.cleanup_ctx.append(live.running)
    # "/desk/events" has to stand before "/desk/{id}", and "/questions/model" before "/questions/{id}".
    for module in (
        signin,
        account,
        telegram,
        staff,
        audit_log,
        overview,
        live,
        saved_filters,
        desk,
        actions,
        bans,
        content,
        try_it,
        questions_models,
        questions_decided,
        questions,
        broadcasts,
        broadcast_actions,
    ):
        app.add_routes(module.routes())
    return app


@permission(PUBLIC)
async def home(request: web.Request) -> web.StreamResponse:
    """The desk is where work begins."""
    raise web.HTTPSeeOther("/desk")


@permission(PUBLIC)
async def static(request: web.Request) -> web.StreamResponse:
    """Style, script, icon: the same for everybody, so the only thing that browsers may keep."""
    name = request.match_info["name"]
    if name not in FILES:
        raise web.HTTPNotFound
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    response = web.Response(body=(STATIC / name).read_bytes(), content_type=kind)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
