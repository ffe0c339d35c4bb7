"""Try it: a chat with the bot inside the console. Nothing is stored and nothing is sent.

What the bot remembers of the chat travels with the page, so a try ends when the page is left.
"""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from console.bubbles import SHOWN, to_html
from console.desk_words import DANGERS, KINDS, RUNGS
from console.forms import field
from console.pages import locale_of, page
from console.roles import Role, permission
from console.state import services_of
from console.trial import Answer
from console.views.desk import titles_of
from console.wording import msg
from content import LOCALES

MAX_TEXT = 1000
MAX_MEMORY = 8000
SHOWN_TOPICS = 3
LANGUAGES = {"id": "Indonesia", "en": "English", "jv": "Jawa", "su": "Sunda"}
DECIDED = {
    "models": msg("kata-katanya"),
    "choice": msg("pilihan dari pesan sebelumnya"),
    "follow-up": msg("lanjutan dari pesan sebelumnya"),
    "thanks": msg("ucapan terima kasih"),
}


def routes() -> list[web.RouteDef]:
    return [web.get("/try", show), web.post("/try", answer)]


@permission(Role.VIEWER)
async def show(request: web.Request) -> web.StreamResponse:
    return page(request, "try_it.html", **_values(request), locale="", memory="{}", talk=None)


@permission(Role.VIEWER)
async def answer(request: web.Request) -> web.StreamResponse:
    """What the bot says to a text or to a tapped button; only the new part of the chat for htmx."""
    trial = services_of(request).trial()
    if trial is None:
        raise web.HTTPServiceUnavailable
    text = (await field(request, "text", limit=MAX_TEXT)).strip()
    # A button brings its label along: the page shows what was tapped.
    data, _, label = (await field(request, "data")).partition(" ")
    locale = await field(request, "locale")
    if locale not in LOCALES:
        locale = ""
    memory = _memory(await field(request, "memory", limit=MAX_MEMORY))
    if not (text or data):
        raise web.HTTPSeeOther("/try")
    answered = await trial(memory, locale or None, text=text, data="" if text else data)
    values = _values(request) | {
        "locale": locale,
        "memory": json.dumps(answered.memory),
        "talk": {
            "said": text or label,
            "tapped": not text,
            "messages": _messages(answered),
            "answer": answered,
            "topics": answered.why.get("topics", [])[:SHOWN_TOPICS],
        },
    }
    part = request.headers.get("HX-Request")
    return page(request, "try_it_part.html" if part else "try_it.html", **values)


def _values(request: web.Request) -> dict[str, Any]:
    library = services_of(request).library()
    return {
        "languages": {code: LANGUAGES[code] for code in LOCALES},
        "titles": titles_of(library, locale_of(request)),
        "rungs": RUNGS,
        "dangers": DANGERS,
        "kinds": KINDS,
        "decided": DECIDED,
        "max_text": MAX_TEXT,
    }


def _memory(text: str) -> dict[str, Any]:
    """What the page brought back; whatever is no object is an empty memory."""
    try:
        memory = json.loads(text)
    except ValueError:
        return {}
    return memory if isinstance(memory, dict) else {}


def _messages(answered: Answer) -> list[dict[str, Any]]:
    """The messages of an answer, with buttons that can be tapped."""
    return [
        {
            "html": to_html(str(params.get("text", "")), params.get("entities", ())),
            "rows": [
                [
                    {"label": str(button.get("text", "")), "data": button.get("callback_data")}
                    for button in row
                ]
                for row in params.get("reply_markup", {}).get("inline_keyboard", ())
            ],
        }
        for method, params in answered.calls
        if method in SHOWN
    ]
