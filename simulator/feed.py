"""The queue of updates of a bot, and getUpdates."""

from __future__ import annotations

import asyncio
import random
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from simulator.api import ApiError, Json

if TYPE_CHECKING:
    from simulator.faults import Faults

UPDATE_LIFETIME_SECONDS = 24 * 3600
MAX_BATCH = 100
MAX_POLL_SECONDS = 50
CONFLICT_PAUSE_SECONDS = 3.0
"""Telegram answers one conflict at once and lets further ones wait, so that two pollers do not spin."""

KNOWN = frozenset(
    [
        "message",
        "edited_message",
        "channel_post",
        "edited_channel_post",
        "inline_query",
        "chosen_inline_result",
        "callback_query",
        "shipping_query",
        "pre_checkout_query",
        "poll",
        "poll_answer",
        "my_chat_member",
        "chat_member",
        "chat_join_request",
        "chat_boost",
        "removed_chat_boost",
        "message_reaction",
        "message_reaction_count",
        "business_connection",
        "business_message",
        "edited_business_message",
        "deleted_business_messages",
        "purchased_paid_media",
    ]
)
OFF_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)
OTHER_POLLER = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
)
BY_WEBHOOK = "Conflict: terminated by setWebhook request"


@dataclass(slots=True)
class Update:
    """One update. `lane` is what keeps order: a chat, or for button presses a person."""

    id: int
    kind: str
    body: Json
    lane: tuple[str, int]
    expires_at: float
    failures: int = 0
    pause: float = 1.0
    """Seconds; only webhooks use these two."""

    def as_json(self) -> Json:
        return {"update_id": self.id, self.kind: self.body}


class Feed:
    """Updates that wait for the bot, oldest first, whichever way it fetches them."""

    def __init__(self, clock: Callable[[], datetime], rng: random.Random, faults: Faults) -> None:
        self._clock = clock
        self._random = rng
        self._faults = faults
        self.pending: OrderedDict[int, Update] = OrderedDict()
        self.allowed: frozenset[str] | None = None
        self.next_id = rng.randrange(100_000_000, 900_000_000)
        self.webhook_active = False
        self.on_push: Callable[[Update], None] | None = None
        self.on_taken: Callable[[Update], None] = lambda update: None
        self._poll: asyncio.Future[str] | None = None
        self._next_conflict_at = 0.0

    def push(
        self, kind: str, body: Json, lane: tuple[str, int], lifetime: float = UPDATE_LIFETIME_SECONDS
    ) -> int | None:
        """Queue an update and wake whoever waits. Returns its id, None where the bot wants no such kind."""
        if kind in OFF_BY_DEFAULT if self.allowed is None else kind not in self.allowed:
            return None
        update = Update(self.next_id, kind, body, lane, self._clock().timestamp() + lifetime)
        self.next_id += 1
        self.pending[update.id] = update
        if self.on_push is not None:
            self.on_push(update)
        if self._poll is not None and not self._poll.done():
            self._poll.set_result("")
        return update.id

    def allow(self, kinds: Any) -> None:
        """Remember which kinds of update the bot wants; no known kind in a list means the usual ones."""
        if isinstance(kinds, list) and all(isinstance(kind, str) for kind in kinds):
            self.allowed = frozenset(kind.lower() for kind in kinds) & KNOWN or None

    def drop_all(self) -> None:
        self.pending.clear()

    def interrupt(self, words: str) -> None:
        """End a poll that is under way with a conflict."""
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(words)

    async def get(self, offset: int, limit: int, seconds: int) -> list[Json]:
        """getUpdates. A second poll ends the first; raises ApiError 409 in whichever has to give way."""
        if self.webhook_active:
            await self._pace_conflicts()
            raise ApiError(409, WEBHOOK_ACTIVE)
        self._confirm(offset)
        limit = limit if 1 <= limit <= MAX_BATCH else MAX_BATCH
        seconds = min(max(seconds, 0), MAX_POLL_SECONDS)
        if not self.pending and seconds:
            self.interrupt(OTHER_POLLER)
            await self._wait(seconds)
        return self._batch(limit)

    async def _wait(self, seconds: float) -> None:
        mine: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._poll = mine
        try:
            async with asyncio.timeout(seconds):
                conflict = await mine
        except TimeoutError:
            return
        finally:
            if self._poll is mine:
                self._poll = None
        if conflict:
            await self._pace_conflicts()
            raise ApiError(409, conflict)

    async def _pace_conflicts(self) -> None:
        now = asyncio.get_running_loop().time()
        if now < self._next_conflict_at:
            await asyncio.sleep(CONFLICT_PAUSE_SECONDS)
        else:
            self._next_conflict_at = now + CONFLICT_PAUSE_SECONDS

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            while len(self.pending) > -offset:
                self.pending.popitem(last=False)
        while self.pending and next(iter(self.pending)) < offset:
            self.taken(next(iter(self.pending)))

    def unix_time(self) -> int:
        return int(self._clock().timestamp())

    def taken(self, update_id: int) -> None:
        """The bot has confirmed an update; it will not be delivered again."""
        if update := self.pending.pop(update_id, None):
            self.on_taken(update)

    def _batch(self, limit: int) -> list[Json]:
        now = self._clock().timestamp()
        chosen: list[Update] = []
        expired: list[int] = []
        for update in self.pending.values():
            if update.expires_at < now:
                expired.append(update.id)
                continue
            chosen.append(update)
            if len(chosen) == limit:
                break
        for update_id in expired:
            del self.pending[update_id]
        delivery = self._faults.delivery
        if delivery.shuffle > 1:
            self._random.shuffle(chosen)
        return [update.as_json() for update in chosen for _ in range(delivery.copies)]
