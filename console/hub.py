"""Tells open browsers that something happened; they fetch what they may see themselves.

The store is asked once a second, whoever looks: with several replicas, the case may come in at another one.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import structlog

from storage import Connection, Database, StorageError, staff_live

EVERY_SECONDS = 1.0
QUEUE = 1000

log = structlog.get_logger("bekal.console")


@dataclass
class Hub:
    """One for a console. `run` works as long as the console does."""

    database: Database
    every: float = EVERY_SECONDS
    _listeners: set[asyncio.Queue[str]] = field(default_factory=set)
    _pending: dict[int, int] = field(default_factory=dict)

    def listen(self) -> asyncio.Queue[str]:
        """A queue of JSON lines; hand it back with `leave`."""
        queue: asyncio.Queue[str] = asyncio.Queue(QUEUE)
        self._listeners.add(queue)
        return queue

    def leave(self, queue: asyncio.Queue[str]) -> None:
        self._listeners.discard(queue)

    async def run(self) -> None:
        """Look for news until cancelled."""
        last: int | None = None
        while True:
            before = last
            try:
                last = await self._look(last)
            except StorageError as error:
                log.warning("desk_news_unavailable", kind=type(error).__name__)
            # What is more than one look sees does not wait for the next second.
            if before is None or last is None or last - before < staff_live.AT_ONCE:
                await asyncio.sleep(self.every)

    async def _look(self, last: int | None) -> int:
        pending = dict(self._pending)

        def query(conn: Connection) -> tuple[int, list[staff_live.News], list[int]]:
            if last is None:
                return staff_live.newest(conn), [], []
            news = staff_live.since(conn, last)
            return (news[-1].id if news else last), news, staff_live.finished(conn, pending)

        newest, news, finished = await self.database.read(query)
        for each in news:
            if each.outbox_id is not None:
                self._pending[each.outbox_id] = each.case_id
            self._tell(
                {
                    "case": each.case_id,
                    "what": each.what,
                    "danger": each.danger,
                    "name": each.pseudonym,
                    "by": each.taken_by,
                }
            )
        for outbox_id in finished:
            self._tell({"case": self._pending.pop(outbox_id), "what": "delivered", "danger": False})
        return newest

    def _tell(self, news: dict[str, Any]) -> None:
        line = json.dumps(news)
        for queue in self._listeners:
            if queue.full():  # a browser that sleeps: it looks anew when it wakes
                queue.get_nowait()
            queue.put_nowait(line)
