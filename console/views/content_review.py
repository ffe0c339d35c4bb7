"""The second person: what is different, what the checks say, how it will look; then yes, or back."""

from __future__ import annotations

from aiohttp import web

from console import content_desk, content_files
from console.content_desk import NotYet, Opened, library_of, opened, problems_of, title_of
from console.content_diff import compare
from console.content_files import CannotWrite
from console.content_page import content_page
from console.forms import field
from console.pages import say_for
from console.roles import Role, permission
from console.security import note
from console.state import services_of, staff_of
from console.views.content_edit import CHANGED, preview_values
from console.wording import msg
from storage.content_review import DraftChanged

WHY_NOT = {
    "own": msg("Anda ikut menulis rancangan ini. Orang lain yang harus menyetujuinya."),
    "state": msg("Rancangan ini belum diserahkan untuk disetujui."),
    "base": msg(
        "Berkas di folder isi berubah setelah rancangan dimulai. Penulis harus melihat dan menyimpan lagi."
    ),
    "errors": msg("Masih ada kesalahan; perbaiki dulu."),
    "others": msg("Berkas lain di folder isi bermasalah. Selama itu tidak ada yang baru diterbitkan."),
}
UNWRITABLE = msg(
    "Folder isi tidak bisa ditulis ({why}). Hubungi yang mengurus server; rancangan tetap tersimpan."
)
SAID = 400


def routes() -> list[web.RouteDef]:
    return [
        web.get("/content/review/{name:.+}", show),
        web.post("/content/submit/{name:.+}", submit),
        web.post("/content/publish/{name:.+}", publish),
        web.post("/content/return/{name:.+}", give_back),
        web.post("/content/discard/{name:.+}", discard),
    ]


@permission(Role.VIEWER)
async def show(request: web.Request) -> web.StreamResponse:
    file = await opened(request)
    if file.draft is None:
        raise web.HTTPSeeOther(f"/content/history/{file.file.name}")
    return await _show(request, file)


async def _show(
    request: web.Request, file: Opened, status: int = 200, alert: str | None = None
) -> web.Response:
    problems = await problems_of(request, file.file, file.text)
    mine = [problem for problem in problems if problem.file == file.file.name]
    draft, me = file.draft, staff_of(request).name
    assert draft is not None
    return content_page(
        request,
        "content_review.html",
        status,
        file=file,
        draft=draft,
        title=title_of(request, file.file),
        lines=compare(file.published, draft.text),
        problems=mine,
        errors=sum(problem.is_error for problem in mine),
        others=[problem for problem in problems if problem.is_error and problem.file != file.file.name],
        own=me in draft.authors,
        alert=alert,
        now=services_of(request).clock(),
        **await preview_values(request, file, draft.text, request.query.get("for") or None),
    )


async def _with_draft(request: web.Request) -> tuple[Opened, int]:
    """The file and the version of its draft that the form was made for."""
    file, seen = await opened(request), await field(request, "seen", limit=9)
    if file.draft is None:
        raise web.HTTPSeeOther("/content")
    return file, int(seen) if seen.isdigit() else 0


async def _changed(request: web.Request, error: DraftChanged) -> web.Response:
    file = await opened(request)
    if file.draft is None:
        raise web.HTTPSeeOther("/content")
    return await _show(request, file, 409, say_for(request)(CHANGED[bool(error.by)], name=error.by))


@permission(Role.EDITOR)
async def submit(request: web.Request) -> web.StreamResponse:
    """Hand the draft to a second person, if the checks allow it."""
    file, seen = await _with_draft(request)
    problems = await problems_of(request, file.file, file.text)
    if any(problem.is_error and problem.file == file.file.name for problem in problems):
        return await _show(request, file, 400, say_for(request)(WHY_NOT["errors"]))
    try:
        await content_desk.submit(request, file.file.name, seen, await field(request, "said", limit=SAID))
    except DraftChanged as error:
        return await _changed(request, error)
    raise web.HTTPSeeOther(f"/content/review/{file.file.name}")


@permission(Role.PUBLISHER)
async def publish(request: web.Request) -> web.StreamResponse:
    """The second person's yes; what nobody may do to their own words."""
    file, seen = await _with_draft(request)
    say, name = say_for(request), file.file.name
    try:
        await content_desk.publish(request, seen)
    except DraftChanged as error:
        return await _changed(request, error)
    except NotYet as error:
        await note(request, "content published", f"content:{name}", str(error), done=False)
        return await _show(request, await opened(request), 409, say(WHY_NOT[str(error)]))
    except CannotWrite as error:
        await note(request, "content published", f"content:{name}", str(error), done=False)
        return await _show(request, file, 503, say(UNWRITABLE, why=str(error)))
    raise web.HTTPSeeOther(f"/content/history/{name}?done=1")


@permission(Role.PUBLISHER)
async def give_back(request: web.Request) -> web.StreamResponse:
    """Not yet: back to its writers, with a word why."""
    file, seen = await _with_draft(request)
    said = (await field(request, "said", limit=SAID)).strip()
    if not said:
        return await _show(request, file, 400, say_for(request)(msg("Tulis apa yang perlu diperbaiki.")))
    try:
        await content_desk.give_back(request, file.file.name, seen, said)
    except DraftChanged as error:
        return await _changed(request, error)
    raise web.HTTPSeeOther(f"/content/review/{file.file.name}")


@permission(Role.EDITOR)
async def discard(request: web.Request) -> web.StreamResponse:
    file, seen = await _with_draft(request)
    try:
        await content_desk.discard(request, file.file.name, seen)
    except DraftChanged as error:
        return await _changed(request, error)
    name = file.file.name
    gone = content_files.read(library_of(request).folder, name) is None
    raise web.HTTPSeeOther("/content" if gone else f"/content/edit/{name}")
