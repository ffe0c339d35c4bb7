"""parse_mode MarkdownV2, and the older Markdown."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.api import Json
from simulator.markup_error import MarkupError, byte_offset
from simulator.utf16 import utf16_length

_RESERVED = "_*[]()~`>#+-=|{}.!"
_NAMES = {
    "bold": "Bold",
    "italic": "Italic",
    "underline": "Underline",
    "strikethrough": "Strikethrough",
    "spoiler": "Spoiler",
    "code": "Code",
    "pre": "Pre",
    "text_link": "TextUrl",
    "custom_emoji": "CustomEmoji",
}
_SIGNS = {
    "bold": "*",
    "italic": "_",
    "underline": "__",
    "strikethrough": "~",
    "spoiler": "||",
    "code": "`",
    "pre": "```",
    "text_link": "]",
    "custom_emoji": "]",
}


@dataclass(slots=True)
class _Open:
    kind: str
    offset: int
    place: int
    piece: int
    language: str = ""


class _V2:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.pieces: list[str] = []
        self.offset = 0
        self.opened: list[_Open] = []
        self.entities: list[Json] = []

    def put(self, character: str) -> None:
        self.pieces.append(character)
        self.offset += utf16_length(character)
        self.position += 1

    def run(self) -> tuple[str, list[Json]]:
        text = self.text
        line_start = True
        quote: int | None = None
        while self.position < len(text):
            character = text[self.position]
            in_code = bool(self.opened) and self.opened[-1].kind in ("code", "pre")
            if line_start and not in_code and character == ">":
                quote = self.offset if quote is None else quote
                self.position += 1
                line_start = False
                continue
            if line_start and quote is not None:
                self._quote(quote)
                quote = None
            line_start = character == "\n"
            if character == "\\" and "\0" < text[self.position + 1 : self.position + 2] <= "~":
                self.position += 1
                self.put(text[self.position])
            elif (in_code and character != "`") or character not in _RESERVED:
                self.put(character)
            elif self.opened and self._ends_here(self.opened[-1].kind):
                self._end()
            else:
                self._begin(character)
        if quote is not None:
            self._quote(quote)
        if self.opened:
            last = self.opened[-1]
            name = "PreCode" if last.language else _NAMES[last.kind]
            raise MarkupError(f"Can't find end of {name} entity at byte offset {last.place}")
        ordered = sorted(self.entities, key=lambda one: (one["offset"], -one["length"]))
        return "".join(self.pieces), ordered

    def _quote(self, start: int) -> None:
        length = self.offset - start
        if self.pieces and self.pieces[-1] == "\n":
            length -= 1
        if length > 0:
            self.entities.append({"type": "blockquote", "offset": start, "length": length})

    def _ends_here(self, kind: str) -> bool:
        rest = self.text[self.position : self.position + 3]
        if kind == "italic":
            return rest[:1] == "_" and rest[:2] != "__"
        return rest.startswith(_SIGNS[kind])

    def _begin(self, character: str) -> None:
        text, place = self.text, byte_offset(self.text, self.position)
        rest = text[self.position : self.position + 3]
        opened = _Open("", self.offset, place, len(self.pieces))
        if rest.startswith("```"):
            opened.kind = "pre"
            self.position += 3
            opened.language = self._language()
        else:
            kinds = {"__": "underline", "||": "spoiler", "![": "custom_emoji"}
            opened.kind = kinds.get(rest[:2], "")
            if opened.kind:
                self.position += 2
            else:
                singles = {"_": "italic", "*": "bold", "~": "strikethrough", "`": "code", "[": "text_link"}
                opened.kind = singles.get(character, "")
                self.position += 1
        if not opened.kind:
            words = f"Character '{character}' is reserved and must be escaped with the preceding '\\'"
            raise MarkupError(words)
        self.opened.append(opened)

    def _language(self) -> str:
        text, stop = self.text, self.position
        while stop < len(text) and not text[stop].isspace() and text[stop] != "`":
            stop += 1
        language = ""
        if stop < len(text) and text[stop] != "`":
            language, self.position = text[self.position : stop], stop
        if text[self.position : self.position + 1] == "\n":
            self.position += 1
        return language

    def _end(self) -> None:
        opened = self.opened.pop()
        self.position += len(_SIGNS[opened.kind])
        length = self.offset - opened.offset
        entity: Json = {"type": opened.kind, "offset": opened.offset, "length": length}
        if opened.language:
            entity["language"] = opened.language
        if opened.kind in ("text_link", "custom_emoji"):
            url = self._address(opened)
            if opened.kind == "text_link":
                entity["url"] = url
            else:
                entity["custom_emoji_id"] = url.rpartition("id=")[2]
        if length > 0:
            self.entities.append(entity)

    def _address(self, opened: _Open) -> str:
        text = self.text
        if text[self.position : self.position + 1] != "(":
            if opened.kind == "custom_emoji":
                raise MarkupError("Custom emoji entity must contain a tg://emoji URL")
            return "".join(self.pieces[opened.piece :])
        self.position += 1
        start, url = self.position, []
        while self.position < len(text) and text[self.position] != ")":
            if text[self.position] == "\\" and self.position + 1 < len(text):
                self.position += 1
            url.append(text[self.position])
            self.position += 1
        if self.position >= len(text):
            what = "a URL" if opened.kind == "text_link" else "a custom emoji URL"
            raise MarkupError(f"Can't find end of {what} at byte offset {byte_offset(text, start)}")
        self.position += 1
        return "".join(url)


def parse_markdown_v2(text: str) -> tuple[str, list[Json]]:
    """Raises MarkupError at the first character that Telegram would not take."""
    return _V2(text).run()


def parse_markdown(text: str) -> tuple[str, list[Json]]:
    """The older Markdown: no nesting, and only four signs that mean anything."""
    pieces: list[str] = []
    entities: list[Json] = []
    offset = position = 0
    kinds = {"_": "italic", "*": "bold", "`": "code", "[": "text_link"}
    while position < len(text):
        character = text[position]
        if character == "\\" and text[position + 1 : position + 2] in ("_", "*", "`", "["):
            position += 1
            character = text[position]
        elif character in kinds:
            kind, sign = kinds[character], "]" if character == "[" else character
            if text.startswith("```", position):
                kind, sign = "pre", "```"
            start = position + (3 if kind == "pre" else 1)
            stop = text.find(sign, start)
            if stop < 0:
                place = byte_offset(text, position)
                raise MarkupError(f"Can't find end of the entity starting at byte offset {place}")
            inner = text[start:stop].lstrip("\n") if kind == "pre" else text[start:stop]
            position = stop + len(sign)
            entity: Json = {"type": kind, "offset": offset, "length": utf16_length(inner)}
            if kind == "text_link":
                entity["url"] = inner
                if text.startswith("(", position) and (end := text.find(")", position)) >= 0:
                    entity["url"] = text[position + 1 : end]
                    position = end + 1
            pieces.append(inner)
            offset += entity["length"]
            if inner:
                entities.append(entity)
            continue
        pieces.append(character)
        offset += utf16_length(character)
        position += 1
    return "".join(pieces), entities
