"""The simulator as one object: starts the server, acts for people, waits for the bot."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from aiohttp import web

from simulator.api import Json
from simulator.bot_api import MAX_BODY, BotApi
from simulator.bots import Bot
from simulator.calls import CallLog
from simulator.control import Control
from simulator.faults import Faults, Rule
from simulator.page import Page
from simulator.people import People
from simulator.world import DEFAULT_TOKEN, Chat, Clock, User, World, utc_now

SHUTDOWN_SECONDS = 0.2


class Simulator:
    """A local Telegram on one port.

    ```python
    async with Simulator.start() as sim:
        user = sim.add_user("Sari")
        await sim.send_text(user, "halo")          # the bot polls sim.url with sim.token
        [reply] = await sim.wait_for_reply(user)
    ```
    """

    def __init__(
        self, *, tokens: Sequence[str] = (), clock: Clock = utc_now, rng: random.Random | None = None
    ) -> None:
        self.world = World(clock, rng or random.Random(), tuple(tokens))
        self.people = People(self.world)
        self.url = ""
        """Where it listens, e.g. http://127.0.0.1:8081; the Bot API stands at {url}/bot<token>/<method>."""
        self._api = BotApi(self.world)
        self._runner: web.AppRunner | None = None

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        tokens: Sequence[str] = (),
        clock: Clock = utc_now,
        rng: random.Random | None = None,
    ) -> AsyncIterator[Simulator]:
        """A running simulator; port 0 takes any free one. It ends with the block."""
        simulator = cls(tokens=tokens, clock=clock, rng=rng)
        await simulator.open(host, port)
        try:
            yield simulator
        finally:
            await simulator.close()

    async def open(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Start to listen. Raises OSError where the port is taken."""
        app = web.Application(client_max_size=MAX_BODY)
        app.router.add_route("*", "/bot{token}/{method}", self._api.handle)
        app.router.add_get("/file/bot{token}/{path:.+}", self._api.download)
        app.add_routes(Control(self.world).routes())
        app.add_routes(Page(self.world).routes())
        runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=SHUTDOWN_SECONDS
        )
        await runner.setup()
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        self.url = f"http://{host}:{runner.addresses[0][1]}"
        self.world.on_new_bot = self._serve_webhook
        for bot in self.world.bots.values():
            self._serve_webhook(bot)

    def _serve_webhook(self, bot: Bot) -> None:
        bot.webhook.execute = partial(self._api.from_webhook, bot)

    async def close(self) -> None:
        self.world.events.close()
        for bot in self.world.bots.values():
            await bot.webhook.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def token(self) -> str:
        """A token that the simulator accepts: the one that a bot has used last, or its own."""
        return self.bot.token or DEFAULT_TOKEN

    @property
    def bot(self) -> Bot:
        return self.world.main_bot

    @property
    def calls(self) -> CallLog:
        return self.world.calls

    @property
    def faults(self) -> Faults:
        return self.world.faults

    def add_user(
        self, name: str = "", *, language_code: str = "id", username: str = "", started: bool = False
    ) -> User:
        """A new person. `started`: the bot may write first, as if they had pressed START before."""
        user = self.world.add_user(name, language_code=language_code, username=username)
        if started:
            self.chat(user).known = True
        return user

    def add_group(self, title: str, kind: str = "group") -> Chat:
        return self.world.add_group(self.bot, title, kind)

    def chat(self, who: User | Chat | int) -> Chat:
        """The chat with a person, or the group itself."""
        if isinstance(who, Chat):
            return who
        if isinstance(who, int):
            who = self.world.user(who)
        return self.world.private_chat(self.bot, who)

    def messages(self, who: User | Chat | int) -> list[Json]:
        """Everything in a chat, oldest first."""
        return list(self.chat(who).messages.values())

    async def send(self, who: User | Chat | int, **item: Any) -> Json:
        """A message from a person; fields as in People.write. Returns the message."""
        chat = self.chat(who)
        place: Json = {"user": chat.user.id} if chat.user is not None else {"chat": chat.id}
        return self.people.write(self.bot, {**place, **item})

    async def send_text(self, who: User | Chat | int, text: str) -> Json:
        return await self.send(who, text=text)

    async def start_chat(self, who: User | int, payload: str = "") -> Json:
        """Press START, perhaps after following a link with a payload."""
        return await self.send(who, start=payload)

    async def press(self, who: User | int, message: Json, label_or_data: str) -> str:
        """Press the button of a message that has this label or these data. Returns the query's id.

        Raises ValueError where the message has no such button.
        """
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        for button in (button for row in rows for button in row):
            data = button.get("callback_data")
            if data is not None and label_or_data in (button["text"], data):
                user_id = who if isinstance(who, int) else who.id
                return self.people.press(
                    self.bot, user_id, message["chat"]["id"], message["message_id"], data
                )
        raise ValueError(f"no button {label_or_data!r} under message {message['message_id']}")

    async def wait_for_reply(self, who: User | Chat | int, n: int = 1, seconds: float = 5.0) -> list[Json]:
        """The bot's messages since the person last wrote or pressed, once there are at least `n`.

        Raises TimeoutError, which says what came instead.
        """
        chat = self.chat(who)
        try:
            await self.wait_until(chat, lambda chat: len(chat.replies) >= n, seconds)
        except TimeoutError as error:
            said = [message.get("text", "(no text)") for message in self._replies(chat)]
            raise TimeoutError(f"{len(said)} of {n} replies after {seconds} s: {said}") from error
        return self._replies(chat)

    @staticmethod
    def _replies(chat: Chat) -> list[Json]:
        return [chat.messages[message_id] for message_id in chat.replies if message_id in chat.messages]

    async def wait_until(
        self, who: User | Chat | int, condition: Callable[[Chat], bool], seconds: float = 5.0
    ) -> None:
        """Wait until something is true of a chat, for example that a message was edited."""
        chat = self.chat(who)
        async with asyncio.timeout(seconds):
            while not condition(chat):
                chat.changed.clear()
                await chat.changed.wait()

    def fail(self, kind: str, times: int | None = 1, **settings: Any) -> Rule:
        """Let the next calls go wrong; kinds and settings as in faults.Rule."""
        return self.faults.add(kind=kind, times=times, **settings)
