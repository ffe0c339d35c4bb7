"""The simulator as a process of its own, and the bot beside it, as benchmarks and fault tests need them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp

from bot.bench.processes import Process, free_port, process
from bot.bench.stores import Store, sqlite_store

TOKEN = "4242:" + "B" * 35
SECRET = "a-secret-for-tests-only"
START_SECONDS = 120.0
POLL = 0.02
TAKEN_OVER = ("BEKAL_CONTENT_DIR", "BEKAL_NLU_ENCODER")


class TookTooLong(Exception):
    """Something that should have happened did not; the message says what."""


class World:
    """A simulator on loopback, driven over its control API, and the store of the bot beside it."""

    def __init__(
        self,
        folder: Path,
        session: aiohttp.ClientSession,
        url: str,
        simulator: Process,
        settings: Mapping[str, str],
        store: Store | None,
    ) -> None:
        self.folder = folder
        self._settings = settings
        self.url = url
        self.simulator = simulator
        self._session = session
        self.data_dir = folder / "data"
        self.store = store or sqlite_store(self.data_dir)
        self._health = ""

    async def post(self, path: str, body: Any) -> Any:
        """Call the simulator's control API."""
        async with self._session.post(f"{self.url}/sim/{path}", json=body) as response:
            answer = await response.json()
            if response.status != 200:
                raise TookTooLong(f"the simulator refuses /sim/{path}: {answer}")
            return answer

    async def get(self, path: str) -> Any:
        """Read from the simulator."""
        async with self._session.get(f"{self.url}/sim/{path}") as response:
            return await response.json()

    async def people(self, count: int) -> list[int]:
        """New people who have pressed START -> their ids."""
        made = await self.post("users", [{"name": f"P{n}", "started": True} for n in range(count)])
        return [person["id"] for person in made]

    async def write(self, messages: list[tuple[int, str]]) -> None:
        """People write: (person, text), all at once."""
        await self.post("messages", [{"user": user, "text": text} for user, text in messages])

    async def messages(self, chat: int) -> list[dict[str, Any]]:
        """What the bot has said in a chat."""
        return [m for m in await self.get(f"chats/{chat}/messages") if m["from"]["is_bot"]]

    async def sends(self) -> int:
        """How many sendMessage calls Telegram has seen."""
        counters = (await self.get("calls?limit=0"))["counters"]
        return int(counters["by_method"].get("sendMessage", 0))

    async def calls(self, method: str = "sendMessage") -> list[dict[str, Any]]:
        """All calls of a method, oldest first."""
        found: list[dict[str, Any]] = []
        after = 0
        while True:
            page = (await self.get(f"calls?method={method}&after={after}&limit=5000"))["calls"]
            if not page:
                return found
            found += page
            after = page[-1]["number"]

    def environ(self, mode: str, data_dir: Path | None = None) -> dict[str, str]:
        """The settings of a bot that talks to this simulator."""
        port = free_port()
        self._health = f"http://127.0.0.1:{port}"
        return {
            "BEKAL_TELEGRAM_TOKEN": TOKEN,
            "BEKAL_TELEGRAM_API_URL": self.url,
            "BEKAL_DATA_DIR": str(data_dir or self.data_dir),
            "BEKAL_DATABASE_URL": self.store.url,
            "BEKAL_KEY_FILE": str(self.key_file),
            "BEKAL_LISTEN": f"127.0.0.1:{port}",
            "BEKAL_CONSOLE_LISTEN": f"127.0.0.1:{free_port()}",
            "BEKAL_MODE": mode,
            "BEKAL_WEBHOOK_URL": f"{self._health}/telegram",
            "BEKAL_WEBHOOK_SECRET": SECRET,
            "BEKAL_LOG_LEVEL": "warning",
            **self._settings,
        }

    @property
    def key_file(self) -> Path:
        """Where the bots of this world have their key."""
        return self.data_dir.with_name(self.data_dir.name + ".key")

    async def set_webhook(self, url: str) -> None:
        """Have Telegram deliver to another address, e.g. that of a balancer."""
        body = {"url": url, "secret_token": SECRET, "max_connections": 100}
        await asyncio.sleep(1.1)  # Telegram takes one change a second
        async with self._session.post(f"{self.url}/bot{TOKEN}/setWebhook", json=body) as response:
            assert response.status == 200, await response.text()

    def second_folder(self) -> Path:
        """A data folder for one more bot of this world, with the model that the first has."""
        folder = self.folder / "second"
        if (self.data_dir / "model").exists():
            shutil.copytree(self.data_dir / "model", folder / "model")
        return folder

    @contextlib.asynccontextmanager
    async def bot(self, environ: dict[str, str]) -> AsyncIterator[Process]:
        """A running bot that is ready."""
        async with process(["-m", "bot", "run"], environ, self.folder / "bot.log") as running:
            await self.until_ready(running, environ)
            yield running

    async def until_ready(self, running: Process, environ: Mapping[str, str] | None = None) -> None:
        """Wait until the bot says that it is ready; without `environ` the one made last."""
        health = f"http://{environ['BEKAL_LISTEN']}" if environ else self._health

        async def ready() -> bool:
            if running.popen.poll() is not None:
                raise TookTooLong(f"the bot ended: {(self.folder / 'bot.log').read_text()[-2000:]}")
            try:
                async with self._session.get(f"{health}/readyz") as response:
                    return response.status == 200
            except aiohttp.ClientError:
                return False

        await until(ready, "the bot to be ready", START_SECONDS)


async def until(condition: Any, what: str, seconds: float) -> None:
    """Ask again and again until `condition()` holds; raises TookTooLong."""
    end = time.monotonic() + seconds
    while not await condition():
        if time.monotonic() > end:
            raise TookTooLong(f"waited {seconds:.0f} s for {what}")
        await asyncio.sleep(POLL)


def taken_over() -> dict[str, str]:
    """What every bot of a benchmark has from outside: where content and model differ from the usual ones."""
    return {name: os.environ[name] for name in TAKEN_OVER if name in os.environ}


@contextlib.asynccontextmanager
async def world(
    folder: Path, settings: Mapping[str, str] | None = None, store: Store | None = None
) -> AsyncIterator[World]:
    """A simulator in a process of its own; everything is kept in `folder`, by default also the store.

    `settings` are further BEKAL_ settings of every bot; the default takes over where content and model differ
    from the usual ones.
    """
    if settings is None:
        settings = taken_over()
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    arguments = ["-m", "simulator", "--listen", f"127.0.0.1:{port}", "--token", TOKEN]
    async with (
        process(arguments, {}, folder / "simulator.log") as simulator,
        aiohttp.ClientSession() as session,
    ):
        made = World(folder, session, url, simulator, settings, store)

        async def up() -> bool:
            try:
                await made.get("updates")
            except aiohttp.ClientError:
                return False
            return True

        await until(up, "the simulator", 20)
        yield made
