"""Broadcasts on their way: one small step after the other, whoever of several processes comes first."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import date, datetime

from bot.logs import get_logger
from content import Catalog
from storage import Database, StorageError, broadcast_feed
from storage.audiences import Wrong
from storage.broadcast_feed import Call, Sender, Step
from storage.broadcasts import BroadcastRecord

log = get_logger("broadcasts")

STEP_SECONDS = 0.2
IDLE_SECONDS = 1.0


class Broadcaster:
    """Hands the messages of approved broadcasts to the outbox, `per_second` of them."""

    def __init__(
        self,
        database: Database,
        word: Callable[[BroadcastRecord, str], Call | None],
        catalog: Callable[[], Catalog],
        *,
        per_second: float,
        clock: Callable[[], datetime],
        wake_delivery: Callable[[], None],
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._clock = clock
        self._wake_delivery = wake_delivery
        self.word = word
        self._sender = Sender(database.cipher, per_second, word, self.wrong)

    def wrong(self, topic: str) -> Wrong:
        """Whether an answer about this topic, given under a version on a day, has been corrected since."""
        catalog = self._catalog()

        def given_old_text(version: str | None, day: date) -> bool:
            return catalog.given_old_text(topic, version or "", day) is True

        return given_old_text

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`."""
        while not stop.is_set():
            try:
                step = await self.step()
            except StorageError as error:
                log.warning("broadcasts_unavailable", kind=type(error).__name__)
                step = Step()
            seconds = 0.0 if step.hurry else STEP_SECONDS if step.running else IDLE_SECONDS
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), seconds)

    async def step(self) -> Step:
        """Do what is to be done now."""
        if not await self._database.read(broadcast_feed.busy):
            return Step()
        now = self._clock()
        step = await self._database.write(lambda conn: broadcast_feed.step(conn, self._sender, now))
        if step.put:
            self._wake_delivery()
        return step
