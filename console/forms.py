"""Reading forms: only the fields that a page asked for, as tidy text."""

from __future__ import annotations

import re

from aiohttp import web

MAX_TEXT = 10_000
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


async def field(request: web.Request, name: str, *, limit: int = 200) -> str:
    """One field, "" if missing; without control characters, cut at `limit` characters."""
    value = (await request.post()).get(name, "")
    if not isinstance(value, str):
        raise web.HTTPBadRequest
    return _CONTROLS.sub("", value.replace("\r\n", "\n"))[:limit]


def number(text: str) -> int:
    """An id from an address. Raises HTTPNotFound for what cannot be one."""
    if not re.fullmatch(r"[0-9]{1,15}", text):
        raise web.HTTPNotFound
    return int(text)
