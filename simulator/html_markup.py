"""parse_mode HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass

from simulator.api import Json
from simulator.markup_error import MarkupError, byte_offset
from simulator.utf16 import utf16_length

_KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(lt|gt|amp|quot)(?![a-zA-Z]));?")
_START = re.compile(r"<([^\s>]*)((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>")
_ATTRIBUTE = re.compile(r"\s*([^\s=]+)\s*(?:=\s*(?:\"([^\"]*)\"|'([^']*)'|([\w.-]+)))?")
_TAKES_VALUE = {"a": "href", "code": "class", "span": "class", "tg-emoji": "emoji-id"}


@dataclass(slots=True)
class _Open:
    tag: str
    value: str
    expandable: bool
    offset: int
    start: int


def _decode(text: str) -> str:
    def character(match: re.Match[str]) -> str:
        hexadecimal, decimal, name = match.groups()
        if name:
            return _NAMED[name]
        code = int(hexadecimal, 16) if hexadecimal else int(decimal)
        return chr(code) if 0 < code < 0x10FFFF else match.group()

    return _REFERENCE.sub(character, text)


def parse_html(text: str) -> tuple[str, list[Json]]:
    """Raises MarkupError at the first tag that Telegram would not take."""
    pieces: list[str] = []
    offset = 0
    opened: list[_Open] = []
    entities: list[Json] = []
    position = 0
    while position < len(text):
        sign = text.find("<", position)
        if sign < 0:
            sign = len(text)
        if sign > position:
            piece = _decode(text[position:sign])
            pieces.append(piece)
            offset += utf16_length(piece)
            position = sign
            continue
        if text.startswith("</", position):
            position, entity = _close(text, position, opened, offset, pieces)
            if entity is not None:
                entities.append(entity)
        else:
            position, tag = _start(text, position)
            tag.offset, tag.start = offset, len(pieces)
            opened.append(tag)
    if opened:
        raise MarkupError(f'Can\'t find end tag corresponding to start tag "{opened[-1].tag}"')
    plain = "".join(pieces)
    try:
        plain.encode()
    except UnicodeEncodeError as error:
        words = "Text contains invalid Unicode characters after decoding HTML entities"
        raise MarkupError(f"{words}, check for unmatched surrogate code units") from error
    return plain, _merged(sorted(entities, key=lambda one: (one["offset"], -one["length"])))


def _start(text: str, position: int) -> tuple[int, _Open]:
    place = byte_offset(text, position)
    match = _START.match(text, position)
    name = re.match(r"<([^\s>]*)", text[position:])
    tag = name.group(1).lower() if name else ""
    if match is None and (name is None or position + name.end() >= len(text)):
        raise MarkupError(f"Unclosed start tag at byte offset {place}")
    if tag not in _KINDS:
        raise MarkupError(f'Unsupported start tag "{tag}" at byte offset {place}')
    if match is None:
        raise MarkupError(f'Unclosed start tag "{tag}" at byte offset {place}')
    value, expandable = "", False
    for attribute in _ATTRIBUTE.finditer(match.group(2).rstrip()):
        key, *values = attribute.groups()
        given = next((one for one in values if one is not None), None)
        if tag == "blockquote" and key.lower() == "expandable":
            expandable = True
        elif given is None:
            words = "Expected equal sign in declaration of an attribute of the tag"
            raise MarkupError(f'{words} "{tag}" at byte offset {place}')
        elif _TAKES_VALUE.get(tag) == key.lower():
            value = _decode(given)
    if tag == "span" and value != "tg-spoiler":
        raise MarkupError(f'Tag "span" must have class "tg-spoiler" at byte offset {place}')
    return match.end(), _Open(tag, value, expandable, 0, 0)


def _close(
    text: str, position: int, opened: list[_Open], offset: int, pieces: list[str]
) -> tuple[int, Json | None]:
    place = byte_offset(text, position)
    if not opened:
        raise MarkupError(f"Unexpected end tag at byte offset {place}")
    match = re.compile(r"</([^\s>]*)\s*>").match(text, position)
    if match is None:
        raise MarkupError(f"Unclosed end tag at byte offset {place}")
    expected, name = opened[-1], match.group(1).lower()
    if name and name != expected.tag:
        words = f'expected "</{expected.tag}>", found "</{name}>"'
        raise MarkupError(f"Unmatched end tag at byte offset {place}, {words}")
    opened.pop()
    length = offset - expected.offset
    if length <= 0:
        return match.end(), None
    entity: Json = {"type": _KINDS[expected.tag], "offset": expected.offset, "length": length}
    if expected.tag == "a":
        entity["url"] = expected.value or "".join(pieces[expected.start :])
    elif expected.tag == "blockquote" and expected.expandable:
        entity["type"] = "expandable_blockquote"
    elif expected.tag == "tg-emoji":
        if not expected.value.isdecimal():
            raise MarkupError("Invalid custom emoji identifier specified")
        entity["custom_emoji_id"] = expected.value
    elif expected.tag == "code" and expected.value.startswith("language-"):
        entity["language"] = expected.value.removeprefix("language-")
    return match.end(), entity


def _merged(entities: list[Json]) -> list[Json]:
    """<pre><code class="language-x"> is one block of code in that language."""
    kept: list[Json] = []
    for entity in entities:
        twin = next(
            (
                other
                for other in entities
                if entity["type"] == "code"
                and other["type"] == "pre"
                and (other["offset"], other["length"]) == (entity["offset"], entity["length"])
            ),
            None,
        )
        if twin is not None and "language" in entity:
            twin["language"] = entity["language"]
        else:
            kept.append(entity)
    for entity in kept:
        if entity["type"] == "code":
            entity.pop("language", None)
    return kept
