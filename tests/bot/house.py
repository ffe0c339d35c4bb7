"""The whole bot in one process: real parts, a local Telegram, the small content and training data."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

import bot.models
from bot.intake import Poller
from bot.settings import Settings
from bot.wiring import App, open_app
from simulator import Simulator, User
from storage import chats
from tests.bot.tools import select, until
from tests.conftest import SMALL_CONTENT, SMALL_TRAINING
from tests.transcripts.driver import Clock

Message = dict[str, Any]


class House:
    """Lets people write and reads what came of it. Time moves three seconds with every message."""

    def __init__(self, app: App, sim: Simulator, clock: Clock) -> None:
        self.app = app
        self.sim = sim
        self.clock = clock
        self.store_file = app.settings.data_dir / "bekal.sqlite3"

    def select(self, query: str) -> list[tuple[Any, ...]]:
        return select(self.store_file, query)

    def count(self, table: str) -> int:
        return int(self.select(f"SELECT count(*) FROM {table}")[0][0])

    async def settled(self) -> None:
        """Wait until everything is answered and sent."""
        await until(lambda: not self.sim.bot.feed.pending and not self._open(), 10)

    def _open(self) -> int:
        waiting = "SELECT (SELECT count(*) FROM inbox WHERE state = 'new') + "
        return int(self.select(waiting + "(SELECT count(*) FROM outbox WHERE finished_at IS NULL)")[0][0])

    async def write(self, who: User, text: str) -> list[Message]:
        """Send a text -> the bot's messages that answer it."""
        self.clock.forward(3)
        await self.sim.send_text(who, text)
        await self.settled()
        return self.replies(who)

    async def press(self, who: User, message: Message, label: str) -> list[Message]:
        """Tap a button -> the bot's messages that answer it."""
        self.clock.forward(3)
        await self.sim.press(who, message, label)
        await self.settled()
        return self.replies(who)

    def replies(self, who: User) -> list[Message]:
        """What the bot has sent since this person last wrote or tapped."""
        chat = self.sim.chat(who)
        return [chat.messages[number] for number in chat.replies if number in chat.messages]

    async def consent(self, who: User) -> None:
        """Ask something, and agree that the chat is kept."""
        [*_, question] = await self.write(who, "visa kerja itu apa")
        await self.press(who, question, "Setuju")

    async def chat(self, who: User) -> chats.Chat | None:
        cipher = self.app.database.cipher
        return await self.app.database.read(lambda conn: chats.find(conn, cipher, cipher.lane(who.id)))


@asynccontextmanager
async def opened(
    sim: Simulator,
    clock: Clock,
    data_dir: Path,
    model: Path,
    monkeypatch: pytest.MonkeyPatch,
    template: Path | None = None,
) -> AsyncIterator[House]:
    """A bot that is wired and knows everything, and does nothing yet.

    `template` holds an empty store with its key, which are copied: to make them anew takes longer.
    """
    monkeypatch.setattr(bot.models, "TRAINING", SMALL_TRAINING)
    if template is not None:
        shutil.copytree(template / "data", data_dir)
        shutil.copy(template / "data.key", data_dir.with_name(f"{data_dir.name}.key"))
    settings = Settings.model_validate(
        {
            "telegram_token": sim.token,
            "telegram_api_url": sim.url,
            "data_dir": data_dir,
            "content_dir": SMALL_CONTENT,
            "nlu_encoder": False,
        }
    )
    async with open_app(settings, clock=clock) as app:
        await app.load_knowledge(model)
        await app.application.initialize()
        yield House(app, sim, clock)


@asynccontextmanager
async def working(house: House) -> AsyncIterator[None]:
    """Poll, answer and send as long as the block lasts."""
    app, stop = house.app, asyncio.Event()
    tasks = [
        asyncio.create_task(Poller(app.client, app.intake, app.clock).run(stop)),
        asyncio.create_task(app.lanes.run(stop)),
        asyncio.create_task(app.delivery.run(stop)),
    ]
    try:
        yield
    finally:
        stop.set()
        app.lanes.wake()
        app.delivery.wake()
        await asyncio.wait_for(asyncio.gather(*tasks), 5)
