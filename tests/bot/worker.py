"""A worker for the lanes: finishes updates and notes what it saw."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from bot.lanes import Lanes
from storage import Chat, Database, InboxRow, chats, inbox
from tests.bot.tools import select
from tests.transcripts.driver import Clock

OWNER = "worker"


class Worker:
    """Finishes updates as a turn does, and notes what it saw. `before` may wait or fail."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self.before: Callable[[InboxRow], Awaitable[None]] | None = None
        self.taken: dict[int, list[int]] = defaultdict(list)
        self.given_up: list[tuple[int, str]] = []
        self.tries: Counter[int] = Counter()
        self.known: dict[int, int | None] = {}
        self.at_once: Counter[int] = Counter()
        self.most_at_once: Counter[int] = Counter()
        self.most_chats_at_once = 0

    async def take(self, row: InboxRow, known: Chat | None) -> Chat:
        chat = json.loads(row.payload)["message"]["chat"]["id"]
        self.tries[row.update_id] += 1
        self.at_once[chat] += 1
        self.most_at_once[chat] = max(self.most_at_once[chat], self.at_once[chat])
        self.most_chats_at_once = max(self.most_chats_at_once, sum(self.at_once.values()))
        try:
            if self.before is not None:
                await self.before(row)
            await self._database.write(lambda conn: inbox.done(conn, row, self._clock()))
        finally:
            self.at_once[chat] -= 1
        self.taken[chat].append(row.update_id)
        self.known[row.update_id] = None if known is None else known.facts_seen
        after = known or chats.new(row.lane, chat, self._clock())
        return dataclasses.replace(after, facts_seen=row.update_id)

    async def give_up(self, row: InboxRow, reason: str | BaseException) -> None:
        await self._database.write(lambda conn: inbox.dead(conn, row, reason, self._clock()))
        self.given_up.append((row.update_id, reason if isinstance(reason, str) else type(reason).__name__))


@contextlib.asynccontextmanager
async def running(lanes: Lanes) -> AsyncIterator[asyncio.Event]:
    stop = asyncio.Event()
    task = asyncio.create_task(lanes.run(stop))
    try:
        yield stop
    finally:
        stop.set()
        lanes.wake()
        await asyncio.wait_for(task, 5)


def states(store_file: Path) -> Counter[str]:
    return Counter(state for (state,) in select(store_file, "SELECT state FROM inbox"))
