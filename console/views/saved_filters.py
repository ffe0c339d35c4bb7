"""Narrowed lists of the desk that staff keep under a name, each for themself."""

from __future__ import annotations

from urllib.parse import urlencode

from aiohttp import web

from console.forms import field, number
from console.pages import page, say_for
from console.roles import Role, permission
from console.security import note
from console.state import services_of, staff_of
from console.views.desk import asked, list_values
from console.wording import msg
from storage import saved_filters

FULL = msg("Sudah ada {n} saringan tersimpan. Hapus satu dulu.")


def routes() -> list[web.RouteDef]:
    return [
        web.post("/desk/filters", keep),
        web.post("/desk/filters/{id}/forget", forget),
    ]


@permission(Role.VIEWER)
async def keep(request: web.Request) -> web.StreamResponse:
    """Keep the list of this address under a name."""
    me, name = staff_of(request), " ".join((await field(request, "name")).split())
    name = name[: saved_filters.MAX_NAME]
    _, _, shown = asked(request)
    query = urlencode(shown)
    if not name or len(shown) < 2:
        raise web.HTTPBadRequest
    kept = await services_of(request).database.write(
        lambda conn: saved_filters.keep(conn, me.id, name, query)
    )
    if not kept:
        problem = say_for(request)(FULL, n=saved_filters.MOST)
        values = await list_values(request)
        return page(request, "desk.html", 409, case=None, **{**values, "list_problem": problem})
    raise web.HTTPSeeOther(f"/desk?{query}")


@permission(Role.VIEWER)
async def forget(request: web.Request) -> web.StreamResponse:
    """Drop one of one's own; another person's is not there."""
    me, saved_id = staff_of(request), number(request.match_info["id"])
    database = services_of(request).database
    if not await database.write(lambda conn: saved_filters.forget(conn, me.id, saved_id)):
        await note(request, "refused", f"filter:{saved_id}", "not theirs, or gone", done=False)
        raise web.HTTPNotFound
    _, _, shown = asked(request)
    raise web.HTTPSeeOther(f"/desk?{urlencode(shown)}")
