"""Text for Telegram: composed, split to size, and turned into `text` and `entities`.

Telegram counts UTF-16 units, Python counts code points; everything up to `text_params` counts code points.
Nothing here writes HTML or Markdown, so a name or a title can hold any character (docs/decisions/0003).
"""

import re
import unicodedata
from collections.abc import Iterator
from string import Formatter
from typing import Any, Self

from content import Rich, Span
from content.model import SpanKind

TELEGRAM_LIMIT = 4096
LIMIT = (
    3500  # ours is lower: a message that is nearly full is hard to read, and the server may count differently
)
MAX_ENTITIES = 100

_TYPES = {"bold": "bold", "italic": "italic", "code": "code", "link": "text_link"}
_BREAKS = (re.compile(r"\n\n+"), re.compile(r"\n"), re.compile(r"(?<=[.!?…])\s"), re.compile(r"\s"))
_ZERO_WIDTH_JOINER = "\u200d"
_UNSENDABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


def clean(text: str) -> str:
    """The text without lone surrogates and control characters, which neither UTF-8 nor Telegram accepts."""
    return _UNSENDABLE.sub("\ufffd", text)


def utf16_length(text: str) -> int:
    """How many UTF-16 units the text takes."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class Page:
    """Builds a `Rich` piece by piece."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._spans: list[Span] = []
        self._length = 0

    def add(self, text: str | Rich, *styles: SpanKind, url: str | None = None) -> Self:
        """Append text, formatted with these styles; with a `url` it becomes a link."""
        rich = text if isinstance(text, Rich) else Rich(clean(text))
        length = len(rich.text)
        if length:
            if url is not None:
                self._spans.append(Span("link", self._length, length, url))
            self._spans.extend(Span(style, self._length, length) for style in styles)
        self._spans.extend(
            Span(span.kind, self._length + span.offset, span.length, span.url) for span in rich.spans
        )
        self._texts.append(rich.text)
        self._length += length
        return self

    def fill(self, template: str, *styles: SpanKind, **values: str | Rich) -> Self:
        """Append a wording with `{names}`; a value that is `Rich` keeps its own formatting."""
        inner = Page()
        for literal, name, _, _ in Formatter().parse(template):
            inner.add(literal)
            if name:
                inner.add(values[name])
        return self.add(inner.rich(), *styles)

    def paragraph(self) -> Self:
        """Start a new paragraph, unless nothing stands before it."""
        return self.add("\n\n") if self._length else self

    def line(self) -> Self:
        """Start a new line, unless nothing stands before it."""
        return self.add("\n") if self._length else self

    def rich(self) -> Rich:
        spans = sorted(self._spans, key=lambda span: (span.offset, -span.length))
        return Rich("".join(self._texts), tuple(spans))


def split(rich: Rich, limit: int = LIMIT, max_entities: int = MAX_ENTITIES) -> list[Rich]:
    """Cut a text into messages of at most `limit` UTF-16 units and `max_entities` spans each.

    Cuts fall between paragraphs, else lines, sentences, words, and never inside a formatted stretch unless
    it alone is longer than a message; then its formatting goes on in the next one. White space at a cut is
    dropped.
    """
    parts: list[Rich] = []
    start = 0
    while True:
        while start < len(rich.text) and rich.text[start].isspace():
            start += 1
        if start == len(rich.text):
            return parts
        end = _cut(rich, start, limit, max_entities)
        parts.append(_piece(rich, start, end))
        start = end


def text_params(rich: Rich) -> dict[str, Any]:
    """The Bot API parameters `text` and, where there is formatting, `entities` (offsets in UTF-16 units)."""
    params: dict[str, Any] = {"text": rich.text}
    if rich.spans:
        params["entities"] = [_entity(rich.text, span) for span in rich.spans]
    return params


def _entity(text: str, span: Span) -> dict[str, Any]:
    entity: dict[str, Any] = {
        "type": _TYPES[span.kind],
        "offset": utf16_length(text[: span.offset]),
        "length": utf16_length(text[span.offset : span.offset + span.length]),
    }
    if span.url is not None:
        entity["url"] = span.url
    return entity


def _piece(rich: Rich, start: int, end: int) -> Rich:
    end = start + len(rich.text[start:end].rstrip())
    spans = []
    for span in rich.spans:
        first, last = max(span.offset, start), min(span.offset + span.length, end)
        if first < last:
            spans.append(Span(span.kind, first - start, last - first, span.url))
    return Rich(rich.text[start:end], tuple(spans))


def _cut(rich: Rich, start: int, limit: int, max_entities: int) -> int:
    if len(rich.spans) <= max_entities and utf16_length(rich.text[start:]) <= limit:
        return len(rich.text)
    furthest = _furthest(rich, start, limit, max_entities)
    if furthest == len(rich.text):
        return furthest
    # A break in the first third would leave a stub of a message; a finer break further on reads better.
    for earliest in (start + (furthest - start) // 3, start + 1):
        for pattern in _BREAKS:
            ends = [
                match.start()
                for match in pattern.finditer(rich.text, start, furthest + 1)
                if earliest <= match.start() <= furthest
            ]
            for end in reversed(ends):
                if not _inside_span(rich, end):
                    return end
    for end in _backwards(start, furthest):
        if not _inside_span(rich, end) and not _inside_character(rich.text, end):
            return end
    for end in _backwards(start, furthest):
        if not _inside_character(rich.text, end):
            return end
    return furthest


def _furthest(rich: Rich, start: int, limit: int, max_entities: int) -> int:
    end, units = start, 0
    while end < len(rich.text):
        units += 2 if rich.text[end] > "\uffff" else 1
        if units > limit:
            break
        end += 1
    reaching = [span for span in rich.spans if span.offset + span.length > start]
    if len(reaching) > max_entities:
        # Spans are sorted by offset; at least one character is always taken, or nothing would ever end.
        end = min(end, max(start + 1, reaching[max_entities].offset))
    return end


def _backwards(start: int, end: int) -> Iterator[int]:
    return iter(range(end, start, -1))


def _inside_span(rich: Rich, position: int) -> bool:
    return any(span.offset < position < span.offset + span.length for span in rich.spans)


def _inside_character(text: str, position: int) -> bool:
    """Whether a cut here would tear what a reader sees as one character, such as a letter and its accent."""
    if position >= len(text):
        return False
    after = text[position]
    return (
        unicodedata.category(after) in ("Mn", "Me", "Sk")
        or after == _ZERO_WIDTH_JOINER
        or text[position - 1] == _ZERO_WIDTH_JOINER
    )
