"""A stand-in for Rasa's server: the answers of the real one (3.6.21, recorded), and its bad days."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

RECORDED: dict[str, Any] = json.loads(Path(__file__).with_name("rasa_parse.json").read_text("utf-8"))
REFUSED = {
    "version": "3.6.21",
    "status": "failure",
    "message": "User is not authenticated.",
    "reason": "NotAuthenticated",
    "details": {},
    "help": "https://rasa.com/docs/rasa/user-guide/configuring-http-api/#security-considerations",
    "code": 401,
}
TOKEN = "word-for-tests"


class RasaServer:
    """`mood` says how it answers. `ranking` replaces the recorded topics; `heard` holds what it was asked."""

    def __init__(self) -> None:
        self.mood = "good"
        self.token = TOKEN
        self.ranking: dict[str, float] = {}
        self.heard: list[str] = []
        self.url = ""
        self.most_at_once = 0
        self._now = 0
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/model/parse", self._parse)
        self._runner = web.AppRunner(app, shutdown_timeout=0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _parse(self, request: web.Request) -> web.StreamResponse:
        if request.query.get("token") != self.token:
            return web.json_response(REFUSED, status=401)
        text = (await request.json())["text"]
        self.heard.append(text)
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        try:
            return await self._answer(request, text)
        finally:
            self._now -= 1

    async def _answer(self, request: web.Request, text: str) -> web.StreamResponse:
        match self.mood:
            case "slow":
                await asyncio.sleep(1)  # twice what anybody waits
            case "broken":
                return web.json_response({"status": "failure", "reason": "ParsingError"}, status=500)
            case "garbage":
                return web.Response(body=b"\x00\xff<html>", content_type="application/json")
            case "endless":
                return web.Response(body=b"[" * 1_000_000, content_type="application/json")
            case "other-shape":
                return web.json_response({"intent": "salary-by-country", "intent_ranking": None})
            case "other-topics":
                return web.json_response({"intent_ranking": [{"name": "weather", "confidence": 1.0}]})
            case "dies":
                assert request.transport is not None
                response = web.StreamResponse(headers={"Content-Length": "5000"})
                await response.prepare(request)
                await response.write(b'{"text": ')
                request.transport.abort()
                return response
            case "busy":
                await asyncio.sleep(0.05)
        return web.json_response(self._good(text))

    def _good(self, text: str) -> dict[str, Any]:
        if not self.ranking:
            return {**RECORDED, "text": text}
        ranking = [{"name": name, "confidence": value} for name, value in self.ranking.items()]
        return {**RECORDED, "text": text, "intent": ranking[0], "intent_ranking": ranking}


@asynccontextmanager
async def serving() -> AsyncIterator[RasaServer]:
    server = RasaServer()
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
