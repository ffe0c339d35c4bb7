"""What happens in the simulator, told to open chat pages (and to tests that wait)."""

from __future__ import annotations

import asyncio

from simulator.api import Json

MAX_BACKLOG = 10_000
"""A page that falls this far behind is cut off; it reconnects and starts from a fresh snapshot."""


class Events:
    """Every listener has a queue of its own. Without listeners nothing is kept."""

    def __init__(self) -> None:
        self.listeners: set[asyncio.Queue[Json | None]] = set()

    def publish(self, event: Json) -> None:
        for queue in list(self.listeners):
            if queue.qsize() >= MAX_BACKLOG:
                self.listeners.discard(queue)
                queue.put_nowait(None)
            else:
                queue.put_nowait(event)

    def listen(self) -> asyncio.Queue[Json | None]:
        queue: asyncio.Queue[Json | None] = asyncio.Queue()
        self.listeners.add(queue)
        return queue

    def leave(self, queue: asyncio.Queue[Json | None]) -> None:
        self.listeners.discard(queue)

    def close(self) -> None:
        """Tell every listener that the simulator ends."""
        for queue in self.listeners:
            queue.put_nowait(None)
        self.listeners.clear()
