"""What staff do to a broadcast. Each deed is one unit: the change and its line in the audit log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from console.broadcasting import BadDraft, count
from console.forms import field, number
from console.pages import say_for
from console.roles import Role, permission
from console.state import services_of, staff_of
from console.views.broadcasts import catalog_of, draft_of, found_of, new_code, shown, written
from console.wording import msg
from storage import Connection, audit, broadcasts
from storage.broadcasts import BroadcastGone, SamePerson, WrongState

PROBLEMS = {
    WrongState: msg("Keadaannya sudah berubah, mungkin oleh rekan. Lihat dulu, lalu coba lagi."),
    SamePerson: msg("Penulis tidak bisa menyetujui siarannya sendiri. Minta orang lain."),
}


def routes() -> list[web.RouteDef]:
    return [
        web.post("/broadcasts/correction", prepare_correction),
        web.post("/broadcasts/{id}", rewrite),
        web.post("/broadcasts/{id}/submit", submit),
        web.post("/broadcasts/{id}/take-back", take_back),
        web.post("/broadcasts/{id}/approve", approve),
        web.post("/broadcasts/{id}/pause", pause),
        web.post("/broadcasts/{id}/resume", resume),
        web.post("/broadcasts/{id}/stop", stop),
    ]


async def _do(request: web.Request, what: str, deed: Callable[[Connection, int], None]) -> web.Response:
    """Do it, log it, show it; what stands in the way is said on the page."""
    services, actor = services_of(request), staff_of(request).name
    broadcast_id = number(request.match_info["id"])
    cipher, now = services.database.cipher, services.clock()

    def unit(conn: Connection) -> None:
        deed(conn, broadcast_id)
        audit.add(conn, cipher, now, actor, what, f"broadcast:{broadcast_id}")

    try:
        await services.database.write(unit)
    except BroadcastGone as error:
        raise web.HTTPNotFound from error
    except (WrongState, SamePerson) as error:
        return await shown(request, say_for(request)(PROBLEMS[type(error)]), 409)
    raise web.HTTPSeeOther(f"/broadcasts/{broadcast_id}")


@permission(Role.EDITOR)
async def prepare_correction(request: web.Request) -> web.StreamResponse:
    """A draft that tells those who were given the old text; a second one is never made."""
    services, actor, catalog = services_of(request), staff_of(request).name, catalog_of(request)
    correction = catalog.corrections.get(await field(request, "topic", limit=80))
    if correction is None:
        raise web.HTTPBadRequest
    cipher, now, code = services.database.cipher, services.clock(), new_code()
    name = catalog.article(correction.topic, "id").title[:80]

    def unit(conn: Connection) -> int:
        made = broadcasts.add_correction(conn, correction.topic, correction.key, name, actor, now, code)
        if made is None:
            return broadcasts.told(conn, [correction.key])[correction.key]
        audit.add(conn, cipher, now, actor, "correction prepared", f"broadcast:{made}")
        return made

    made = await services.database.write(unit)
    raise web.HTTPSeeOther(f"/broadcasts/{made}")


@permission(Role.EDITOR)
async def rewrite(request: web.Request) -> web.StreamResponse:
    found, actor = await found_of(request), staff_of(request).name
    if found.kind == broadcasts.CORRECTION:
        raise web.HTTPBadRequest
    try:
        draft = await draft_of(request)
    except BadDraft as bad:
        return await shown(request, bad.problem, 400, await written(request))
    return await _do(
        request, "broadcast rewritten", lambda conn, number: broadcasts.change(conn, number, draft, actor)
    )


async def _reach(request: web.Request) -> int:
    """Whom it would reach now. Asked before the deed, as it may take a while."""
    services, found = services_of(request), await found_of(request)
    tools = services.broadcasts()
    return await services.database.read(lambda conn: count(conn, found, tools))


@permission(Role.EDITOR)
async def submit(request: web.Request) -> web.StreamResponse:
    reach = await _reach(request)
    return await _do(
        request, "broadcast submitted", lambda conn, number: broadcasts.submit(conn, number, reach)
    )


@permission(Role.EDITOR)
async def take_back(request: web.Request) -> web.StreamResponse:
    return await _do(request, "broadcast taken back", broadcasts.take_back)


@permission(Role.PUBLISHER)
async def approve(request: web.Request) -> web.StreamResponse:
    """The second person's yes."""
    reach, actor = await _reach(request), staff_of(request).name
    return await _do(
        request, "broadcast approved", lambda conn, number: broadcasts.approve(conn, number, actor, reach)
    )


@permission(Role.EDITOR)
async def pause(request: web.Request) -> web.StreamResponse:
    return await _do(request, "broadcast paused", broadcasts.pause)


@permission(Role.PUBLISHER)
async def resume(request: web.Request) -> web.StreamResponse:
    return await _do(request, "broadcast resumed", broadcasts.resume)


@permission(Role.EDITOR)
async def stop(request: web.Request) -> web.StreamResponse:
    now: Any = services_of(request).clock()
    return await _do(request, "broadcast stopped", lambda conn, number: broadcasts.stop(conn, number, now))
