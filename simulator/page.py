"""The chat page: static files, and what happens as server-sent events."""

from __future__ import annotations

import asyncio
import json
import mimetypes
from pathlib import Path
from typing import Any

from aiohttp import web

from simulator.api import Json
from simulator.world import Chat, User, World

STATIC = Path(__file__).parent / "static"
FILES = {"/": "index.html", "/page.css": "page.css", "/page.js": "page.js", "/page.svg": "page.svg"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
SHOWN_INLINE = ("image/png", "image/jpeg", "image/gif", "image/webp")
"""Uploads of other kinds are only offered for download: they may hold scripts."""

HEARTBEAT_SECONDS = 15.0
MAX_CHATS = 200
MAX_MESSAGES = 200


class Page:
    """Handlers of the chat page over one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        return [
            *(web.get(path, self.static) for path in FILES),
            web.get("/sim/events", self.events),
            web.get("/sim/files/{file_id}", self.file),
        ]

    async def static(self, request: web.Request) -> web.StreamResponse:
        name = FILES[request.path]
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        body = await asyncio.to_thread((STATIC / name).read_bytes)
        charset = None if kind.startswith("image/") else "utf-8"
        return web.Response(body=body, content_type=kind, charset=charset, headers=HEADERS)

    async def file(self, request: web.Request) -> web.StreamResponse:
        """An uploaded file: pictures and sound to be shown, everything else to be saved."""
        stored = self._world.files.by_id.get(request.match_info["file_id"])
        if stored is None:
            raise web.HTTPNotFound
        headers = {**HEADERS, "Cache-Control": "private, max-age=3600"}
        if stored.mime in SHOWN_INLINE or stored.mime.startswith("audio/"):
            return web.Response(body=stored.data, content_type=stored.mime, headers=headers)
        headers["Content-Disposition"] = "attachment"
        return web.Response(body=stored.data, content_type="application/octet-stream", headers=headers)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """A snapshot, then everything that happens, until the page goes away."""
        response = web.StreamResponse(headers={**HEADERS, "Content-Type": "text/event-stream"})
        await response.prepare(request)
        queue = self._world.events.listen()
        try:
            await response.write(_event({"kind": "snapshot", **self.snapshot()}))
            while True:
                try:
                    async with asyncio.timeout(HEARTBEAT_SECONDS):
                        event = await queue.get()
                except TimeoutError:
                    await response.write(b": still here\n\n")
                    continue
                if event is None:
                    break
                if event.get("bot", self._world.main_bot.id) != self._world.main_bot.id:
                    continue
                if event["kind"] in ("profile", "reset"):
                    event = {"kind": "snapshot", **self.snapshot()}
                elif event["kind"] == "user":
                    event = {"kind": "user", "user": self._person(self._world.user(event["user"]["id"]))}
                await response.write(_event(event))
        finally:
            self._world.events.leave(queue)
        return response

    def _person(self, user: User) -> Json:
        """A person, and what the bot tells them about itself in their language."""
        profile = self._world.main_bot.profile
        return {
            **user.as_json(),
            "description": profile.description(user.language_code),
            "commands": profile.commands_for(user.id, user.language_code),
        }

    def snapshot(self) -> Json:
        """The bot, and the people with their latest conversations, newest first."""
        bot = self._world.main_bot
        chats = [chat for chat in bot.chats.values() if chat.type == "private"]
        chats.sort(key=lambda chat: max(chat.messages, default=0), reverse=True)
        chats = chats[:MAX_CHATS]
        shown = {chat.id for chat in chats}
        others = [user for user in self._world.users.values() if user.id not in shown]
        people = [chat.user for chat in chats if chat.user is not None] + others[-MAX_CHATS:]
        return {
            "bot": {"name": bot.profile.name(), "connected": bot.called},
            "people": [self._person(user) for user in people],
            "chats": [_chat(chat) for chat in chats],
            "waiting": [
                update.body["message_id"]
                for update in list(bot.feed.pending.values())[-MAX_CHATS * MAX_MESSAGES :]
                if update.kind == "message" and update.body["chat"]["type"] == "private"
            ],
        }


def _chat(chat: Chat) -> Json:
    return {
        "id": chat.id,
        "state": chat.state,
        "keyboard": chat.keyboard,
        "messages": list(chat.messages.values())[-MAX_MESSAGES:],
    }


def _event(event: Any) -> bytes:
    return b"data: " + json.dumps(event, ensure_ascii=False).encode() + b"\n\n"
