"""The commands, addresses, mentions and hashtags that Telegram marks in a text by itself."""

from __future__ import annotations

import re

from simulator.api import Json
from simulator.utf16 import Utf16

_URL = (
    r"(?<![@\w.-])(?:https?://|www\.)?(?:[a-z0-9-]+\.)+[a-z]{2,24}(?![\w@.-])"
    r"(?::\d{1,5})?(?:[/?#][^\s<>\"]*)?"
)
_COMMAND = r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>])"
# Each with what a text must hold before the slower search is worth while.
_FINDERS = (
    ("url", re.compile(r"\.[a-z]{2}", re.I), re.compile(_URL, re.I)),
    ("email", re.compile("@"), re.compile(r"(?<![\w.+-])[\w.+-]+@(?:[a-z0-9-]+\.)+[a-z]{2,24}", re.I)),
    ("bot_command", re.compile("/"), re.compile(_COMMAND)),
    ("mention", re.compile("@"), re.compile(r"(?<![\w.@/])@[A-Za-z]\w{3,31}(?!\w)")),
    ("hashtag", re.compile("#"), re.compile(r"(?<![\w#&])#\w*[^\W\d]\w*")),
    ("phone_number", re.compile(r"\+\d"), re.compile(r"(?<![\w+])\+\d[\d ()-]{6,18}\d(?!\w)")),
)
_BARE_ENDINGS = frozenset(
    ("com", "id", "org", "net", "gov", "int", "me", "tw", "jp", "kr", "hk", "sg", "my", "sa", "info", "io")
)
"""Ends of names that count as addresses without http:// before them; Telegram knows all of them."""
_TRAILING = ".,;:!?)]}'\""
_BLOCKS = frozenset(
    ("url", "email", "bot_command", "mention", "hashtag", "phone_number", "code", "pre", "text_link")
)
"""Nothing is found inside of these."""


def found(text: str, given: list[Json]) -> list[Json]:
    """The given entities with those that Telegram finds itself, in order of place."""
    extra: list[Json] = []
    measure: Utf16 | None = None
    for kind, hint, pattern in _FINDERS:
        if not hint.search(text):
            continue
        for match in pattern.finditer(text):
            word = match.group()
            if kind == "url":
                word = word.rstrip(_TRAILING)
                if not _looks_like_url(word):
                    continue
            measure = measure or Utf16(text)
            offset = measure.offset(match.start())
            length = measure.offset(match.start() + len(word)) - offset
            if not any(_blocked(entity, offset, offset + length) for entity in (*given, *extra)):
                extra.append({"offset": offset, "length": length, "type": kind})
    if not extra:
        return given
    return sorted((*given, *extra), key=lambda one: (one["offset"], -one["length"]))


def _blocked(entity: Json, start: int, stop: int) -> bool:
    overlaps = bool(entity["offset"] < stop and start < entity["offset"] + entity["length"])
    return overlaps and entity["type"] in _BLOCKS


def _looks_like_url(word: str) -> bool:
    lowered = word.lower()
    if lowered.startswith(("http://", "https://", "www.")):
        return True
    host = re.split(r"[/?#:]", lowered, maxsplit=1)[0]
    return host.rpartition(".")[2] in _BARE_ENDINGS
