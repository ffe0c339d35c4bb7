"""Pages about content: as all others, with the words of the checks."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from console.content_checks import Placed
from console.content_words import fault_in
from console.pages import locale_of, page


def content_page(request: web.Request, template: str, status: int = 200, **values: Any) -> web.Response:
    """A page or a part of one."""
    words = {"fault": fault_in(locale_of(request)), "fault_within": _fault_within}
    return page(request, template, status, **words, **values)


def _fault_within(placed: Placed, name: str) -> bool:
    """Whether something is wrong at an input or inside it."""
    return any(each == name or each.startswith(f"{name}.") for each in placed.at)
