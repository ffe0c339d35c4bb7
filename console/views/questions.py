"""What the bot did not understand: groups of questions, and what staff make of each."""

from __future__ import annotations

import re
from typing import Any

from aiohttp import web

from console.forms import field, number
from console.pages import locale_of, page, say_for
from console.questions import (
    AT_ONCE,
    KIND_NAMES,
    LANGUAGES,
    LONGEST,
    MOST,
    OUT_OF_SCOPE,
    Group,
    grouped,
    sentence,
)
from console.questions_models import Models, Twin
from console.roles import Role, permission
from console.state import services_of, staff_of
from console.views.desk import titles_of
from console.wording import msg
from storage import Connection, MaskedText, questions
from storage.questions import EXAMPLES, KINDS, NOTHING, TOPIC, Example, NewExample, Question, QuestionsGone

GONE = msg("Rekan Anda sudah memutuskan sebagian, atau orangnya menghapus datanya. Periksa daftar lagi.")
NO_TOPIC = msg("Pilih topiknya dulu.")
NO_SENTENCE = msg("Centang paling sedikit satu kalimat yang ada isinya.")
BAD_TOPIC = msg("Nama topik baru: 3 sampai 40 huruf kecil, angka, dan tanda hubung, yang belum dipakai.")
SAME = msg(
    "Belum disimpan: kalimat yang ditandai hampir sama dengan contoh yang sudah ada, jadi centangnya "
    "dilepas. Ubah kalimatnya, atau simpan tanpa itu."
)


TOPIC_ID = re.compile(r"(?=.{3,40}\Z)[a-z0-9]+(?:-[a-z0-9]+)*")


def routes() -> list[web.RouteDef]:
    return [
        web.get("/questions", show),
        web.get("/questions/{id}", show_group),
        web.post("/questions/{id}", decide),
    ]


def models_of(request: web.Request) -> Models:
    """The models. Raises HTTPServiceUnavailable while they still load."""
    models = services_of(request).models()
    if models is None:
        raise web.HTTPServiceUnavailable
    return models


def kind_of(request: web.Request) -> str:
    """The kind of questions in the address."""
    kind = request.query.get("kind", "")
    return kind if kind in KINDS else KINDS[0]


@permission(Role.VIEWER)
async def show(request: web.Request) -> web.StreamResponse:
    groups, counts = await _groups(request, kind_of(request))
    return page(request, "questions.html", groups=groups, **values_of(request, counts))


@permission(Role.VIEWER)
async def show_group(request: web.Request) -> web.StreamResponse:
    """The group that holds this question."""
    question_id = number(request.match_info["id"])
    groups, counts = await _groups(request, kind_of(request))
    group = next((each for each in groups if any(q.id == question_id for q in each.questions)), None)
    if group is None:
        raise web.HTTPSeeOther(f"/questions?kind={kind_of(request)}")
    shown = group.questions[:AT_ONCE]
    return _group_page(
        request, shown, counts, topic=group.guess or "", rest=len(group.questions) - len(shown)
    )


@permission(Role.EDITOR)
async def decide(request: web.Request) -> web.StreamResponse:
    """Take the questions of the form off the list, with what is to be learned of them."""
    models, form = models_of(request), await request.post()
    ids = {number(str(value)) for value in form.getall("question", [])[:AT_ONCE]}
    deed, topic = await field(request, "do"), await field(request, "topic")
    if deed == OUT_OF_SCOPE:
        topic = OUT_OF_SCOPE
    if deed == NOTHING:
        return await _decided(request, NOTHING, ids)
    if deed == TOPIC:
        return await _proposed(request, ids)
    if deed not in (EXAMPLES, OUT_OF_SCOPE):
        raise web.HTTPBadRequest
    if topic not in models.modules:
        return await _again(request, ids, NO_TOPIC)
    examples = []
    for turn_id in sorted(ids & {number(str(value)) for value in form.getall("use", [])}):
        text = await _typed(request, turn_id)
        language = await field(request, f"language-{turn_id}")
        if text and language in LANGUAGES:
            examples.append(NewExample(turn_id, language, topic, text))
    if not examples:
        return await _again(request, ids, NO_SENTENCE)
    new = [Example(example.language, example.topic, example.text) for example in examples]
    twins = await models.twins(new, await _learned(request))
    same = {example.turn_id: twin for example, twin in zip(examples, twins, strict=True) if twin is not None}
    if same:
        return await _again(request, ids, SAME, same)
    return await _decided(request, EXAMPLES, ids, topic, examples)


async def _proposed(request: web.Request, ids: set[int]) -> web.Response:
    """Keep the questions for a topic that there is no article about yet."""
    module, topic = await field(request, "module"), await field(request, "new-topic")
    library, known = services_of(request).library(), models_of(request).modules
    modules = library.catalog.modules if library else ()
    if module not in modules or not TOPIC_ID.fullmatch(topic) or topic in known:
        return await _again(request, ids, BAD_TOPIC)
    return await _decided(request, TOPIC, ids, f"{module}/{topic}")


def titles_with_out_of_scope(request: web.Request) -> dict[str, str]:
    """The titles of all articles, and the name of what has none."""
    titles = titles_of(services_of(request).library(), locale_of(request))
    return {**titles, OUT_OF_SCOPE: say_for(request)(msg("di luar cakupan"))}


async def _groups(request: web.Request, kind: str) -> tuple[list[Group], dict[str, int]]:
    database = services_of(request).database
    cipher = database.cipher

    def query(conn: Connection) -> tuple[list[Question], dict[str, int]]:
        return questions.open_questions(conn, cipher, kind, MOST), questions.counts(conn)

    found, counts = await database.read(query)
    if (models := services_of(request).models()) is None:  # still loading: every question for itself
        return grouped(found, [[place] for place in range(len(found))]), counts
    return grouped(found, await models.groups([question.text for question in found])), counts


async def _decided(
    request: web.Request,
    what: str,
    ids: set[int],
    topic: str | None = None,
    examples: list[NewExample] | None = None,
) -> web.Response:
    services, actor = services_of(request), staff_of(request).name
    cipher, now = services.database.cipher, services.clock()
    try:
        await services.database.write(
            lambda conn: questions.decide(
                conn, cipher, now, actor, what, ids, topic=topic, examples=examples or ()
            )
        )
    except QuestionsGone:
        return await _again(request, ids, GONE)
    if examples:
        await keep_examples(request)
    raise web.HTTPSeeOther(f"/questions?kind={kind_of(request)}")


async def _typed(request: web.Request, question_id: int) -> MaskedText:
    return sentence(await field(request, f"text-{question_id}", limit=4 * LONGEST))


async def _learned(request: web.Request) -> list[Example]:
    database = services_of(request).database
    return await database.read(lambda conn: questions.examples(conn, database.cipher))


async def keep_examples(request: web.Request) -> None:
    """Let the review files hold what the store holds."""
    await models_of(request).keep(await _learned(request))


async def _again(
    request: web.Request, ids: set[int], problem: str, same: dict[int, Twin] | None = None
) -> web.Response:
    """The group as it was typed, and what stands in the way."""
    groups, counts = await _groups(request, kind_of(request))
    shown = tuple(question for group in groups for question in group.questions if question.id in ids)
    form = await request.post()
    typed = {
        question.id: sentence(await field(request, f"text-{question.id}", limit=4 * LONGEST))
        for question in shown
    }
    used = {number(str(value)) for value in form.getall("use", [])} - (same or {}).keys()
    return _group_page(
        request,
        shown,
        counts,
        status=409 if problem == GONE else 400,
        problem=say_for(request)(problem),
        topic=await field(request, "topic"),
        same=same,
        typed=typed,
        used=used,
    )


def _group_page(
    request: web.Request,
    shown: tuple[Question, ...],
    counts: dict[str, int],
    *,
    status: int = 200,
    problem: str | None = None,
    topic: str = "",
    rest: int = 0,
    same: dict[int, Twin] | None = None,
    typed: dict[int, MaskedText] | None = None,
    used: set[int] | None = None,
) -> web.Response:
    ids = {question.id for question in shown}
    values = values_of(request, counts)
    models, library = services_of(request).models(), services_of(request).library()
    catalog_modules = library.catalog.modules if library else ()
    topics = [each for each in models.modules if each != OUT_OF_SCOPE] if models else []
    values |= {
        "here": number(request.match_info["id"]),
        "questions": shown,
        "rest": rest,
        "problem": problem,
        "topic": topic,
        "choices": sorted((values["titles"].get(each, each), each) for each in topics),
        "same": same or {},
        "typed": typed or {question.id: sentence(question.text) for question in shown},
        "used": ids if used is None else used,
        "modules": catalog_modules,
        "language_names": LANGUAGES,
        "longest": LONGEST,
    }
    return page(request, "questions_group.html", status, **values)


def values_of(request: web.Request, counts: dict[str, int]) -> dict[str, Any]:
    """What every page about questions shows."""
    return {
        "kind": kind_of(request),
        "kinds": KIND_NAMES,
        "counts": counts,
        "titles": titles_with_out_of_scope(request),
        "now": services_of(request).clock(),
        "out_of_scope": OUT_OF_SCOPE,
    }
