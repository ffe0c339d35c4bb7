"""Text with entities: the limits that Telegram sets and what it does to a text before it stores it.

Offsets and lengths count UTF-16 code units, as everywhere in the Bot API.
"""

from __future__ import annotations

import re
from typing import Any

from simulator.api import Json, bad_request
from simulator.autolinks import found
from simulator.links import checked_link
from simulator.utf16 import Utf16

MAX_BYTES = 1 << 15
MAX_ENTITIES = 100
MAX_OFFSET = 1_000_000

PLAIN_TYPES = frozenset(
    [
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "blockquote",
        "expandable_blockquote",
        "code",
        "pre",
    ]
)
FOUND_BY_TELEGRAM = frozenset(
    ["mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bank_card_number"]
)
"""Telegram accepts these in a call and ignores them: it looks for them itself."""

_TO_SPACE = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f]")
_DROPPED = re.compile("[\\r\u2028-\u202e\u0333\u033f\u030a]")
"""Carriage returns, direction overrides and marks that draw over other lines."""

_WHITE = " \n"


def clean(text: str) -> str:
    """The text as Telegram stores it. Raises ApiError where it is not valid Unicode."""
    _check_unicode(text)
    return _DROPPED.sub("", _TO_SPACE.sub(" ", text))


def _check_unicode(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise bad_request("strings must be encoded in UTF-8") from error


def checked(text: str, entities: Any) -> tuple[str, list[Json]]:
    """Text and entities as Telegram would keep them, with what it finds itself added; the text may be empty.

    Raises ApiError for what Telegram refuses.
    """
    _check_unicode(text)
    if not isinstance(entities, list) or not entities:
        trimmed = clean(text).strip(_WHITE)
        return trimmed, found(trimmed, [])
    measure = Utf16(text)
    parsed = [one for entity in entities if (one := parse_entity(entity)) is not None]
    placed = [entity for entity in parsed if _check_place(entity, measure) and _has_valid_link(entity)]
    placed.sort(key=lambda one: (one["offset"], -one["length"]))
    text, placed = _cleaned(text, placed[:MAX_ENTITIES])
    text, placed = _trimmed(text, placed)
    return text, found(text, placed)


def parse_entity(entity: Any) -> Json | None:
    """One entity of a call in the order of Telegram's own checks; None for kinds that it finds itself."""
    if not isinstance(entity, dict):
        raise _unparsable("expected an Object")
    parsed: Json = {"type": "", "offset": _number(entity, "offset"), "length": _number(entity, "length")}
    kind = _string(entity, "type", required=True)
    if not kind:
        raise _unparsable("type is not specified")
    if kind in FOUND_BY_TELEGRAM:
        return None
    parsed["type"] = kind
    if kind == "text_link":
        parsed["url"] = _string(entity, "url", required=True)
    elif kind == "text_mention":
        if not isinstance(entity.get("user"), dict):
            raise _unparsable('can\'t find field "user"')
        parsed["user"] = entity["user"]
    elif kind == "custom_emoji":
        parsed["custom_emoji_id"] = str(_number(entity, "custom_emoji_id"))
    elif kind == "pre":
        if language := _string(entity, "language", required=False):
            parsed["language"] = language
    elif kind not in PLAIN_TYPES:
        raise _unparsable("unsupported type specified")
    return parsed


def _unparsable(words: str) -> Exception:
    return bad_request(f"can't parse MessageEntity: {words}")


def _number(entity: Json, name: str) -> int:
    value = entity.get(name)
    if value is None:
        raise _unparsable(f'can\'t find field "{name}"')
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise _unparsable(f'field "{name}" must be of type Number')
    try:
        return int(value)
    except ValueError as error:
        raise _unparsable(f'field "{name}" must be a valid Number') from error


def _string(entity: Json, name: str, *, required: bool) -> str:
    value = entity.get(name)
    if value is None:
        if required:
            raise _unparsable(f'can\'t find field "{name}"')
        return ""
    if not isinstance(value, str):
        raise _unparsable(f'field "{name}" must be of type String')
    return value


def _check_place(entity: Json, measure: Utf16) -> bool:
    """Whether an entity covers anything. Raises ApiError where it does not fit the text."""
    start, length = entity["offset"], entity["length"]
    if not 0 <= start <= MAX_OFFSET:
        raise bad_request(f"receive an entity with incorrect offset {start}")
    if not 0 <= length <= MAX_OFFSET:
        raise bad_request(f"receive an entity with incorrect length {length}")
    if length == 0:
        return False
    stop = start + length
    if start > len(measure):
        raise bad_request(f"entity begins after the end of the text at UTF-16 offset {start}")
    if stop > len(measure):
        words = f"entity beginning at UTF-16 offset {start} ends after the end of the text at UTF-16 offset"
        raise bad_request(f"{words} {stop}")
    if measure.index(start) is None:
        place = measure.bytes_before(start)
        raise bad_request(f"entity begins in a middle of a UTF-16 symbol at byte offset {place}")
    if measure.index(stop) is None:
        words = (
            f"entity beginning at UTF-16 offset {start} ends in a middle of a UTF-16 symbol at byte offset"
        )
        raise bad_request(f"{words} {measure.bytes_before(stop)}")
    return True


def _has_valid_link(entity: Json) -> bool:
    """Telegram drops links that it does not take, without a word."""
    if entity["type"] != "text_link":
        return True
    try:
        entity["url"] = checked_link(entity["url"])
    except ValueError:
        return False
    return True


def _cleaned(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Replace and drop characters as `clean` does; entities move along."""
    dropped = [match.start() for match in _DROPPED.finditer(text)]
    if dropped:
        measure = Utf16(text)
        places = [measure.offset(index) for index in dropped]  # each is one UTF-16 unit long
        for entity in entities:
            before = sum(place < entity["offset"] for place in places)
            stop = entity["offset"] + entity["length"]
            entity["length"] -= sum(place < stop for place in places) - before
            entity["offset"] -= before
    return clean(text), [entity for entity in entities if entity["length"]]


def _trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Cut white space at both ends of the text and at the start of every entity."""
    cut = len(text) - len(text.lstrip(_WHITE))
    trimmed = text.strip(_WHITE)
    measure = Utf16(trimmed)
    kept = []
    for entity in entities:
        start = max(entity["offset"] - cut, 0)
        stop = min(entity["offset"] - cut + entity["length"], len(measure))
        while start < stop and trimmed[measure.index(start) or 0] in _WHITE:
            start += 1
        if start < stop:
            kept.append({**entity, "offset": start, "length": stop - start})
    return trimmed, kept
