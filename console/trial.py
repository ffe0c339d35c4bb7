"""Trying the bot out from the console; who answers is given from outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bot would send, and why.

    `memory` is to be handed back with the next words. `why` is empty for a tap on a button. `case` is the
    kind of case that staff would get.
    """

    calls: Sequence[tuple[str, dict[str, Any]]]
    memory: dict[str, Any]
    rung: str
    case: str | None
    why: dict[str, Any]


class Trial(Protocol):
    """Answers as the live bot would; nothing is stored and nothing is sent."""

    async def __call__(
        self, memory: dict[str, Any], locale: str | None, *, text: str = "", data: str = ""
    ) -> Answer:
        """The answer to a text, or to a tap on a button with this `data`."""
