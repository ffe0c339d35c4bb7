"""What staff have made of questions: the list, undone, and drafts for topics that were proposed."""

from __future__ import annotations

from aiohttp import web

from console.forms import number
from console.pages import page
from console.questions import DEEDS, topic_draft
from console.roles import Role, permission
from console.security import note
from console.state import services_of, staff_of
from console.times import JAKARTA
from console.views.questions import keep_examples, values_of
from storage import Connection, questions
from storage.questions import TOPIC, Question


def routes() -> list[web.RouteDef]:
    return [
        web.get("/questions/decided", show_decided),
        web.post("/questions/decided/{id}/undo", undo),
        web.post("/questions/decided/{id}/draft", export_draft),
    ]


@permission(Role.VIEWER)
async def show_decided(request: web.Request) -> web.StreamResponse:
    """What was decided, newest first."""
    database = services_of(request).database

    def query(conn: Connection) -> tuple[list[questions.Decision], dict[str, int]]:
        return questions.decisions(conn), questions.counts(conn)

    decisions, counts = await database.read(query)
    values = values_of(request, counts) | {"kind": None, "deeds": DEEDS, "decisions": decisions}
    return page(request, "questions_decided.html", **values)


@permission(Role.EDITOR)
async def undo(request: web.Request) -> web.StreamResponse:
    """Put the questions of a decision back on the list."""
    services, actor = services_of(request), staff_of(request).name
    decision_id, cipher, now = number(request.match_info["id"]), services.database.cipher, services.clock()
    if not await services.database.write(lambda conn: questions.undo(conn, cipher, now, actor, decision_id)):
        raise web.HTTPNotFound
    await keep_examples(request)
    raise web.HTTPSeeOther("/questions/decided")


@permission(Role.EDITOR)
async def export_draft(request: web.Request) -> web.StreamResponse:
    """The skeleton of an article for a proposed topic, as a file for the content folder."""
    services, decision_id = services_of(request), number(request.match_info["id"])
    database, cipher = services.database, services.database.cipher

    def query(conn: Connection) -> tuple[list[questions.Decision], list[Question]]:
        found = questions.decisions(conn, only=decision_id)
        return found, questions.decided(conn, cipher, decision_id)

    found, asked = await database.read(query)
    if not found or found[0].what != TOPIC or found[0].topic is None:
        raise web.HTTPNotFound
    module, _, topic = found[0].topic.partition("/")
    await note(request, "topic draft exported", f"decision:{decision_id}", found[0].topic)
    return web.Response(
        text=topic_draft(module, asked, services.clock().astimezone(JAKARTA).date()),
        content_type="text/markdown",
        headers={"Content-Disposition": f'attachment; filename="{topic}.md"'},
    )
