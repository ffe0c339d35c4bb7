"""Updates in: a durable inbox row first, then Telegram hears yes (200, or the next offset).

Two ways in, one door: `Intake.accept`. Polling and the webhook differ only in how they ask and say yes.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.client import AnotherPoller, TelegramClient, TelegramProblem, TryLater
from bot.logs import get_logger
from bot.metrics import Metrics
from storage import Database, StoreUnavailable, inbox

log = get_logger("intake")

ALLOWED_UPDATES = [
    "message",
    "edited_message",
    "channel_post",
    "callback_query",
    "my_chat_member",
    "inline_query",
    "message_reaction",
]
POLL_SECONDS = 30
BATCH = 100
MAX_BODY = 1024 * 1024
STORE_SECONDS = 1.0  # a webhook call is not kept waiting longer for the commit: Telegram comes again
RETRY_SECONDS = (1, 2, 4, 8, 16, 32)
# A poller that has worked this long is the rightful one: another instance that has just started gives way.
ESTABLISHED_SECONDS = 60
CONFLICTS_BEFORE_LEAVING = 3


class OtherInstanceRuns(Exception):
    """Another process polls with the same token; this one must stop."""


def chat_of(update: Mapping[str, Any]) -> int:
    """The chat that an update belongs to, and so its lane; without one it goes by its sender, else 0."""
    for name, body in update.items():
        if name == "update_id" or not isinstance(body, Mapping):
            continue
        for holder in (body, body.get("message")):
            chat = holder.get("chat") if isinstance(holder, Mapping) else None
            if isinstance(chat, Mapping) and isinstance(chat.get("id"), int):
                return int(chat["id"])
        sender = body.get("from") or body.get("user")
        if isinstance(sender, Mapping) and isinstance(sender.get("id"), int):
            return int(sender["id"])
    return 0


class Intake:
    """Stores updates, and says so to whoever works on them."""

    def __init__(
        self,
        database: Database,
        account: int,
        *,
        clock: Callable[[], datetime],
        wake: Callable[[], None],
        metrics: Metrics,
    ) -> None:
        self._database = database
        self._account = account
        self._clock = clock
        self._wake = wake
        self._metrics = metrics

    async def accept(self, updates: Sequence[Mapping[str, Any]], mode: str) -> None:
        """Make the updates durable; returns after the commit. Raises StoreUnavailable with nothing stored."""
        cipher, account = self._database.cipher, self._account
        items = [
            (
                int(update["update_id"]),
                cipher.lane(chat_of(update)),
                json.dumps(update, ensure_ascii=False, separators=(",", ":")).encode(
                    "utf-8", "surrogatepass"
                ),
            )
            for update in updates
        ]
        now = self._clock()
        stored = await self._database.write(lambda conn: inbox.accept(conn, cipher, account, items, now))
        self._metrics.updates.labels(mode).inc(stored)
        self._metrics.duplicates.inc(len(items) - stored)
        if stored:
            self._wake()


class Poller:
    """Asks Telegram with getUpdates. The offset only ever follows what is committed."""

    def __init__(self, client: TelegramClient, intake: Intake, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._intake = intake
        self._clock = clock

    async def run(self, stop: asyncio.Event) -> None:
        """Poll until `stop`; raises OtherInstanceRuns when another process has the better right to."""
        # No offset at first: after a quiet week Telegram's ids start anew and may lie below ours.
        # What it hands out twice, the inbox drops.
        offset: int | None = None
        failures = conflicts = 0
        first_success: datetime | None = None
        while not stop.is_set():
            try:
                updates = await self._ask(offset, stop)
                if updates:
                    await self._intake.accept(updates, "polling")
                    offset = max(update["update_id"] for update in updates) + 1
                failures = conflicts = 0
                first_success = first_success or self._clock()
            except AnotherPoller as error:
                conflicts += 1
                established = (
                    first_success is not None
                    and (self._clock() - first_success).total_seconds() > ESTABLISHED_SECONDS
                )
                if conflicts >= CONFLICTS_BEFORE_LEAVING and not established:
                    raise OtherInstanceRuns(
                        "another process polls Telegram with this token: stop it, or use another token here"
                    ) from error
                log.warning("another_poller", conflicts=conflicts)
                await _pause(2 if not established else 5, stop)
            except (TelegramProblem, StoreUnavailable) as error:
                wait = error.seconds if isinstance(error, TryLater) and error.seconds else None
                wait = wait or RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)]
                failures += 1
                log.warning("poll_failed", kind=type(error).__name__, wait=wait)
                await _pause(wait, stop)

    async def _ask(self, offset: int | None, stop: asyncio.Event) -> list[dict[str, Any]]:
        params: dict[str, Any] = {
            "timeout": POLL_SECONDS,
            "limit": BATCH,
            "allowed_updates": ALLOWED_UPDATES,
        }
        if offset is not None:
            params["offset"] = offset
        call = asyncio.ensure_future(self._client.call("getUpdates", params, read_timeout=POLL_SECONDS + 10))
        stopping = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait({call, stopping}, return_when=asyncio.FIRST_COMPLETED)
            # An answer cut off by the stop was not acknowledged: Telegram hands it out again.
            return list(await call) if call.done() else []
        finally:
            for task in (call, stopping):
                task.cancel()


async def _pause(seconds: float, stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return


def webhook_handler(intake: Intake, secret: str) -> Callable[[web.Request], Any]:
    """The aiohttp handler that Telegram calls: 200 only after the commit, 503 to be asked again."""
    expected = secret.encode()

    async def receive(request: web.Request) -> web.Response:
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, expected):
            return web.Response(status=403)
        if request.content_length is not None and request.content_length > MAX_BODY:
            return web.Response(status=413)
        try:
            update = json.loads(await request.read())
            if not (isinstance(update, dict) and type(update.get("update_id")) is int):
                raise ValueError("no update")
            if not 0 <= update["update_id"] < 2**62:
                raise ValueError("update_id out of range")
        except web.HTTPRequestEntityTooLarge:
            return web.Response(status=413)
        except (ValueError, RecursionError):
            return web.Response(status=400)
        try:
            async with asyncio.timeout(STORE_SECONDS):
                await intake.accept([update], "webhook")
        except RecursionError:  # nested just deep enough to be read and too deep to be written again
            return web.Response(status=400)
        except (StoreUnavailable, TimeoutError):
            return web.Response(status=503, headers={"Retry-After": "2"})
        return web.Response()

    return receive
