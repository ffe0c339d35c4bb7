"""The control API under /sim/: act as people, cause faults, read what the bot did. JSON in, JSON out."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from simulator.api import ApiError, Json, Upload
from simulator.bot_api import answer
from simulator.bots import Bot
from simulator.people import SAMPLES, People
from simulator.world import World

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
KINDS_WITH_FILE = tuple(SAMPLES)


class Control:
    """Handlers of the control API over one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._people = People(world)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/sim/users", self._guard(self.users)),
            web.get("/sim/users", self._guard(self.list_users)),
            web.post("/sim/chats", self._guard(self.chats)),
            web.post("/sim/messages", self._guard(self.messages)),
            web.post("/sim/callback", self._guard(self.callback)),
            web.get(r"/sim/chats/{chat:-?\d+}/messages", self._guard(self.history)),
            web.post(r"/sim/chats/{chat:-?\d+}/state", self._guard(self.chat_state)),
            web.get("/sim/calls", self._guard(self.calls)),
            web.delete("/sim/calls", self._guard(self.forget_calls)),
            web.get("/sim/updates", self._guard(self.updates)),
            web.get("/sim/faults", self._guard(self.faults)),
            web.post("/sim/faults", self._guard(self.add_faults)),
            web.delete("/sim/faults", self._guard(self.clear_faults)),
            web.post("/sim/delivery", self._guard(self.delivery)),
            web.post("/sim/latency", self._guard(self.latency)),
            web.post("/sim/reset", self._guard(self.reset)),
        ]

    def _guard(self, handler: Callable[[web.Request], Awaitable[Any]]) -> Handler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            # Any web page may post to this machine; only our own page has our address as its origin.
            origin = request.headers.get("Origin")
            if origin is not None and urlsplit(origin).netloc != request.host:
                return answer(403, {"error": "only the simulator's own page may do this"})
            try:
                return answer(200, await handler(request))
            except (ValueError, KeyError, TypeError) as error:
                return answer(400, {"error": str(error) or "the request makes no sense"})
            except ApiError as error:
                return answer(400, {"error": error.description})

        return guarded

    def _bot(self, given: Any) -> Bot:
        if not given:
            return self._world.main_bot
        bot = self._world.bots.get(int(given))
        if bot is None:
            raise ValueError(f"there is no bot {given}")
        return bot

    async def users(self, request: web.Request) -> Any:
        """One person or a list: {name, id?, last_name?, username?, language_code?, started?}."""
        given = await _body(request)
        made = []
        for item in given if isinstance(given, list) else [given]:
            user = self._world.add_user(
                str(item.get("name", "")),
                language_code=str(item.get("language_code", "id")),
                username=str(item.get("username", "")),
                last_name=str(item.get("last_name", "")),
                user_id=int(item["id"]) if item.get("id") is not None else None,
            )
            if item.get("started"):
                self._world.private_chat(self._bot(item.get("bot")), user).known = True
            made.append(user.as_json())
        return made if isinstance(given, list) else made[0]

    async def list_users(self, request: web.Request) -> Any:
        return [user.as_json() for user in self._world.users.values()]

    async def chats(self, request: web.Request) -> Json:
        """A group, supergroup or channel: {title, type?, id?, username?}."""
        item = await _body(request)
        chat = self._world.add_group(
            self._bot(item.get("bot")),
            str(item.get("title", "Group")),
            str(item.get("type", "group")),
            int(item["id"]) if item.get("id") is not None else None,
        )
        chat.username = str(item.get("username", ""))
        return chat.as_json()

    async def messages(self, request: web.Request) -> Any:
        """One message or a list; see People.write. Of a list only the ids come back."""
        given = await _message_body(request)
        if not isinstance(given, list):
            return self._people.write(self._bot(given.get("bot")), given)
        return {"message_ids": [self._people.write(self._bot(i.get("bot")), i)["message_id"] for i in given]}

    async def callback(self, request: web.Request) -> Any:
        """One button press or a list: {chat, message_id, data, user?}."""
        given = await _body(request)
        ids = [
            self._people.press(
                self._bot(item.get("bot")),
                int(item.get("user") or item["chat"]),
                int(item["chat"]),
                int(item["message_id"]),
                str(item["data"]),
            )
            for item in (given if isinstance(given, list) else [given])
        ]
        return {"callback_query_ids": ids} if isinstance(given, list) else {"callback_query_id": ids[0]}

    async def history(self, request: web.Request) -> Any:
        bot = self._bot(request.query.get("bot"))
        after = int(request.query.get("after", 0))
        chat_id = int(request.match_info["chat"])
        return [m for m in self._world.messages_of(bot, chat_id) if m["message_id"] > after]

    async def chat_state(self, request: web.Request) -> Json:
        """{state: open | blocked | deactivated | kicked | upgraded, upgraded_to?}"""
        item = await _body(request)
        bot = self._bot(item.get("bot"))
        chat_id, upgraded_to = int(request.match_info["chat"]), int(item.get("upgraded_to") or 0)
        chat = self._people.set_state(bot, chat_id, str(item["state"]), upgraded_to)
        return {"chat": chat.id, "state": chat.state, "upgraded_to": chat.upgraded_to}

    async def calls(self, request: web.Request) -> Json:
        """Counters, and the entries after number `after`: at most `limit` (1000), of `method` and `chat`."""
        after, limit = int(request.query.get("after", 0)), int(request.query.get("limit", 1000))
        method, chat = request.query.get("method", "").lower(), request.query.get("chat")
        wanted = []
        for entry in self._world.calls.entries:
            if entry.number <= after or (method and entry.method.lower() != method):
                continue
            if chat is not None and entry.chat != int(chat):
                continue
            wanted.append(entry.as_json())
            if len(wanted) >= limit:
                break
        return {"counters": self._world.calls.counters(), "calls": wanted}

    async def forget_calls(self, request: web.Request) -> Json:
        self._world.calls.clear()
        return {}

    async def updates(self, request: web.Request) -> Json:
        feed = self._bot(request.query.get("bot")).feed
        return {"pending": len(feed.pending), "next_update_id": feed.next_id}

    async def faults(self, request: web.Request) -> Json:
        return self._world.faults.as_json()

    async def add_faults(self, request: web.Request) -> Json:
        """One rule or a list; the fields are those of faults.Rule."""
        given = await _body(request)
        for item in given if isinstance(given, list) else [given]:
            self._world.faults.add(**item)
        return self._world.faults.as_json()

    async def clear_faults(self, request: web.Request) -> Json:
        self._world.faults.clear()
        return {}

    async def delivery(self, request: web.Request) -> Json:
        """{copies?, shuffle?}: each update so many times; in windows of so many updates in any order."""
        item = await _body(request)
        delivery = self._world.faults.delivery
        delivery.copies = max(int(item.get("copies", delivery.copies)), 1)
        delivery.shuffle = max(int(item.get("shuffle", delivery.shuffle)), 0)
        return vars(delivery)

    async def latency(self, request: web.Request) -> Json:
        """{base?, jitter?} in seconds."""
        item = await _body(request)
        latency = self._world.faults.latency
        latency.base = max(float(item.get("base", latency.base)), 0.0)
        latency.jitter = max(float(item.get("jitter", latency.jitter)), 0.0)
        return vars(latency)

    async def reset(self, request: web.Request) -> Json:
        await self._world.reset()
        return {}


async def _body(request: web.Request) -> Any:
    body = await request.read()
    given = json.loads(body) if body else {}
    if not isinstance(given, (dict, list)):
        raise ValueError("send a JSON object or a list of them")
    return given


async def _message_body(request: web.Request) -> Any:
    """A message as JSON (files as base64 in {name, mime, base64}) or as a form with a file."""
    if request.content_type == "multipart/form-data":
        item: Json = {}
        for name, field in (await request.post()).items():
            if isinstance(field, web.FileField):
                item[name] = Upload(field.filename, field.content_type, field.file.read())
            else:
                item[name] = field
        return item
    given = await _body(request)
    for item in given if isinstance(given, list) else [given]:
        for kind in KINDS_WITH_FILE:
            value = item.get(kind)
            if isinstance(value, dict) and "base64" in value:
                data = base64.b64decode(value["base64"], validate=True)
                item[kind] = Upload(
                    str(value.get("name", kind)), str(value.get("mime", SAMPLES[kind].mime)), data
                )
    return given
