"""Telegram's calls as the person sees them: text and formatting become HTML, nothing else does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

_TAGS = {"bold": "strong", "italic": "em", "code": "code"}
SHOWN = ("sendMessage", "editMessageText")


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message: its HTML and the labels of its buttons, row by row."""

    html: Markup
    buttons: tuple[tuple[str, ...], ...]


def bubbles(calls: Iterable[tuple[str, dict[str, Any]]]) -> list[Bubble]:
    """The messages among these calls."""
    return [
        Bubble(
            to_html(str(params.get("text", "")), params.get("entities", ())),
            tuple(
                tuple(str(button.get("text", "")) for button in row)
                for row in params.get("reply_markup", {}).get("inline_keyboard", ())
            ),
        )
        for method, params in calls
        if method in SHOWN
    ]


def to_html(text: str, entities: Sequence[dict[str, Any]] = ()) -> Markup:
    """Formatted text as safe HTML. Offsets count UTF-16 units; links are shown, never followed by mistake."""
    units = text.encode("utf-16-le", "surrogatepass")
    opens: dict[int, list[Markup]] = {}
    closes: dict[int, list[Markup]] = {}
    for entity in entities:
        start, end = 2 * int(entity["offset"]), 2 * int(entity["offset"] + entity["length"])
        if tag := _TAGS.get(entity["type"]):
            opens.setdefault(start, []).append(Markup(f"<{tag}>"))
            closes.setdefault(end, []).insert(0, Markup(f"</{tag}>"))
        elif entity["type"] == "text_link":
            shown = Markup('<span class="link" title="{}">').format(str(entity.get("url", "")))
            opens.setdefault(start, []).append(shown)
            closes.setdefault(end, []).insert(0, Markup("</span>"))
    edges = sorted({0, len(units), *opens, *closes})
    parts: list[Markup] = []
    for start, end in zip(edges, [*edges[1:], len(units)], strict=True):
        parts += closes.get(start, [])
        parts += opens.get(start, [])
        parts.append(escape(units[start:end].decode("utf-16-le", "replace")))
    return Markup("").join(parts)
