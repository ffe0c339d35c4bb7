"""The content: what there is, in which state, and what waits for a second person."""

from __future__ import annotations

from aiohttp import web

from console import content_tree
from console.content_desk import library_of, today_of
from console.content_files import known
from console.content_page import content_page
from console.content_tree import FILE_NAMES, MODULES, STATES
from console.pages import locale_of
from console.roles import Role, permission
from console.state import services_of, staff_of
from console.views import content_edit, content_history, content_review, content_rows
from content.model import SOURCE_LOCALE
from storage.content_review import REVIEW, open_drafts

TOPIC_LIMIT = 40


def routes() -> list[web.RouteDef]:
    """All pages about content."""
    parts = (content_edit, content_rows, content_review, content_history)
    own = (web.get("/content", show), web.get("/content/new", new_article))
    return [*own, *(route for part in parts for route in part.routes())]


@permission(Role.VIEWER)
async def show(request: web.Request) -> web.StreamResponse:
    return await _show(request)


@permission(Role.EDITOR)
async def new_article(request: web.Request) -> web.StreamResponse:
    """The empty article of a new topic; nothing is kept before it is saved."""
    catalog = library_of(request).catalog
    module, topic = request.query.get("module", ""), request.query.get("topic", "").strip()
    name = f"articles/{SOURCE_LOCALE}/{module}/{topic}.md"
    if topic in catalog.topics or len(topic) > TOPIC_LIMIT or known(name, catalog) is None:
        return await _show(request, 400, topic[:TOPIC_LIMIT] or "?", module)
    raise web.HTTPSeeOther(f"/content/edit/{name}")


async def _show(
    request: web.Request, status: int = 200, bad_topic: str = "", asked_module: str = ""
) -> web.Response:
    library, today, me = library_of(request), today_of(request), staff_of(request)
    catalog = library.catalog
    drafts = await services_of(request).database.read(open_drafts)
    modules = content_tree.tree(catalog, drafts, today, locale_of(request))
    state = request.query.get("state", "")
    state = state if state in STATES else ""
    return content_page(
        request,
        "content.html",
        status,
        bad_topic=bad_topic,
        asked_module=asked_module,
        modules={
            module: [topic for topic in topics if not state or state in topic.states]
            for module, topics in modules.items()
        },
        counts=content_tree.counted(modules),
        state=state,
        states=STATES,
        module_names=MODULES,
        file_names=FILE_NAMES,
        others=content_tree.other_files(catalog, drafts, today),
        waiting=[draft for draft in drafts if draft.state == REVIEW],
        working=[draft for draft in drafts if draft.state != REVIEW],
        problems=library.problems,
        total=len(catalog.topics),
        today=today,
        mine=me.name,
        now=services_of(request).clock(),
    )
