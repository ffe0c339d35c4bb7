"""Retrain, compare, switch, and back: what the bot understands with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from console.desk_words import DANGERS, RUNGS
from console.forms import field
from console.pages import page, say_for
from console.questions import KIND_NAMES
from console.questions_models import FIGURES, STEPS, VERDICTS, ModelUnusable, Status
from console.roles import Role, permission
from console.security import note
from console.state import services_of
from console.views.questions import models_of, titles_with_out_of_scope
from console.wording import msg
from storage import Connection, questions
from storage.questions import Example

UNUSABLE = msg("Model itu tidak bisa dimuat. Model yang dipakai tidak berubah.")


def routes() -> list[web.RouteDef]:
    return [
        web.get("/questions/model", show),
        web.get("/questions/model/state", show_state),
        web.post("/questions/model/train", train),
        web.post("/questions/model/switch", switch),
        web.post("/questions/model/back", back),
    ]


@permission(Role.VIEWER)
async def show(request: web.Request) -> web.StreamResponse:
    return page(request, "questions_model.html", **await _values(request))


@permission(Role.VIEWER)
async def show_state(request: web.Request) -> web.StreamResponse:
    """The part that changes, for a page that waits."""
    return page(request, "questions_model_state.html", **await _values(request))


@permission(Role.PUBLISHER)
async def train(request: web.Request) -> web.StreamResponse:
    """Begin a training with everything that staff want learned."""
    database = services_of(request).database
    examples = await database.read(lambda conn: questions.examples(conn, database.cipher))
    if await models_of(request).train(examples):
        await note(request, "model training begun", "", f"{len(examples)} examples")
    raise web.HTTPSeeOther("/questions/model")


@permission(Role.PUBLISHER)
async def switch(request: web.Request) -> web.StreamResponse:
    """Let the version that was compared serve."""
    name, models = await field(request, "version"), models_of(request)
    return await _change(request, lambda: models.switch(name), "model switched", name)


@permission(Role.PUBLISHER)
async def back(request: web.Request) -> web.StreamResponse:
    """Let the version before serve again."""
    models = models_of(request)
    before = (await models.status()).before
    return await _change(request, models.back, "model switched back", before.name if before else "")


async def _change(
    request: web.Request, change: Callable[[], Awaitable[None]], what: str, name: str
) -> web.Response:
    try:
        await change()
    except KeyError as error:
        raise web.HTTPNotFound from error
    except ModelUnusable:
        values = await _values(request) | {"problem": say_for(request)(UNUSABLE)}
        return page(request, "questions_model.html", 409, **values)
    await note(request, what, f"model:{name}")
    raise web.HTTPSeeOther("/questions/model")


async def _values(request: web.Request) -> dict[str, Any]:
    services = services_of(request)
    models = services.models()
    state: Status | None = await models.status() if models else None
    cipher = services.database.cipher

    def query(conn: Connection) -> tuple[list[Example], dict[str, int]]:
        return questions.examples(conn, cipher), questions.counts(conn)

    examples, counts = await services.database.read(query)
    return {
        "kind": None,
        "kinds": KIND_NAMES,
        "counts": counts,
        "state": state,
        "steps": STEPS,
        "figures": FIGURES,
        "verdicts": VERDICTS,
        "rungs": RUNGS,
        "dangers": DANGERS,
        "examples": len(examples),
        "titles": titles_with_out_of_scope(request),
        "now": services.clock(),
        "problem": None,
    }
