"""Delivery of updates to a webhook, with Telegram's order, retries and limits."""

from __future__ import annotations

import asyncio
import json
import random
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import aiohttp

from simulator.api import Json

if TYPE_CHECKING:
    from simulator.faults import Faults
    from simulator.feed import Feed, Update

RESPONSE_SECONDS = 60
LONGEST_PAUSE = (60, 120)
"""The pause between tries grows up to a random length between these."""
MAX_RETRY_AFTER = 3600
NOT_BY_ANSWER = ("deletewebhook", "setwebhook", "close", "logout")

CallBack = Callable[[str, Json], Awaitable[None]]


class WebhookSender:
    """Posts updates to the bot's address: one at a time per lane, `max_connections` at a time in all.

    Any answer outside 2xx is tried again at once, then after 2, 4, 8 ... seconds, or when the answer's
    Retry-After says so. A lane whose update fails waits; the others go on.
    """

    def __init__(self, feed: Feed, rng: random.Random, faults: Faults) -> None:
        self._feed = feed
        self._random = rng
        self._faults = faults
        self.url = ""
        self.secret_token = ""
        self.max_connections = 40
        self.last_error_at = 0
        self.last_error = ""
        self.execute: CallBack | None = None
        """Runs a method that the bot named in the body of its answer."""
        self.next_change_at = 0.0
        """When the next setWebhook is taken, on the event loop's clock."""
        self.speed = 1.0
        """Divides every pause; tests raise it so that they need not wait."""
        self._lanes: dict[tuple[str, int], deque[Update]] = {}
        self._ready: deque[tuple[str, int]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None

    async def open(self, url: str, secret_token: str, max_connections: int) -> None:
        """Start posting; whatever waits is posted first."""
        await self.close()
        self.url, self.secret_token, self.max_connections = url, secret_token, max_connections
        self.last_error_at, self.last_error = 0, ""
        connector = aiohttp.TCPConnector(limit=max_connections)
        timeout = aiohttp.ClientTimeout(total=RESPONSE_SECONDS)
        self._session = aiohttp.ClientSession(connector=connector, timeout=timeout)
        self._feed.webhook_active = True
        self._feed.on_push = self._add
        for update in list(self._feed.pending.values()):
            self._add(update)

    async def close(self) -> None:
        self.url = self.secret_token = ""
        self._feed.webhook_active = False
        self._feed.on_push = None
        self._lanes.clear()
        self._ready.clear()
        tasks, self._tasks = self._tasks, set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _add(self, update: Update) -> None:
        shuffled = self._faults.delivery.shuffle > 1
        lane = ("update", update.id) if shuffled else update.lane
        queue = self._lanes.get(lane)
        if queue is None:
            self._lanes[lane] = deque([update])
            self._ready.append(lane)
            if shuffled:
                asyncio.get_running_loop().call_soon(self._start)
            else:
                self._start()
        else:
            queue.append(update)

    def _start(self) -> None:
        while self._ready and len(self._tasks) < self.max_connections:
            task = asyncio.create_task(self._send_head(self._next_lane()))
            self._tasks.add(task)
            task.add_done_callback(self._ended)

    def _next_lane(self) -> tuple[str, int]:
        window = min(self._faults.delivery.shuffle, len(self._ready))
        if window > 1:
            self._ready.rotate(-self._random.randrange(window))
        return self._ready.popleft()

    def _ended(self, task: asyncio.Task[None]) -> None:
        if task in self._tasks:
            self._tasks.discard(task)
            self._start()

    async def _send_head(self, lane: tuple[str, int]) -> None:
        """Post the oldest update of a lane, once."""
        queue = self._lanes.get(lane)
        while queue and queue[0].id not in self._feed.pending:
            queue.popleft()
        if not queue:
            self._lanes.pop(lane, None)
            return
        update = queue[0]
        problem, retry_after = "", 0
        for _ in range(self._faults.delivery.copies):
            problem, retry_after = await self._post(update)
        if not problem:
            self._feed.taken(update.id)
            queue.popleft()
            if queue:
                self._ready.append(lane)
            else:
                self._lanes.pop(lane, None)
            return
        self.last_error, self.last_error_at = problem, self._feed.unix_time()
        pause = self._pause(update, retry_after)
        if self._feed.unix_time() + pause > update.expires_at:
            self._feed.pending.pop(update.id, None)
            pause = 0
        asyncio.get_running_loop().call_later(pause / self.speed, self._again, lane, queue)

    def _again(self, lane: tuple[str, int], queue: deque[Update]) -> None:
        if self._lanes.get(lane) is queue:
            self._ready.append(lane)
            self._start()

    def _pause(self, update: Update, retry_after: int) -> float:
        update.failures += 1
        if retry_after:
            return min(retry_after, MAX_RETRY_AFTER)
        if update.failures == 1:
            return 0.0
        longest = self._random.randint(*LONGEST_PAUSE)
        update.pause = min(float(longest), update.pause * 2)
        return update.pause

    async def _post(self, update: Update) -> tuple[str, int]:
        """Returns what went wrong ("" for nothing) and the Retry-After in seconds (0 for none)."""
        headers = {"Content-Type": "application/json"}
        if self.secret_token:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.secret_token
        body = json.dumps(update.as_json(), ensure_ascii=False).encode()
        assert self._session is not None
        try:
            async with self._session.post(
                self.url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                content = await answer.read()
                if 200 <= answer.status < 300:
                    await self._run_answer(content, answer.content_type)
                    return "", 0
                pause = answer.headers.get("Retry-After", "")
                words = f"Wrong response from the webhook: {answer.status} {answer.reason}"
                return words, int(pause) if pause.isdecimal() else 0
        except (aiohttp.ClientConnectorError, ConnectionError):
            return "Connection refused", 0
        except TimeoutError:
            return "Read timeout expired", 0
        except aiohttp.ClientError:
            return "Webhook connection closed", 0

    async def _run_answer(self, content: bytes, content_type: str) -> None:
        if not content or content_type != "application/json" or self.execute is None:
            return
        try:
            body: Any = json.loads(content)
        except ValueError:
            return
        method = body.pop("method", None) if isinstance(body, dict) else None
        if not isinstance(method, str) or method.lower().startswith("get") or method.lower() in NOT_BY_ANSWER:
            return
        await self.execute(method, body)
