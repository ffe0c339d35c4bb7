"""What a content file said before, and going back to it."""

from __future__ import annotations

import asyncio

from aiohttp import web

from console import content_desk
from console.content_desk import library_of, opened, title_of, versions_of
from console.content_diff import compare
from console.content_page import content_page
from console.forms import field
from console.pages import say_for
from console.roles import Role, permission
from console.views.content_edit import CHANGED
from console.wording import msg
from storage.content_review import DraftChanged


def routes() -> list[web.RouteDef]:
    return [
        web.get("/content/history/{name:.+}", show),
        web.post("/content/revert/{name:.+}", revert),
    ]


@permission(Role.VIEWER)
async def show(request: web.Request) -> web.StreamResponse:
    return await _show(request, request.query.get("version", ""))


async def _show(
    request: web.Request, version_id: str, status: int = 200, alert: str | None = None
) -> web.Response:
    file, versions, library = await opened(request), versions_of(request), library_of(request)
    name = file.file.name
    listed = await asyncio.to_thread(versions.of, name)
    chosen = next((version for version in listed if version.id == version_id), None)
    before = await asyncio.to_thread(versions.text, name, version_id) if chosen else None
    if version_id and before is None:
        raise web.HTTPNotFound
    return content_page(
        request,
        "content_history.html",
        status,
        file=file,
        title=title_of(request, file.file),
        versions=listed,
        chosen=chosen,
        lines=compare(before, file.published) if before is not None else [],
        alert=alert,
        done="done" in request.query,
        problems=library.problems,
    )


@permission(Role.EDITOR)
async def revert(request: web.Request) -> web.StreamResponse:
    """An older text becomes a draft, which a second person has to agree to like to any other."""
    file, version_id = await opened(request), await field(request, "version")
    name, seen = file.file.name, await field(request, "seen", limit=9)
    text = await asyncio.to_thread(versions_of(request).text, name, version_id)
    if text is None:
        raise web.HTTPNotFound
    said = say_for(request)(msg("kembali ke versi {id}"), id=version_id[:12])
    try:
        number = int(seen) if seen.isdigit() else 0
        await content_desk.save(request, file, text, number, file.base, said)
    except DraftChanged as error:
        alert = say_for(request)(CHANGED[bool(error.by)], name=error.by)
        return await _show(request, version_id, 409, alert)
    raise web.HTTPSeeOther(f"/content/review/{name}")
