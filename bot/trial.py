"""The trial of the console: the real understanding and the real handlers, without store and Telegram."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.understanding import UnderstandingService
from console.trial import Answer
from handlers import Services, trial


class Trials:
    """Answers for `console.trial.Trial`."""

    def __init__(self, services: Services, understanding: UnderstandingService) -> None:
        self._services = services
        self._understanding = understanding

    async def __call__(
        self, memory: dict[str, Any], locale: str | None, *, text: str = "", data: str = ""
    ) -> Answer:
        tried = await trial.take(self._services, memory, locale, text=text, data=data)
        why: dict[str, Any] = {}
        if text and not text.startswith("/"):
            why = await asyncio.to_thread(self._understanding.explain, text, tried.context)
        return Answer(tried.calls, tried.memory, tried.rung, tried.case, why)
