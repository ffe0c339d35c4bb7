"""Understanding as a service: off the event loop, with a time limit, and never without an answer.

A model that hangs or fails must not cost anybody an answer, and must never cost a sign of danger: the rules
are asked instead, and after several failures in a row the model is left alone for a while.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.logs import get_logger
from bot.metrics import Metrics
from nlu import Context, Understander, Understanding

log = get_logger("understanding")

THREADS = 2
TIMEOUT_SECONDS = 1.0
FAILURES_TO_OPEN = 5
OPEN_FOR = timedelta(seconds=30)


class Engine(Protocol):
    """What understands a message, and what still understands danger when the model does not work."""

    def understand(self, text: str, context: Context) -> Understanding: ...

    def rules_only(self, text: str, context: Context) -> Understanding: ...

    def explain(self, text: str, context: Context) -> dict[str, Any]: ...


class UnderstandingService:
    """Asks the engine on two threads; opens a breaker after five failures in a row."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime], metrics: Metrics) -> None:
        self._engine = engine
        self._clock = clock
        self._metrics = metrics
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="understand")
        # Who waits for a free thread behind others is not yet being kept waiting by the model.
        self._turn = asyncio.Semaphore(THREADS)
        self._failures = 0
        self._open_until: datetime | None = None

    async def __call__(self, text: str, context: Context) -> Understanding:
        """Understand one message; falls back to the rules a second after the model was asked."""
        async with self._turn:
            return await self._ask(text, context)

    async def _ask(self, text: str, context: Context) -> Understanding:
        now = self._clock()
        if self._open_until is not None and now < self._open_until:
            return self._by_rules(text, context)
        loop, pool = asyncio.get_running_loop(), self._pool
        try:
            answer = await asyncio.wait_for(
                loop.run_in_executor(pool, self._engine.understand, text, context), TIMEOUT_SECONDS
            )
        except Exception as error:
            log.error("understanding_failed", exc_info=error)
            if pool is self._pool:
                self._failed(now)
            return self._by_rules(text, context)
        self._failures = 0
        return answer

    def explain(self, text: str, context: Context) -> dict[str, Any]:
        """How the message is understood, and why, for staff and for mending."""
        return self._engine.explain(text, context)

    def replace(self, engine: Understander) -> None:
        """Understand with another model from the next message on; those under way end with the old one."""
        self._engine = engine
        self._failures, self._open_until = 0, None

    def _failed(self, now: datetime) -> None:
        self._failures += 1
        if self._failures < FAILURES_TO_OPEN:
            return
        self._failures = 0
        self._open_until = now + OPEN_FOR
        # Threads that hang stay behind, new ones start afresh. What waits behind them is not cancelled: that
        # would end the turns that wait for it, while its own time limit gives them the rules' answer.
        self._pool.shutdown(wait=False)
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="understand")

    def _by_rules(self, text: str, context: Context) -> Understanding:
        self._metrics.nlu_failures.inc()
        return self._engine.rules_only(text, context)

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown(wait=False, cancel_futures=True)
