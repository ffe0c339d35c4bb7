"""An article as it will look on Telegram: made by the handlers themselves, without anybody writing."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.text import Text
from telegram import Update

from bot.wording import Say
from content import Library
from handlers import Call, Exchange, Services, answers, payloads
from handlers.turn import Turn
from nlu import Context, Understanding
from storage import chats

STYLES = {"bold": "bold", "italic": "italic", "code": "cyan", "text_link": "underline blue"}
WIDTH = 46
"""Of a bubble in the terminal, in characters: about what a phone shows in a line."""


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message: its text, Telegram's `entities` (in UTF-16 units), and rows of button labels."""

    call: Call

    @property
    def text(self) -> str:
        return str(self.call.params["text"])

    @property
    def buttons(self) -> list[list[dict[str, Any]]]:
        rows: list[list[dict[str, Any]]] = self.call.params.get("reply_markup", {}).get("inline_keyboard", [])
        return rows


class Preview:
    """Shows articles of a library as somebody would see them at `now`."""

    def __init__(self, library: Library, say: Say, now: datetime) -> None:
        self._now = now
        self._services = Services(
            understand=_nobody_writes, library=library, say=say, clock=lambda: now, retention_days=0
        )

    def bubbles(self, topic: str, locale: str, destination: str | None) -> list[Bubble]:
        """The answer, then what "Selengkapnya" and "Lanjut" bring, to the end. KeyError: no such topic."""
        turn = self._turn(locale)
        answers.answer(turn, topic, destination)
        while (start := _next_part(turn.exchange.calls[-1], topic)) is not None:
            answers.part(turn, topic, start, destination)
        return [Bubble(call) for call in turn.exchange.calls]

    def _turn(self, locale: str) -> Turn:
        chat = dataclasses.replace(chats.new("preview", 1, self._now), locale=locale, consent="declined")
        exchange = Exchange(chat=chat, now=self._now, received_at=self._now)
        return Turn(Update(0), exchange, self._services, "BekalBot")


async def _nobody_writes(_text: str, _context: Context) -> Understanding:
    raise AssertionError("a preview understands nothing")


def _next_part(call: Call, topic: str) -> int | None:
    """The first section of the next message, as the button under this one names it."""
    for button in (button for row in Bubble(call).buttons for button in row):
        tap = payloads.parse(button.get("callback_data"))
        if tap and tap.action == "part" and tap.arguments[0] == topic:
            return int(tap.arguments[1])
    return None


def print_bubbles(bubbles: list[Bubble], console: Console) -> None:
    """Each message in a frame, its buttons in brackets below."""
    for bubble in bubbles:
        console.print(Panel(_styled(bubble), width=WIDTH, padding=(0, 1)))
        for row in bubble.buttons:
            labels = Text(" ".join(f"[{button['text']}]" for button in row), style="green")
            console.print(labels, soft_wrap=True)


def _styled(bubble: Bubble) -> Text:
    text = Text(bubble.text)
    for start, end, kind in _stretches(bubble):
        text.stylize(STYLES[kind], start, end)
    return text


def _stretches(bubble: Bubble) -> Iterator[tuple[int, int, str]]:
    """Formatted stretches in code points; Telegram counts UTF-16 units."""
    units = bubble.text.encode("utf-16-le")
    for entity in bubble.call.params.get("entities", []):
        first, last = entity["offset"], entity["offset"] + entity["length"]
        before = len(units[: 2 * first].decode("utf-16-le"))
        inside = len(units[2 * first : 2 * last].decode("utf-16-le"))
        yield before, before + inside, entity["type"]
