"""`/bot<token>/<method>`: reads a call, runs it, and answers or fails as Telegram would."""

from __future__ import annotations

import asyncio
import inspect
import json
import re
import time
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from simulator.api import ApiError, Call, Json, Params, Upload, bad_request, decode_json
from simulator.bots import Bot
from simulator.faults import Rule
from simulator.methods import METHODS, NAMES
from simulator.world import World

MAX_BODY = 60 * 1024 * 1024
NOT_FOUND = ApiError(404, "Not Found")
UNAUTHORIZED = ApiError(401, "Unauthorized")
TOO_LARGE = ApiError(413, "Request Entity Too Large")
_SHAPE = re.compile(r"\d{1,16}:[A-Za-z0-9_-]{35}")
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class BotApi:
    """The Bot API server over one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def handle(self, request: web.Request) -> web.StreamResponse:
        started = time.perf_counter()
        token, name = request.match_info["token"], request.match_info["method"]
        try:
            bot = self._bot(token)
            method = name.lower()
            if method not in METHODS:
                raise ApiError(404, "Not Found: method not found")
            params = await read_params(request)
        except ApiError as error:
            self._world.calls.add(self._time(), 0, name, None, error.code, error.description, 0.0, False)
            return answer(error.code, error.as_json())
        return await self._run(request, bot, method, params, started)

    def _bot(self, token: str) -> Bot:
        if ":" not in token or not token.partition(":")[0].isdecimal():
            raise NOT_FOUND
        if not _SHAPE.fullmatch(token):
            raise UNAUTHORIZED
        bot = self._world.bot_of(token)
        if bot is None:
            raise UNAUTHORIZED
        return bot

    async def _run(
        self, request: web.Request, bot: Bot, method: str, params: Params, started: float
    ) -> web.StreamResponse:
        chat = _chat_id(params)
        faults = self._world.faults
        halted = faults.halted(method, chat)
        rule = None if halted or not faults.rules else faults.take(method, chat)
        code, outcome, body = 200, "ok", b""
        silent = False
        try:
            if halted is not None:
                raise halted
            if rule is not None and not rule.after:
                silent = await self._go_wrong(rule, chat)
            if not silent:
                body = await self._execute(bot, method, params)
            if rule is not None and rule.after:
                silent = await self._go_wrong(rule, chat)
        except ApiError as error:
            code, outcome = error.code, error.description
            body = _encode(error.as_json()).encode()
        except asyncio.CancelledError:
            self._log(bot, method, chat, 0, "the client went away", started, False)
            raise
        if silent:
            code, outcome = 0, rule.kind if rule else "close"
        # Slowness comes last: a client that gives up must reckon with a message that was sent.
        try:
            if pause := faults.pause():
                await asyncio.sleep(pause)
        finally:
            self._log(bot, method, chat, code, outcome, started, halted is not None)
        if silent:
            if request.transport is not None:
                request.transport.close()
            return web.Response()
        return web.Response(status=code, body=body, content_type="application/json")

    def _log(
        self,
        bot: Bot,
        method: str,
        chat: int | None,
        code: int,
        outcome: str,
        started: float,
        violation: bool,
    ) -> None:
        seconds = time.perf_counter() - started
        self._world.calls.add(self._time(), bot.id, NAMES[method], chat, code, outcome, seconds, violation)

    async def _go_wrong(self, rule: Rule, chat: int | None) -> bool:
        """Act a fault out. Returns whether the connection closes without an answer; may raise ApiError."""
        if rule.seconds:
            await asyncio.sleep(rule.seconds)
        if rule.kind == "flood":
            raise self._world.faults.halt(rule, chat)
        if (error := rule.error()) is not None:
            raise error
        return rule.kind == "close" or (rule.kind == "hang" and not rule.answer)

    async def _execute(self, bot: Bot, method: str, params: Params) -> bytes:
        result = METHODS[method](Call(self._world, bot, method, params))
        if inspect.isawaitable(result):
            result = await result
        return b'{"ok":true,"result":' + _encode(result).encode() + b"}"

    async def from_webhook(self, bot: Bot, method: str, values: Json) -> None:
        """Run a method that the bot named in its answer to a webhook; nobody learns how it went."""
        if method.lower() in METHODS:
            chat = _chat_id(params := Params(values))
            code, outcome = 200, "ok"
            try:
                await self._execute(bot, method.lower(), params)
            except ApiError as error:
                code, outcome = error.code, error.description
            self._world.calls.add(
                self._time(), bot.id, NAMES[method.lower()], chat, code, outcome, 0.0, False
            )

    async def download(self, request: web.Request) -> web.StreamResponse:
        """`/file/bot<token>/<path>`: the content of a file that getFile has named."""
        try:
            self._bot(request.match_info["token"])
        except ApiError as error:
            return answer(error.code, error.as_json())
        stored = self._world.files.by_path.get(request.match_info["path"])
        if stored is None:
            return answer(404, NOT_FOUND.as_json())
        return web.Response(body=stored.data, content_type="application/octet-stream")

    def _time(self) -> float:
        return self._world.clock().timestamp()


def answer(code: int, body: Any) -> web.Response:
    return web.Response(status=code, body=_encode(body).encode(), content_type="application/json")


def _chat_id(params: Params) -> int | None:
    value = params.values.get("chat_id")
    if isinstance(value, int):
        return value
    try:
        return int(value) if isinstance(value, str) else None
    except ValueError:
        return None


async def read_params(request: web.Request) -> Params:
    """The parameters of a call from query string and body. Raises ApiError where they cannot be read."""
    values: dict[str, Any] = dict(request.query) if request.query_string else {}
    files: dict[str, Upload] = {}
    if not request.body_exists:
        return Params(values)
    kind = request.content_type
    try:
        if kind == "application/json":
            values.update(_json_object(await request.read()))
        elif kind == "application/x-www-form-urlencoded":
            values.update(parse_qsl((await request.read()).decode(), keep_blank_values=True))
        elif kind == "multipart/form-data":
            for name, field in (await request.post()).items():
                if isinstance(field, web.FileField):
                    files[name] = Upload(field.filename, field.content_type, field.file.read())
                else:
                    values[name] = field if isinstance(field, str) else field.decode()
    except web.HTTPRequestEntityTooLarge as error:
        raise TOO_LARGE from error
    except UnicodeDecodeError as error:
        raise bad_request("strings must be encoded in UTF-8") from error
    return Params(values, files)


def _json_object(body: bytes) -> Json:
    if not body:
        return {}
    try:
        values = decode_json(body)
    except UnicodeEncodeError as error:
        raise bad_request("strings must be encoded in UTF-8") from error
    except ValueError as error:
        raise bad_request("can't parse JSON object") from error
    if not isinstance(values, dict):
        raise bad_request("can't parse JSON: expected an Object")
    return values
