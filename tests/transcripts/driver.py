"""A person who writes to the bot, and the screen they see. Only the wire to Telegram is replaced."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from telegram import Update
from telegram.ext import Application
from telegram.request import BaseRequest, RequestData

import content
import nlu
from bot.wording import load_wording
from handlers import CONTEXT_TYPES, Conversation, Exchange, Services
from storage import chats

HERE = Path(__file__).parent
START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
BOT = {"id": 1, "is_bot": True, "first_name": "Bekal", "username": "BekalUjiBot"}
PERSON: dict[str, Any] = {"id": 1001, "is_bot": False, "first_name": "<b>Sri_*[", "username": "contoh_saja"}
RETENTION_DAYS = 180
SAY = load_wording()


class FakeTelegram(BaseRequest):
    """Answers the one question that an Application asks at its start; a handler that calls Telegram fails."""

    @property
    def read_timeout(self) -> float:
        return 1.0

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        if url.endswith("/getMe"):
            return 200, json.dumps({"ok": True, "result": BOT}).encode()
        raise AssertionError(f"a handler called Telegram: {url.rpartition('/')[2]}")


@dataclass
class Shown:
    """A message of the bot on the screen."""

    id: int
    text: str
    keyboard: list[list[dict[str, Any]]]
    entities: list[dict[str, Any]] = field(default_factory=list)
    answers: dict[str, Any] | None = None


class Clock:
    """Time that only moves when told to."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


async def start_application() -> Application[Any, Any, Any, Any, Any, Any]:
    """An Application as the bot builds it, on a wire that leads nowhere."""
    application = (
        Application.builder()
        .token("1:test")
        .request(FakeTelegram())
        .get_updates_request(FakeTelegram())
        .updater(None)
        .job_queue(None)
        .context_types(CONTEXT_TYPES)
        .build()
    )
    await application.initialize()
    return application


@cache
def load_library() -> content.Library:
    """The small content folder beside the transcripts."""
    return content.Library(HERE / "content")


@cache
def load_understander() -> nlu.Understander:
    """Trained on the few sentences beside the transcripts, so that new training data moves none of them."""

    def search(text: str) -> list[str]:
        return [hit.topic for hit in load_library().catalog.search(text, "id", 3)]

    return nlu.load(HERE / "training", None, search=search, use_encoder=False)


def services(understander: nlu.Understander, clock: Clock, **changes: Any) -> Services:
    """Everything real: understanding, content, wording."""

    async def understand(text: str, context: nlu.Context) -> nlu.Understanding:
        return understander.understand(text, context)

    made = Services(
        understand=understand,
        library=load_library(),
        say=SAY,
        clock=clock,
        retention_days=RETENTION_DAYS,
    )
    return dataclasses.replace(made, **changes)


class Person:
    """Writes, taps and reads. Stands for the store too: what a turn changes about the chat is kept here."""

    def __init__(
        self, application: Application[Any, Any, Any, Any, Any, Any], conversation: Conversation, clock: Clock
    ) -> None:
        self._application = application
        self._conversation = conversation
        self.clock = clock
        self.chat = chats.new("lane", PERSON_CHAT["id"], clock())
        self.language_code: str | None = None
        self.screen: list[Shown] = []
        self.last_id = 100
        self.turns = 0

    async def write(self, text: str, **extra: Any) -> Exchange:
        """Send a text; `extra` are further fields of Telegram's message."""
        return await self.update(message=self.message(text=text, **extra))

    async def tap(self, label: str) -> Exchange:
        """Tap the newest button with this label."""
        for shown in reversed(self.screen):
            for button in (button for row in shown.keyboard for button in row):
                if button["text"] == label:
                    return await self.press(button["callback_data"], shown)
        raise AssertionError(f"no button {label!r} on the screen")

    async def press(self, data: str, shown: Shown | None = None) -> Exchange:
        """Send a button's payload, from this message or from one that is out of Telegram's reach."""
        message: dict[str, Any] = {"chat": PERSON_CHAT, "message_id": 5, "date": 0}
        if shown is not None:
            message = self.message(
                message_id=shown.id,
                text=shown.text,
                reply_markup={"inline_keyboard": shown.keyboard},
                **({"reply_to_message": shown.answers} if shown.answers else {}),
            ) | {"from": BOT}
        query = {"id": "77", "from": self.user, "chat_instance": "1", "message": message, "data": data}
        return await self.update(callback_query=query)

    @property
    def user(self) -> dict[str, Any]:
        return PERSON | ({"language_code": self.language_code} if self.language_code else {})

    def message(self, **fields: Any) -> dict[str, Any]:
        """A message as Telegram would send it, in the private chat unless `chat` says otherwise."""
        self.last_id += 1
        made: dict[str, Any] = {
            "message_id": self.last_id,
            "date": int(self.clock().timestamp()),
            "chat": PERSON_CHAT,
            "from": self.user,
            **fields,
        }
        command = re.match(r"/\w+(@\w+)?", made.get("text", ""))
        if command and "entities" not in made:
            made["entities"] = [{"type": "bot_command", "offset": 0, "length": command.end()}]
        return made

    async def update(self, **fields: Any) -> Exchange:
        """Let the bot take a turn, then show what it sends and keep what it changes."""
        self.turns += 1
        # Through JSON, as on the wire.
        raw = json.loads(json.dumps({"update_id": self.turns, **fields}))
        exchange = Exchange(chat=self.chat, now=self.clock(), received_at=self.clock())
        await self._conversation.take(Update.de_json(raw, self._application.bot), exchange)
        changes = dict(exchange.chat_changes)
        if "context" in changes:
            changes["context"] = json.loads(json.dumps(changes["context"]))
        self.chat = dataclasses.replace(self.chat, **changes)
        if exchange.erase:
            self.chat = chats.new("lane", PERSON_CHAT["id"], self.clock())
        turn_id = self.turns if self.chat.consent == "given" else None
        for call in exchange.calls_for(turn_id):
            self._show(call.method, json.loads(json.dumps(call.params)), fields.get("message"))
        return exchange

    def _show(self, method: str, params: dict[str, Any], asked: dict[str, Any] | None) -> None:
        check_call(method, params)
        keyboard = params.get("reply_markup", {}).get("inline_keyboard", [])
        if method == "sendMessage":
            self.last_id += 1
            answers = asked if "reply_parameters" in params else None
            self.screen.append(
                Shown(self.last_id, params["text"], keyboard, params.get("entities", []), answers)
            )
            return
        (shown,) = (shown for shown in self.screen if shown.id == params["message_id"])
        shown.keyboard = keyboard
        if method == "editMessageText":
            shown.text, shown.entities = params["text"], params.get("entities", [])


PERSON_CHAT = {"id": PERSON["id"], "type": "private", "first_name": PERSON["first_name"]}
ALLOWED: dict[str, Callable[[dict[str, Any]], bool]] = {
    "sendMessage": lambda p: (
        set(p) <= {"text", "entities", "reply_markup", "link_preview_options", "reply_parameters"}
    ),
    "editMessageText": lambda p: (
        set(p) <= {"message_id", "text", "entities", "reply_markup", "link_preview_options"}
    ),
    "editMessageReplyMarkup": lambda p: set(p) == {"message_id", "reply_markup"},
}


def check_call(method: str, params: dict[str, Any]) -> None:
    """What Telegram's server would refuse, and what we promise never to send (parse_mode among it)."""
    assert method in ALLOWED, f"unexpected call {method}"
    assert ALLOWED[method](params), f"unexpected parameters of {method}: {sorted(params)}"
    if "text" in params:
        text = params["text"].encode("utf-16-le")
        assert 0 < len(text) <= 2 * 4096
        assert params["text"] == params["text"].strip()
        for entity in params.get("entities", []):
            assert entity["length"] > 0
            assert 0 <= entity["offset"] <= entity["offset"] + entity["length"] <= len(text) // 2
            text[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le")
        assert len(params.get("entities", [])) <= 100
    for row in params.get("reply_markup", {}).get("inline_keyboard", []):
        assert row
        for button in row:
            assert button["text"].strip()
            assert ("callback_data" in button) != ("url" in button)
            assert 0 < len(button.get("callback_data", "x").encode()) <= 64
