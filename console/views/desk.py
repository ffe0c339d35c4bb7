"""The desk: the list of cases, and one case beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from console.bubbles import bubbles
from console.canned import canned
from console.countries import country_names
from console.desk_words import AGES, DANGERS, EVENTS, KINDS, LANGUAGES, RUNGS, STATES, STATUSES, TAB_NAMES
from console.forms import number
from console.pages import locale_of, page, say_for
from console.roles import Role, permission
from console.state import services_of, staff_of
from console.wording import msg
from content import LOCALES
from storage import Connection, cases, chats, saved_filters, staff, staff_desk, staff_thread
from storage.office_hours import first_reply_due
from storage.saved_filters import Saved
from storage.staff_desk import TABS, Filters

PER_PAGE = 30
NARROWING = ("topic", "destination", "language", "label")
NOT_FOUND = msg("Tidak ada kasus dari {name}. Tulis nama samaran lengkap, misalnya Melati-4821.")


def routes() -> list[web.RouteDef]:
    return [
        web.get("/desk", show),
        web.get("/desk/list", show_list),
        web.get("/desk/find", find),
        web.get("/desk/{id}", show_case),
        web.get("/desk/{id}/thread", show_thread),
    ]


def asked(request: web.Request) -> tuple[str, Filters, dict[str, str]]:
    """The tab, the filters, and both as they stand in the address: only what we know of."""
    query = request.query
    tab = query.get("tab", "")
    role = Role.of(staff_of(request).role)
    tab = tab if tab in TABS else "danger" if role >= Role.AGENT else "unassigned"
    given = {name: query[name][:80] for name in NARROWING if query.get(name)}
    age = next((each for each in AGES if each[0] == query.get("age")), None)
    filters = Filters(**given, older_than=age[2] if age else None)
    shown = {"tab": tab, **given, **({"age": age[0]} if age else {})}
    return tab, filters, shown


async def list_values(request: web.Request) -> dict[str, Any]:
    """What the list of a tab needs."""
    services, me = services_of(request), staff_of(request)
    tab, filters, shown = asked(request)
    after, now, cipher = request.query.get("after"), services.clock(), services.database.cipher

    def query(
        conn: Connection,
    ) -> tuple[list[staff_desk.Line], dict[str, int], dict[str, list[str]], list[Saved]]:
        lines = staff_desk.lines(conn, cipher, tab, me.name, now, filters, after=after, limit=PER_PAGE + 1)
        kept = saved_filters.of_staff(conn, me.id)
        return lines, staff_desk.counts(conn, me.name, now), staff_desk.choices(conn), kept

    try:
        lines, counts, choices, kept = await services.database.read(query)
    except ValueError as error:
        raise web.HTTPBadRequest from error
    more = staff_desk.cursor(tab, lines[PER_PAGE - 1].case) if len(lines) > PER_PAGE else None
    library, locale = services.library(), locale_of(request)
    titles = titles_of(library, locale)
    return {
        "tab": tab,
        "tabs": TAB_NAMES,
        "counts": counts,
        "lines": lines[:PER_PAGE],
        "more": urlencode({**shown, "after": more}) if more else None,
        "first_page": after is None,
        "choices": {
            "topic": _named(choices["topic"], titles),
            "label": _named(choices["label"], {}),
            "language": _named(LOCALES, LANGUAGES),
            "destination": _named(_destinations(library.catalog) if library else (), country_names(locale)),
        },
        "topics": titles,
        "saved": kept,
        "list_problem": None,
        "ages": AGES,
        "shown": shown,
        "query": urlencode(shown),
        "filtered": len(shown) > 1,
        "kinds": KINDS,
        "dangers": DANGERS,
        "statuses": STATUSES,
        "now": now,
        "late": lambda case: now > first_reply_due(case.kind, case.waiting_since, services.office_hours),
    }


def _named(codes: Iterable[str], names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Codes with the names under which people know them, in the order of the names."""
    return sorted(((code, names.get(code, code)) for code in codes), key=lambda each: each[1].casefold())


def _destinations(catalog: Any) -> set[str]:
    return {contact.destination for contact in catalog.contacts.values() if contact.destination}


@permission(Role.VIEWER)
async def show(request: web.Request) -> web.StreamResponse:
    return page(request, "desk.html", case=None, **await list_values(request))


@permission(Role.VIEWER)
async def show_list(request: web.Request) -> web.StreamResponse:
    """The list alone, for live updates."""
    current = number(request.query["case"]) if request.query.get("case") else None
    return page(request, "desk_list.html", current=current, **await list_values(request))


@permission(Role.VIEWER)
async def find(request: web.Request) -> web.StreamResponse:
    """The newest case of the person with this pseudonym."""
    name = request.query.get("name", "")[:80]
    case_id = await services_of(request).database.read(lambda conn: staff_desk.find(conn, name))
    if case_id is not None:
        raise web.HTTPSeeOther(f"/desk/{case_id}")
    problem = say_for(request)(NOT_FOUND, name=name)
    return page(
        request, "desk.html", 404, case=None, **await list_values(request) | {"list_problem": problem}
    )


@permission(Role.VIEWER)
async def show_case(request: web.Request) -> web.StreamResponse:
    values = await case_values(request)
    return page(request, "desk.html", **values, **await list_values(request))


@permission(Role.VIEWER)
async def show_thread(request: web.Request) -> web.StreamResponse:
    """The thread and the state of the case alone, for live updates."""
    values = await case_values(request)
    return page(request, "thread_live.html", **values, **await list_values(request))


async def case_values(request: web.Request) -> dict[str, Any]:
    """What the page of a case needs. Raises HTTPNotFound."""
    services, me = services_of(request), staff_of(request)
    case_id, cipher = number(request.match_info["id"]), services.database.cipher
    now = services.clock()

    def query(conn: Connection) -> dict[str, Any] | None:
        case = cases.get(conn, case_id)
        if case is None:
            return None
        [line] = staff_desk.described(conn, cipher, [case])
        chat = chats.get(conn, cipher, case.chat_row_id)
        return {
            "case": case,
            "line": line,
            "chat": chat,
            "entries": staff_thread.thread(conn, cipher, case.chat_row_id, case_id),
            "others": staff_thread.other_cases(conn, case.chat_row_id, case_id),
            "colleagues": [
                each.name
                for each in staff.everybody(conn)
                if each.ready and not each.disabled and each.role != "viewer"
            ],
        }

    values = await services.database.read(query)
    if values is None or values["chat"] is None:
        raise web.HTTPNotFound
    chat, case = values["chat"], values["case"]
    library = services.library()
    person = chat.locale or "id"
    role = Role.of(me.role)
    return values | {
        "held": chat.held(now),
        "mine": case.taken_by == me.name,
        "may_act": role >= Role.AGENT and case.status != "closed" and case.taken_by in (None, me.name),
        "bubbles": bubbles,
        "titles": titles_of(library, locale_of(request)),
        "canned": canned(
            library.folder,
            library.catalog,
            reader=locale_of(request),
            person=person,
            staff=me.name,
            pseudonym=case.pseudonym,
        )
        if library
        else [],
        "person_locale": person,
        "languages": LANGUAGES,
        "events": EVENTS,
        "states": STATES,
        "rungs": RUNGS,
        "draft": "",
        "preview": None,
        "problem": None,
        "revealed": None,
    }


def titles_of(library: Any, locale: str) -> dict[str, str]:
    """The titles of all articles; none while content still loads."""
    if library is None:
        return {}
    catalog = library.catalog
    return {topic: catalog.article(topic, locale).title for topic in catalog.topics}
