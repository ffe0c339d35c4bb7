"""Everything that exists in the simulated Telegram: people, chats, messages, files."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from simulator.api import Json
from simulator.bots import Bot
from simulator.calls import CallLog
from simulator.events import Events
from simulator.faults import Faults
from simulator.feed import Update
from simulator.files import FileStore

Clock = Callable[[], datetime]

DEFAULT_TOKEN = "1000000001:SIMULATORsimulatorSIMULATOR-0000000"
FIRST_USER_ID = 5_000_001
FIRST_GROUP_ID = -4_000_001
FIRST_CHANNEL_ID = -1_000_000_000_001


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class User:
    """A person in the simulator. `language_code` may be empty, as in real life."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = "id"

    def as_json(self) -> Json:
        body: Json = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        if self.last_name:
            body["last_name"] = self.last_name
        if self.username:
            body["username"] = self.username
        if self.language_code:
            body["language_code"] = self.language_code
        return body


@dataclass(slots=True)
class Chat:
    """One conversation of one bot. `messages` is keyed by message id, oldest first."""

    id: int
    type: str
    title: str = ""
    username: str = ""
    user: User | None = None
    known: bool = False
    """The bot may write here: the person has written first, or the bot is a member."""
    state: str = "open"
    """open | blocked | deactivated | kicked | upgraded"""
    upgraded_to: int = 0
    messages: dict[int, Json] = field(default_factory=dict)
    replies: list[int] = field(default_factory=list)
    """Ids of what the bot has sent since somebody last wrote or pressed a button."""
    topics: dict[int, str] = field(default_factory=dict)
    keyboard: Json | None = None
    """The reply keyboard that the bot has put up, if any."""
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def remove_topic(self, thread: int) -> None:
        """Delete a forum topic with all that was written there."""
        del self.topics[thread]
        for message_id in [n for n, each in self.messages.items() if each.get("message_thread_id") == thread]:
            del self.messages[message_id]

    def as_json(self) -> Json:
        body: Json = {"id": self.id, "type": self.type}
        if self.user is not None:
            body["first_name"] = self.user.first_name
            if self.user.last_name:
                body["last_name"] = self.user.last_name
            if self.user.username:
                body["username"] = self.user.username
            return body
        body["title"] = self.title
        if self.username:
            body["username"] = self.username
        return body


@dataclass
class World:
    """The state of a simulator. In memory only; update ids and message ids rise and are never reused."""

    clock: Clock = utc_now
    random: random.Random = field(default_factory=random.Random)
    tokens: tuple[str, ...] = ()
    users: dict[int, User] = field(default_factory=dict)
    bots: dict[int, Bot] = field(default_factory=dict)
    events: Events = field(default_factory=Events)
    calls: CallLog = field(default_factory=CallLog)
    next_user_id: int = FIRST_USER_ID
    next_group_id: int = FIRST_GROUP_ID
    next_channel_id: int = FIRST_CHANNEL_ID

    def __post_init__(self) -> None:
        self.faults = Faults(self.clock, self.random)
        self.files = FileStore()
        self.on_new_bot: Callable[[Bot], None] = lambda bot: None
        for token in self.tokens or (DEFAULT_TOKEN,):
            self._add_bot(token)
        self.main_bot = next(iter(self.bots.values()))

    def _add_bot(self, token: str) -> Bot:
        bot_id = int(token.partition(":")[0])
        bot = Bot(bot_id, token, self.clock, self.random, self.faults)
        self.bots[bot_id] = bot
        bot.feed.on_taken = self._taken
        self.on_new_bot(bot)
        return bot

    def _taken(self, update: Update) -> None:
        """The bot has confirmed an update: pages show it as read."""
        if self.events.listeners and update.kind == "message":
            chat = update.body["chat"]["id"]
            self.events.publish({"kind": "taken", "chat": chat, "message_id": update.body["message_id"]})

    def bot_of(self, token: str) -> Bot | None:
        """The bot that this token speaks for, or None where the token is refused.

        Without a list of tokens the first token that calls takes over the bot that is there from the start,
        so that messages written before the bot came are waiting for it.
        """
        if self.tokens:
            return self.bots[int(token.partition(":")[0])] if token in self.tokens else None
        bot_id = int(token.partition(":")[0])
        bot = self.bots.get(bot_id)
        if bot is None:
            if self.main_bot.called:
                bot = self._add_bot(token)
            else:
                bot = self.main_bot
                del self.bots[bot.id]
                bot.id = bot_id
                self.bots[bot_id] = bot
        bot.token = token
        if not bot.called:
            bot.called = True
            self.events.publish({"kind": "profile", "bot": bot.id})
        return bot

    def add_user(
        self,
        name: str = "",
        *,
        language_code: str = "id",
        username: str = "",
        last_name: str = "",
        user_id: int | None = None,
    ) -> User:
        """Create a person; ids count up from 5000001. Raises ValueError where the id is taken."""
        new_id = user_id if user_id is not None else self.next_user_id
        if new_id in self.users:
            raise ValueError(f"user {new_id} exists already")
        if new_id <= 0:
            raise ValueError("user ids are positive")
        self.next_user_id = max(self.next_user_id, new_id + 1)
        user = User(new_id, name or f"User {new_id}", last_name, username, language_code)
        self.users[new_id] = user
        if self.events.listeners:
            self.events.publish({"kind": "user", "user": user.as_json()})
        return user

    def user(self, user_id: int) -> User:
        """The person with this id, created on first mention so that bulk scripts stay short."""
        return self.users.get(user_id) or self.add_user(user_id=user_id)

    def private_chat(self, bot: Bot, user: User) -> Chat:
        chat = bot.chats.get(user.id)
        if chat is None:
            chat = bot.chats[user.id] = Chat(user.id, "private", user=user)
        return chat

    def add_group(self, bot: Bot, title: str, kind: str = "group", chat_id: int | None = None) -> Chat:
        """A group, supergroup or channel with the bot in it."""
        if kind not in ("group", "supergroup", "channel"):
            raise ValueError(f"no chat type {kind!r}")
        if chat_id is None:
            chat_id = self.next_group_id if kind == "group" else self.next_channel_id
        if chat_id in bot.chats:
            raise ValueError(f"chat {chat_id} exists already")
        if kind == "group":
            self.next_group_id = min(self.next_group_id, chat_id - 1)
        else:
            self.next_channel_id = min(self.next_channel_id, chat_id - 1)
        chat = bot.chats[chat_id] = Chat(chat_id, kind, title=title, known=True)
        return chat

    async def reset(self) -> None:
        """Forget people, chats, files, calls and faults. Bots stay, with their tokens; ids go on rising."""
        for bot in self.bots.values():
            await bot.reset()
        self.users.clear()
        self.files.clear()
        self.calls.clear()
        self.faults.clear()
        self.events.publish({"kind": "reset"})

    def now(self) -> int:
        return int(self.clock().timestamp())

    def messages_of(self, bot: Bot, chat_id: int) -> Iterator[Json]:
        chat = bot.chats.get(chat_id)
        return iter(chat.messages.values() if chat else ())
