"""Broadcasts: the list, a new one, and one with its preview and figures."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from console.broadcasting import (
    CODE_LENGTH,
    CODE_LETTERS,
    KINDS,
    MAX_NAME,
    MAX_TEXT,
    OUTCOMES,
    STATES,
    BadDraft,
    count,
    read_draft,
)
from console.bubbles import bubbles
from console.countries import country_names
from console.forms import number
from console.overview import LANGUAGES
from console.pages import locale_of, page, say_for
from console.roles import Role, permission
from console.state import services_of, staff_of
from console.times import JAKARTA
from content import LOCALES, Catalog
from content.provinces import PROVINCES
from storage import audit, broadcasts
from storage.audiences import Audience
from storage.broadcasts import BroadcastGone, BroadcastRecord, Draft

PER_PAGE = 30
# Those for which the dialogue with people has buttons.
COUNTRIES = ("TW", "HK", "MY", "SG", "JP", "KR", "SA", "AE", "BN")


def routes() -> list[web.RouteDef]:
    return [
        web.get("/broadcasts", show_all),
        web.get("/broadcasts/new", new),
        web.post("/broadcasts/new", create),
        web.get("/broadcasts/{id}", show),
        web.get("/broadcasts/{id}/live", show_live),
    ]


@dataclass(frozen=True, slots=True)
class Due:
    """A correction marked in an article; `broadcast_id` is None as long as nobody prepared to tell it."""

    topic: str
    title: str
    what: str
    day: Any
    broadcast_id: int | None


def catalog_of(request: web.Request) -> Catalog:
    """The content now serving. Raises HTTPServiceUnavailable while it loads."""
    library = services_of(request).library()
    if library is None:
        raise web.HTTPServiceUnavailable
    return library.catalog


def new_code() -> str:
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


@permission(Role.VIEWER)
async def show_all(request: web.Request) -> web.StreamResponse:
    catalog, database = catalog_of(request), services_of(request).database
    before = number(request.query["before"]) if "before" in request.query else None
    marked = list(catalog.corrections.values())
    found, told = await database.read(
        lambda conn: (
            broadcasts.page(conn, before=before, limit=PER_PAGE + 1),
            broadcasts.told(conn, [each.key for each in marked]),
        )
    )
    due = [
        Due(c.topic, catalog.article(c.topic, locale_of(request)).title, c.what, c.day, told.get(c.key))
        for c in sorted(marked, key=lambda each: each.day, reverse=True)
    ]
    more = found[PER_PAGE - 1].id if len(found) > PER_PAGE else None
    words: dict[str, Any] = {"states": STATES, "kinds": KINDS}
    return page(request, "broadcasts.html", found=found[:PER_PAGE], due=due, more=more, **words)


def form_values(request: web.Request, draft: Draft | BroadcastRecord | None) -> dict[str, Any]:
    """What the form needs; it shows what is in the draft."""
    catalog, locale = catalog_of(request), locale_of(request)
    audience = (
        draft.audience if isinstance(draft, Draft) else draft.audience_is if draft is not None else Audience()
    )
    due = draft.due_at.astimezone(JAKARTA) if draft is not None and draft.due_at else None
    names = country_names(locale)
    return {
        "draft": draft,
        "to": audience,
        "due": due.strftime("%Y-%m-%dT%H:%M") if due else "",
        "titles": {topic: catalog.article(topic, locale).title for topic in catalog.topics},
        "countries": {code: names.get(code, code) for code in COUNTRIES},
        "provinces": PROVINCES,
        "locales": LOCALES,
        "languages": LANGUAGES,
        "max_name": MAX_NAME,
        "max_text": MAX_TEXT,
        "problem": None,
        "written": None,
    }


@permission(Role.EDITOR)
async def new(request: web.Request) -> web.StreamResponse:
    return page(request, "broadcast_new.html", **form_values(request, None))


@permission(Role.EDITOR)
async def create(request: web.Request) -> web.StreamResponse:
    """Keep a first draft; what is missing is said above what was written."""
    services, actor = services_of(request), staff_of(request).name
    try:
        draft = await draft_of(request)
    except BadDraft as bad:
        values = form_values(request, None) | {"problem": bad.problem, "written": await written(request)}
        return page(request, "broadcast_new.html", 400, **values)
    cipher, now, code = services.database.cipher, services.clock(), new_code()

    def unit(conn: Any) -> int:
        made = broadcasts.add(conn, draft, actor, now, code)
        audit.add(conn, cipher, now, actor, "broadcast written", f"broadcast:{made}")
        return made

    made = await services.database.write(unit)
    raise web.HTTPSeeOther(f"/broadcasts/{made}")


async def draft_of(request: web.Request) -> Draft:
    """The draft in a form. Raises BadDraft."""
    catalog = catalog_of(request)
    return await read_draft(request, say_for(request), catalog, dict.fromkeys(COUNTRIES, ""))


async def written(request: web.Request) -> Mapping[str, str]:
    """What stands in a form that cannot be kept, so that it is not lost."""
    return {key: value for key, value in (await request.post()).items() if isinstance(value, str)}


async def found_of(request: web.Request) -> BroadcastRecord:
    """The broadcast of this address. Raises HTTPNotFound."""
    broadcast_id = number(request.match_info["id"])
    try:
        return await services_of(request).database.read(lambda conn: broadcasts.get(conn, broadcast_id))
    except BroadcastGone as error:
        raise web.HTTPNotFound from error


@permission(Role.VIEWER)
async def show(request: web.Request) -> web.StreamResponse:
    return await shown(request)


async def shown(
    request: web.Request,
    problem: str | None = None,
    status: int = 200,
    typed: Mapping[str, str] | None = None,
) -> web.Response:
    """The page of one broadcast, with what stands in the way, and what was typed if it was not kept."""
    found = await found_of(request)
    values = await page_values(request, found)
    return page(request, "broadcast.html", status, **{**values, "problem": problem, "written": typed})


@permission(Role.VIEWER)
async def show_live(request: web.Request) -> web.StreamResponse:
    """The figures alone, for live updates."""
    found = await found_of(request)
    return page(request, "broadcast_live.html", **_figures(found))


def _figures(found: BroadcastRecord) -> dict[str, Any]:
    return {
        "found": found,
        "states": STATES,
        "outcomes": {name: (label, getattr(found, name)) for name, label in OUTCOMES.items()},
    }


async def page_values(request: web.Request, found: BroadcastRecord) -> dict[str, Any]:
    services = services_of(request)
    tools = services.broadcasts()
    reach = found.estimate
    if found.state == "draft":
        reach = await services.database.read(lambda conn: count(conn, found, tools))
    calls = {locale: tools.word(found, locale) for locale in LOCALES} if tools is not None else {}
    return {
        **form_values(request, found),
        **_figures(found),
        "kinds": KINDS,
        "reach": reach,
        "previews": {locale: bubbles([call]) for locale, call in calls.items() if call is not None},
        "own": found.created_by == staff_of(request).name,
    }
