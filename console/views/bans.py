"""Banning a sender: the bot answers them no more, but for danger, until an agent takes it back."""

from __future__ import annotations

from aiohttp import web

from console.forms import field
from console.roles import Role, permission
from console.views.actions import then
from storage import staff_actions


def routes() -> list[web.RouteDef]:
    return [web.post("/desk/{id}/ban", ban), web.post("/desk/{id}/unban", unban)]


@permission(Role.AGENT)
async def ban(request: web.Request) -> web.StreamResponse:
    """Ban the person of this case; the reason is logged."""
    why = (await field(request, "why", limit=200)).strip()
    if not why:
        raise web.HTTPBadRequest
    return await then(request, lambda deed: staff_actions.ban(deed, why, on=True))


@permission(Role.AGENT)
async def unban(request: web.Request) -> web.StreamResponse:
    """Answer the person again."""
    return await then(request, lambda deed: staff_actions.ban(deed, "", on=False))
