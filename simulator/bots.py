"""A bot account: its chats, its updates on the way out, its profile."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from simulator.api import Json
from simulator.feed import Feed
from simulator.profile import Profile
from simulator.webhook import WebhookSender

if TYPE_CHECKING:
    from simulator.faults import Faults
    from simulator.world import Chat

CALLBACK_LIFETIME_SECONDS = 150
"""Telegram forgets a button press that has waited this long, unanswered."""


@dataclass(slots=True)
class Press:
    """A button press that waits for answerCallbackQuery."""

    user_id: int
    chat_id: int
    message_id: int
    at: float
    answer: Json | None = None


@dataclass
class Bot:
    """One bot. Message ids of private chats and basic groups count over the whole account, as at Telegram."""

    id: int
    token: str
    clock: Callable[[], datetime]
    random: random.Random
    faults: Faults
    called: bool = False
    chats: dict[int, Chat] = field(default_factory=dict)
    presses: dict[str, Press] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.profile = Profile()
        self.feed = Feed(self.clock, self.random, self.faults)
        self.webhook = WebhookSender(self.feed, self.random, self.faults)
        self._message_ids = itertools.count(1)
        self._ids_of_chat: dict[int, itertools.count[int]] = {}

    def next_message_id(self, chat: Chat) -> int:
        if chat.type in ("supergroup", "channel"):
            return next(self._ids_of_chat.setdefault(chat.id, itertools.count(1)))
        return next(self._message_ids)

    async def reset(self) -> None:
        """Forget chats, waiting updates and the webhook; who polls goes on polling."""
        await self.webhook.close()
        self.webhook.next_change_at = 0.0
        self.feed.drop_all()
        self.chats.clear()
        self.presses.clear()

    def as_user(self) -> Json:
        return {
            "id": self.id,
            "is_bot": True,
            "first_name": self.profile.name(),
            "username": "bekal_simulator_bot",
        }

    def as_me(self) -> Json:
        """What getMe answers."""
        return {
            **self.as_user(),
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
            "has_topics_enabled": False,
        }
