"""Text with entities: the limits that Telegram sets and the links that it finds by itself.

Offsets and lengths count UTF-16 code units, as everywhere in the Bot API.
"""

from __future__ import annotations

import re
from typing import Any

from simulator.api import Json, bad_request

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_ENTITIES = 100

PLAIN_TYPES = frozenset(
    {
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "blockquote",
        "expandable_blockquote",
        "code",
        "pre",
    }
)
FOUND_BY_TELEGRAM = frozenset(
    {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bank_card_number"}
)
"""Telegram accepts these in a call and ignores them: it looks for them itself."""

_FINDERS = (
    ("bot_command", "/", re.compile(r"(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])")),
    (
        "url",
        ".",
        re.compile(
            r"(?<![@\w.])(?:https?://|www\.)?(?:[a-z0-9-]+\.)+[a-z]{2,24}(?![\w@.-])(?:[/?#][^\s<>\"]*)?",
            re.I,
        ),
    ),
    ("email", "@", re.compile(r"(?<![\w.+-])[\w.+-]+@(?:[a-z0-9-]+\.)+[a-z]{2,24}", re.I)),
    ("mention", "@", re.compile(r"(?<![\w.@/])@[A-Za-z]\w{3,31}(?!\w)")),
    ("hashtag", "#", re.compile(r"(?<![\w#&])#\w*[^\W\d]\w*")),
)
_PLAIN_URL_ENDINGS = (
    ".com",
    ".id",
    ".org",
    ".net",
    ".gov",
    ".int",
    ".me",
    ".tw",
    ".jp",
    ".kr",
    ".hk",
    ".sg",
    ".my",
    ".sa",
)
_TRAILING = ".,;:!?)]}'\""
_CONTROL = dict.fromkeys((*range(0, 10), *range(11, 13), *range(14, 32)), " ") | {13: None}


def utf16_length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


class Utf16:
    """Turns code point indexes of a text into UTF-16 offsets and back."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts: list[int] | None = None
        if text and max(text) > "\uffff":
            starts, position = [], 0
            for character in text:
                starts.append(position)
                position += 2 if character > "\uffff" else 1
            starts.append(position)
            self._starts = starts
            self._index = {start: index for index, start in enumerate(starts)}

    def offset(self, index: int) -> int:
        return index if self._starts is None else self._starts[index]

    def index(self, offset: int) -> int | None:
        """The code point at an offset, or None in the middle of one or outside of the text."""
        if self._starts is None:
            return offset if 0 <= offset <= len(self.text) else None
        return self._index.get(offset)

    def __len__(self) -> int:
        return len(self.text) if self._starts is None else self._starts[-1]


def clean(text: str) -> str:
    """The text as Telegram stores it: no carriage returns, other control characters as spaces."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise bad_request("strings must be encoded in UTF-8") from error
    return text if text.isprintable() else text.translate(_CONTROL)


def checked(text: str, entities: Any) -> tuple[str, list[Json]]:
    """Text and entities as Telegram would keep them. Raises ApiError for what it refuses."""
    text = clean(text)
    if not entities:
        trimmed = text.strip()
        return trimmed, found(trimmed, [])
    if not isinstance(entities, list):
        raise bad_request("can't parse entities: expected an Array")
    measure = Utf16(text)
    kept = [one for entity in entities if (one := _checked_entity(entity, measure)) is not None]
    kept.sort(key=lambda one: (one["offset"], -one["length"]))
    text, kept = _trimmed(text, kept[:MAX_ENTITIES])
    return text, found(text, kept)


def _checked_entity(entity: Any, measure: Utf16) -> Json | None:
    if not isinstance(entity, dict):
        raise bad_request("can't parse entities: expected an Object")
    kind = entity.get("type")
    offset, length = entity.get("offset"), entity.get("length")
    if not isinstance(offset, int) or not isinstance(length, int):
        raise bad_request('can\'t parse entities: field "offset" and "length" must be of type Number')
    if kind in FOUND_BY_TELEGRAM:
        return None
    if kind not in PLAIN_TYPES and kind not in ("text_link", "text_mention", "custom_emoji"):
        raise bad_request("can't parse entities: unsupported type specified")
    if length <= 0 or offset < 0:
        return None
    if offset + length > len(measure):
        raise bad_request(
            f"entity beginning at UTF-16 offset {offset} ends after the end of the text at UTF-16 offset {len(measure)}"
        )
    if measure.index(offset) is None:
        raise bad_request(
            f"entity begins in a middle of a UTF-16 symbol at byte offset {_byte(measure, offset)}"
        )
    if measure.index(offset + length) is None:
        raise bad_request(
            f"entity beginning at UTF-16 offset {offset} ends in a middle of a UTF-16 symbol "
            f"at byte offset {_byte(measure, offset + length)}"
        )
    checked_one: Json = {"type": kind, "offset": offset, "length": length}
    if kind == "text_link":
        url = entity.get("url")
        if not isinstance(url, str):
            raise bad_request("can't parse entities: can't find field \"url\"")
        checked_one["url"] = url
    elif kind == "text_mention":
        checked_one["user"] = entity.get("user")
    elif kind == "custom_emoji":
        checked_one["custom_emoji_id"] = entity.get("custom_emoji_id")
    elif kind == "pre" and entity.get("language"):
        checked_one["language"] = entity["language"]
    return checked_one


def _byte(measure: Utf16, offset: int) -> int:
    index = measure.index(offset - 1) or 0
    return len(measure.text[:index].encode())


def _trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Cut white space at both ends; entities shrink with it."""
    cut = len(text) - len(text.lstrip())
    trimmed = text.strip()
    end = utf16_length(trimmed)
    if not cut and end == utf16_length(text):
        return text, entities
    kept = []
    for entity in entities:
        start = max(entity["offset"] - cut, 0)
        stop = min(entity["offset"] - cut + entity["length"], end)
        if stop > start:
            kept.append({**entity, "offset": start, "length": stop - start})
    return trimmed, kept


def found(text: str, given: list[Json]) -> list[Json]:
    """The given entities, and the commands, addresses and mentions that Telegram marks by itself."""
    extra: list[Json] = []
    measure: Utf16 | None = None
    for kind, sign, pattern in _FINDERS:
        if sign not in text:
            continue
        for match in pattern.finditer(text):
            start, stop = match.span()
            word = match.group()
            while kind == "url" and word[-1] in _TRAILING:
                word, stop = word[:-1], stop - 1
            if kind == "url" and not _looks_like_url(word):
                continue
            measure = measure or Utf16(text)
            offset = measure.offset(start)
            length = measure.offset(stop) - offset
            taken = (*given, *extra)
            if any(
                e["offset"] < offset + length and offset < e["offset"] + e["length"] and _excludes(e)
                for e in taken
            ):
                continue
            extra.append({"offset": offset, "length": length, "type": kind})
    if not extra:
        return given
    return sorted((*given, *extra), key=lambda one: (one["offset"], -one["length"]))


def _excludes(entity: Json) -> bool:
    return entity["type"] in FOUND_BY_TELEGRAM or entity["type"] in (
        "code",
        "pre",
        "text_link",
        "text_mention",
    )


def _looks_like_url(word: str) -> bool:
    lowered = word.lower()
    if lowered.startswith(("http://", "https://", "www.")):
        return True
    return re.split(r"[/?#]", lowered, maxsplit=1)[0].endswith(_PLAIN_URL_ENDINGS)
