"""A post office for tests of delivery: fills the outbox, lets the delivery run, looks at the rows."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from bot.client import TelegramClient
from bot.delivery import Delivery
from bot.metrics import Metrics
from simulator import Simulator, User
from storage import Database, outbox
from tests.bot.tools import select
from tests.transcripts.driver import Clock

OWNER = "sender"


class Post:
    """Puts messages into the outbox and lets the delivery run."""

    def __init__(
        self, database: Database, client: TelegramClient, clock: Clock, metrics: Metrics, store_file: Path
    ) -> None:
        self.database = database
        self.clock = clock
        self.delivery = Delivery(database, client, owner=OWNER, clock=clock, metrics=metrics)
        self._store_file = store_file

    async def put(self, chat_id: int, *texts: str, **options: Any) -> list[int]:
        return [await self.put_call(chat_id, "sendMessage", {"text": text}, **options) for text in texts]

    async def put_call(self, chat_id: int, method: str, params: dict[str, Any], **options: Any) -> int:
        lane = self.database.cipher.lane(chat_id)
        return await self.database.write(
            lambda conn: outbox.put(
                conn, self.database.cipher, lane, chat_id, method, params, now=self.clock(), **options
            )
        )

    def rows(self, columns: str = "state") -> list[Any]:
        found = select(self._store_file, f"SELECT {columns} FROM outbox ORDER BY id")
        return [row[0] for row in found] if "," not in columns else found

    @property
    def open(self) -> int:
        return sum(state not in ("sent", "failed") for state in self.rows())

    async def forward(self, seconds: float) -> None:
        """Time passes; whatever is due then gets its chance."""
        self.clock.forward(seconds)
        self.delivery.wake()
        await asyncio.sleep(0.05)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.Event]:
        stop = asyncio.Event()
        task = asyncio.create_task(self.delivery.run(stop))
        try:
            yield stop
        finally:
            stop.set()
            self.delivery.wake()
            await asyncio.wait_for(task, 5)


def texts(sim: Simulator, who: User | int) -> list[str]:
    """All messages in a chat, as words."""
    return [message["text"] for message in sim.messages(who)]
