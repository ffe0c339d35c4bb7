"""Editing a content file: by form, or as text; with what the checks say and how Telegram will show it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from console import content_desk, content_files, content_form, content_yaml
from console.bubbles import Bubble, bubbles
from console.content_checks import Placed, on_page
from console.content_desk import Opened, is_new_topic, library_of, opened, problems_of, title_of
from console.content_diff import Line, compare
from console.content_page import content_page
from console.content_preview import with_draft
from console.content_spec import ARTICLE, TRANSLATION, Field
from console.content_versions import Versions
from console.content_yaml import CannotEdit
from console.forms import field
from console.pages import say_for
from console.roles import Role, permission
from console.state import services_of
from console.views.content_rows import show_grid
from console.wording import msg
from content.files import MAX_BYTES
from content.model import SOURCE_LOCALE
from content.problems import Problem
from content.revisions import hash_of
from storage.content_review import DraftChanged

NOTE = 300
CHANGED = {
    True: msg("{name} menyimpan perubahan lain sementara Anda menulis. Bandingkan dulu, lalu simpan lagi."),
    False: msg("Berkas ini berubah sementara Anda menulis. Bandingkan dulu, lalu simpan lagi."),
}


def routes() -> list[web.RouteDef]:
    return [
        web.get("/content/edit/{name:.+}", show),
        web.post("/content/edit/{name:.+}", save),
        web.post("/content/preview/{name:.+}", preview),
    ]


def fields_of(file: Opened) -> tuple[Field, ...]:
    """The fields of an article's form."""
    return ARTICLE if file.file.kind == "article" else TRANSLATION


@permission(Role.VIEWER)
async def show(request: web.Request) -> web.StreamResponse:
    file = await opened(request)
    if file.file.kind in ("rows", "csv") and "raw" not in request.query:
        return await show_grid(request, file)
    return await _show(request, file, file.text, request.query.get("for") or None)


async def _show(
    request: web.Request,
    file: Opened,
    text: str,
    destination: str | None,
    *,
    raw: bool = False,
    status: int = 200,
    alert: str | None = None,
    against: str | None = None,
) -> web.Response:
    if against is None and file.moved:
        against = file.published
    problems = await problems_of(request, file.file, text)
    return content_page(
        request,
        "content_edit.html",
        status,
        **await _values(request, file, text, problems, raw=raw),
        **await preview_values(request, file, text, destination),
        alert=alert,
        differs=compare(against, text) if against is not None else [],
    )


async def _values(
    request: web.Request, file: Opened, text: str, problems: tuple[Problem, ...], *, raw: bool
) -> dict[str, Any]:
    catalog = library_of(request).catalog
    untouched = file.found is None and file.draft is None and text == file.skeleton
    mine = [problem for problem in problems if problem.file == file.file.name and not untouched]
    form = None
    if file.file.is_page and not raw and "raw" not in request.query:
        try:
            form = content_yaml.front(text)
        except CannotEdit:
            form = None  # what is wrong stands above the text
    placed = on_page(mine, fields_of(file), text) if form else Placed(rest=[])
    return {
        "file": file,
        "text": text,
        "inputs": content_form.inputs(fields_of(file), form.fields) if form else None,
        "body": form.body if form else "",
        "placed": placed,
        "general": placed.rest if form else on_page(mine, (), "").rest,
        "errors": sum(problem.is_error for problem in mine),
        "others": [problem for problem in problems if problem.is_error and problem.file != file.file.name],
        "new_topic": is_new_topic(request, file.file),
        "title": title_of(request, file.file),
        "source": await _source(request, file, form) if file.file.kind == "translation" else None,
        "topics": catalog.topics,
        "contacts": catalog.contacts,
    }


async def _source(request: web.Request, file: Opened, form: content_yaml.Front | None) -> dict[str, Any]:
    """The Indonesian article beside a translation, and what has changed since that was made."""
    library = library_of(request)
    article = library.catalog.article(file.file.topic, SOURCE_LOCALE)
    name = content_files.article_file(library.catalog, file.file.topic, SOURCE_LOCALE)
    text = content_files.text_of(content_files.read(library.folder, name))
    made_from = str(form.fields.get("source_hash", "")) if form else ""
    stale = bool(form) and made_from != article.text_hash
    changes: list[Line] = []
    if stale:
        before = await asyncio.to_thread(_text_with, content_desk.versions_of(request), name, made_from)
        changes = compare(before, text) if before is not None else []
    try:
        parts = content_yaml.front(text)
        summary, body = content_form.shown(parts.fields.get("summary")), parts.body
    except CannotEdit:
        summary, body = "", text
    return {
        "title": article.title,
        "summary": summary,
        "body": body,
        "file": name,
        "stale": stale,
        "changes": changes,
    }


def _text_with(versions: Versions, name: str, text_hash: str) -> str | None:
    """The older text of a file that has this hash, as a translation names it."""
    for version in versions.of(name):
        text = versions.text(name, version.id)
        if text is not None and hash_of(text) == text_hash:
            return text
    return None


async def _typed(request: web.Request, file: Opened) -> tuple[str, bool]:
    """The text that a form makes, and whether it was edited as text."""
    sent = await request.post()
    if "text" in sent or not file.file.is_page:
        return await field(request, "text", limit=MAX_BYTES), True
    given: Mapping[str, str] = {name: await field(request, name, limit=5_000) for name in sent}
    front = content_yaml.front(file.text)
    content_form.apply(fields_of(file), front.fields, given)
    if given.get("same") == "yes" and file.file.kind == "translation":
        article = library_of(request).catalog.article(file.file.topic, SOURCE_LOCALE)
        front.fields["source_hash"] = article.text_hash
    body = await field(request, "body", limit=MAX_BYTES) if "body" in sent else front.body
    body = body.rstrip("\n") + "\n"
    return content_yaml.Front(front.fields, body).text(), False


@permission(Role.EDITOR)
async def save(request: web.Request) -> web.StreamResponse:
    """Keep the draft; on demand hand it to a second person, if the checks allow that."""
    file, say = await opened(request), say_for(request)
    name = file.file.name
    try:
        text, raw = await _typed(request, file)
    except CannotEdit as error:
        raise web.HTTPConflict from error
    destination = await field(request, "for", limit=2) or None
    seen, base = await field(request, "seen"), await field(request, "base")
    said, hand_in = await field(request, "said", limit=NOTE), await field(request, "do") == "submit"
    version = file.version
    if text != file.text or file.moved or (not file.draft and file.found is None):
        try:
            number = int(seen) if seen.isdigit() else 0
            version = await content_desk.save(request, file, text, number, base, "" if hand_in else said)
        except DraftChanged as error:
            return await _again(request, text, destination, raw, error)
    if hand_in:
        if version == 0:
            alert = say(msg("Belum ada yang diubah."))
            return await _show(request, file, text, destination, raw=raw, status=400, alert=alert)
        problems = await problems_of(request, file.file, text)
        if any(problem.is_error and problem.file == name for problem in problems):
            alert = say(msg("Tersimpan, tetapi belum bisa diserahkan: perbaiki dulu yang ditandai merah."))
            return await _show(
                request, await opened(request), text, destination, raw=raw, status=400, alert=alert
            )
        try:
            await content_desk.submit(request, name, version, said)
        except DraftChanged as error:
            return await _again(request, text, destination, raw, error)
        raise web.HTTPSeeOther(f"/content/review/{name}")
    more = "?raw=1" if raw and file.file.kind != "raw" else ""
    raise web.HTTPSeeOther(f"/content/edit/{name}{more}")


async def _again(
    request: web.Request, text: str, destination: str | None, raw: bool, error: DraftChanged
) -> web.Response:
    """What was typed is not lost: it is shown beside what is there now, and the next save takes its place."""
    file, alert = await opened(request), say_for(request)(CHANGED[bool(error.by)], name=error.by)
    return await _show(request, file, text, destination, raw=raw, status=409, alert=alert, against=file.text)


@permission(Role.EDITOR)
async def preview(request: web.Request) -> web.StreamResponse:
    """How the form as it stands would look on Telegram; nothing is kept."""
    file = await opened(request)
    try:
        text, raw = await _typed(request, file)
    except CannotEdit as error:
        raise web.HTTPConflict from error
    destination = await field(request, "for", limit=2) or None
    if request.headers.get("HX-Request"):
        return content_page(
            request,
            "content_preview.html",
            file=file,
            **await preview_values(request, file, text, destination),
        )
    return await _show(request, file, text, destination, raw=raw)


async def preview_values(
    request: web.Request, file: Opened, text: str, destination: str | None
) -> dict[str, Any]:
    """The messages of an article; none for what is no article."""
    shown: list[Bubble] | None = None
    places: list[str] = []
    if file.file.is_page:
        library, messages = library_of(request), services_of(request).messages
        catalog = await asyncio.to_thread(with_draft, library.catalog, library.folder, file.file, text)
        if catalog is not None:
            places = sorted(catalog.article(file.file.topic, file.file.locale).destinations)
            place = destination if destination in places else None
            shown = bubbles(messages.draft(catalog, file.file.topic, file.file.locale, place))
    return {"shown": shown, "countries": places, "country": destination}
