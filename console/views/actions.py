"""What agents do with a case. Only the fields that a form is made for are read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from aiohttp import web

from console.bubbles import bubbles
from console.forms import field, number
from console.pages import page, say_for
from console.roles import Role, permission
from console.services import Call
from console.state import services_of, staff_of
from console.views.desk import asked, case_values, list_values
from console.wording import msg
from storage import Connection, cases, chats, staff, staff_actions
from storage.staff_actions import CaseClosed, CaseGone, Collision, Deed

MAX_REPLY = 3000
SNOOZES = {hours: timedelta(hours=int(hours)) for hours in ("1", "4", "24", "168")}
COLLISIONS = {
    "taken": msg("{name} sedang memegang kasus ini. Bicarakan dulu, atau ambil alih."),
    "replied": msg("{name} baru saja membalas. Baca dulu balasannya, lalu kirim lagi kalau masih perlu."),
}


def routes() -> list[web.RouteDef]:
    return [
        web.post("/desk/{id}/take", take),
        web.post("/desk/{id}/assign", assign),
        web.post("/desk/{id}/reply", reply),
        web.post("/desk/{id}/article", send_article),
        web.post("/desk/{id}/note", add_note),
        web.post("/desk/{id}/label", set_label),
        web.post("/desk/{id}/snooze", snooze),
        web.post("/desk/{id}/give-back", give_back),
        web.post("/desk/{id}/close", close),
        web.post("/desk/{id}/unmask", unmask),
    ]


async def _do(request: web.Request, unit: Callable[[Deed], Any]) -> Any:
    """Run one deed on the case of this address. Raises HTTPNotFound, Collision, CaseClosed."""
    services, me = services_of(request), staff_of(request)
    case_id, now, cipher = number(request.match_info["id"]), services.clock(), services.database.cipher
    try:
        return await services.database.write(
            lambda conn: unit(Deed(conn, cipher, case_id, me.name, now, services.hold))
        )
    except CaseGone as error:
        raise web.HTTPNotFound from error


async def then(request: web.Request, unit: Callable[[Deed], Any], *, wake: bool = False) -> web.Response:
    """Do it and show the case again; what stands in the way is said there."""
    try:
        await _do(request, unit)
    except (Collision, CaseClosed) as error:
        return await _problem(request, error)
    if wake:
        services_of(request).wake()
    _, _, shown = asked(request)
    raise web.HTTPSeeOther(f"/desk/{request.match_info['id']}?tab={shown['tab']}#end")


async def _problem(
    request: web.Request, error: Collision | CaseClosed, draft: str = "", **more: Any
) -> web.Response:
    say = say_for(request)
    if isinstance(error, Collision):
        problem = say(COLLISIONS[error.what], name=error.actor)
    else:
        problem = say(msg("Kasus ini sudah selesai."))
    values = {**await case_values(request), **await list_values(request), "draft": draft, "problem": problem}
    return page(request, "desk.html", 409, **{**values, **more})


async def _person(request: web.Request) -> tuple[str, str | None]:
    """The language of the person behind a case, for what is written to them. Raises HTTPNotFound."""
    services, case_id = services_of(request), number(request.match_info["id"])
    cipher = services.database.cipher

    def query(conn: Connection) -> chats.Chat | None:
        case = cases.get(conn, case_id)
        return chats.get(conn, cipher, case.chat_row_id) if case is not None else None

    chat = await services.database.read(query)
    if chat is None:
        raise web.HTTPNotFound
    destination = chat.context.get("destination")
    return chat.locale or "id", destination if isinstance(destination, str) else None


def can_answer(person: staff.Staff) -> bool:
    """Whether cases can be handed to this colleague."""
    return person.ready and not person.disabled and Role.of(person.role) >= Role.AGENT


@permission(Role.AGENT)
async def take(request: web.Request) -> web.StreamResponse:
    over = await field(request, "over") == "yes"
    return await then(request, lambda deed: staff_actions.take(deed, over=over))


@permission(Role.AGENT)
async def assign(request: web.Request) -> web.StreamResponse:
    name = await field(request, "name")
    people = await services_of(request).database.read(staff.everybody)
    if not any(each.name == name and can_answer(each) for each in people):
        raise web.HTTPBadRequest
    return await then(request, lambda deed: staff_actions.assign(deed, name))


@permission(Role.AGENT)
async def reply(request: web.Request) -> web.StreamResponse:
    """Show how the reply will look, or send it."""
    services = services_of(request)
    text = (await field(request, "text", limit=MAX_REPLY)).strip()
    locale, _ = await _person(request)
    if not text:
        raise web.HTTPSeeOther(f"/desk/{request.match_info['id']}")
    calls = services.messages.reply(text, locale)
    if await field(request, "do") == "preview":
        return await _preview(request, calls, text)
    seen = await field(request, "seen")
    try:
        await _do(
            request,
            lambda deed: staff_actions.reply(deed, calls, text, seen=int(seen) if seen.isdigit() else None),
        )
    except (Collision, CaseClosed) as error:
        return await _problem(request, error, text)
    services.wake()
    _, _, shown = asked(request)
    raise web.HTTPSeeOther(f"/desk/{request.match_info['id']}?tab={shown['tab']}#end")


async def _preview(request: web.Request, calls: Any, text: str) -> web.Response:
    if request.headers.get("HX-Request"):
        return page(request, "preview.html", preview=bubbles(calls))
    values = {**await case_values(request), **await list_values(request)}
    return page(request, "desk.html", **{**values, "draft": text, "preview": bubbles(calls)})


@permission(Role.AGENT)
async def send_article(request: web.Request) -> web.StreamResponse:
    """Send an article as the bot would, in the person's language."""
    services, topic = services_of(request), await field(request, "topic")
    locale, destination = await _person(request)
    try:
        calls = services.messages.article(topic, locale, destination)
    except KeyError as error:
        raise web.HTTPBadRequest from error
    if await field(request, "do") == "preview":
        return await _preview(request, calls, "")
    library = services.library()
    known = library is not None and topic in library.catalog.topics
    title = library.catalog.article(topic, "id").title if library is not None and known else topic
    return await then(request, lambda deed: staff_actions.reply(deed, calls, f"[{title}]"), wake=True)


@permission(Role.AGENT)
async def add_note(request: web.Request) -> web.StreamResponse:
    text = (await field(request, "text", limit=MAX_REPLY)).strip()
    if not text:
        raise web.HTTPSeeOther(f"/desk/{request.match_info['id']}")
    return await then(request, lambda deed: staff_actions.note(deed, text))


@permission(Role.AGENT)
async def set_label(request: web.Request) -> web.StreamResponse:
    name, on = (
        (await field(request, "label", limit=40)).strip().lower(),
        await field(request, "do") != "remove",
    )
    if not name:
        raise web.HTTPSeeOther(f"/desk/{request.match_info['id']}")
    return await then(request, lambda deed: staff_actions.label(deed, name, on=on))


@permission(Role.AGENT)
async def snooze(request: web.Request) -> web.StreamResponse:
    length = SNOOZES.get(await field(request, "hours"))
    if length is None:
        raise web.HTTPBadRequest
    return await then(request, lambda deed: staff_actions.snooze(deed, deed.now + length))


@permission(Role.AGENT)
async def give_back(request: web.Request) -> web.StreamResponse:
    locale, _ = await _person(request)
    calls = services_of(request).messages.returned(locale)
    return await then(request, lambda deed: staff_actions.give_back(deed, calls), wake=True)


@permission(Role.AGENT)
async def close(request: web.Request) -> web.StreamResponse:
    """Close the case; unless the box is unticked, the person is asked whether it is answered."""
    messages, (locale, _) = services_of(request).messages, await _person(request)
    ask = await field(request, "ask") == "yes"
    calls: list[Call] = list(messages.closing(number(request.match_info["id"]), locale)) if ask else []
    return await then(request, lambda deed: staff_actions.close(deed, calls, asked=ask), wake=True)


@permission(Role.AGENT)
async def unmask(request: web.Request) -> web.StreamResponse:
    """Show the Telegram id, once, for a reason that is logged."""
    why = (await field(request, "why", limit=200)).strip()
    if not why:
        raise web.HTTPBadRequest
    try:
        chat_id = await _do(request, lambda deed: staff_actions.unmask(deed, why))
    except (Collision, CaseClosed) as error:
        return await _problem(request, error)
    values = {**await case_values(request), **await list_values(request)}
    return page(request, "desk.html", **{**values, "revealed": chat_id})
