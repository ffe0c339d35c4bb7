"""Buttons and rows of buttons as the Bot API wants them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from handlers.payloads import VERSION, pack
from handlers.rendering import clean

MAX_LABEL = 60  # a longer one is cut off on small screens anyway
Row = Sequence["Button"]


@dataclass(frozen=True, slots=True)
class Button:
    """One button: either `data` for us (at most 64 bytes, from `pack`) or a `url` to open."""

    label: str
    data: str | None = None
    url: str | None = None


def tap(label: str, action: str, *arguments: str | int) -> Button:
    """A button that comes back to us."""
    return Button(label, data=pack(action, *arguments))


def markup(rows: Iterable[Row]) -> dict[str, Any]:
    """The Bot API's `reply_markup`; empty rows are left out."""
    return {"inline_keyboard": [[_json(button) for button in row] for row in rows if row]}


def in_rows(buttons: Sequence[Button], per_row: int) -> list[Row]:
    """The buttons in rows of this many."""
    return [buttons[start : start + per_row] for start in range(0, len(buttons), per_row)]


def without_feedback(reply_markup: dict[str, Any]) -> dict[str, Any]:
    """The same keyboard without the question whether the answer helped."""
    return without(reply_markup, "fb")


def without(reply_markup: dict[str, Any], action: str) -> dict[str, Any]:
    """The same keyboard without the buttons of an action."""
    prefix = f"{VERSION}:{action}:"
    rows = [
        [button for button in row if not str(button.get("callback_data", "")).startswith(prefix)]
        for row in reply_markup.get("inline_keyboard", [])
    ]
    return {"inline_keyboard": [row for row in rows if row]}


def _json(button: Button) -> dict[str, Any]:
    label = clean(" ".join(button.label.split()))
    if len(label) > MAX_LABEL:
        label = label[: MAX_LABEL - 1].rstrip() + "…"
    if button.url is not None:
        return {"text": label, "url": button.url}
    return {"text": label, "callback_data": button.data}
