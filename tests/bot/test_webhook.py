"""The address that Telegram calls, and that anybody may try."""

from __future__ import annotations

import asyncio
import hmac
import io
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

import bot.intake
from bot.intake import MAX_BODY, Intake, webhook_handler
from bot.metrics import Metrics
from bot.server import build_server
from storage import Database
from tests.bot.conftest import Locked
from tests.bot.tools import select, stored_updates, written
from tests.transcripts.driver import Clock

SECRET = "a-secret-for-tests-only"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
URL = "https://bekal.example/telegram/hook"


@pytest.fixture
async def http(database: Database, clock: Clock, metrics: Metrics) -> AsyncIterator[aiohttp.ClientSession]:
    """A client of the bot's web server."""
    intake = Intake(database, 777, clock=clock, wake=lambda: None, metrics=metrics)
    webhook = (URL, webhook_handler(intake, SECRET))
    runner = web.AppRunner(build_server(metrics=metrics, checks={}, webhook=webhook), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}") as session:
        yield session
    await runner.cleanup()


async def post(
    http: aiohttp.ClientSession, body: Any, secret: str | None = SECRET, **options: Any
) -> aiohttp.ClientResponse:
    """Post as Telegram does; `body` is bytes, or something to be made JSON."""
    data = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
    headers = {"Content-Type": "application/json"} | ({} if secret is None else {HEADER: secret})
    async with http.post("/telegram/hook", data=data, headers=headers, **options) as response:
        await response.read()
        return response


async def test_an_update_is_on_the_disk_before_telegram_hears_yes(
    http: aiohttp.ClientSession, store_file: Path
) -> None:
    answers = await asyncio.gather(*(post(http, written(number)) for number in range(1, 101)))
    assert {answer.status for answer in answers} == {200}
    assert sorted(stored_updates(store_file)) == list(range(1, 101))


async def test_an_update_that_comes_three_times_is_stored_once(
    http: aiohttp.ClientSession, store_file: Path
) -> None:
    for _ in range(3):
        assert (await post(http, written(7))).status == 200
    assert stored_updates(store_file) == [7]


@pytest.mark.parametrize(
    "secret",
    [
        None,
        "",
        "wrong",
        SECRET[:-1],
        SECRET + "x",
        SECRET.upper(),
        "x" * 300,
        SECRET + "\u00e9",
        "\u00ff" * 23,
    ],
    ids=["missing", "empty", "wrong", "short", "long", "upper", "300", "latin", "bytes"],
)
async def test_without_the_secret_nothing_comes_in(
    http: aiohttp.ClientSession, store_file: Path, secret: str | None
) -> None:
    assert (await post(http, written(1), secret)).status == 403
    # Nor does a stranger learn from the answer what we think of the body.
    assert (await post(http, b"{", secret)).status == 403
    assert (await post(http, b"x" * (MAX_BODY + 1), secret)).status == 403
    assert stored_updates(store_file) == []


async def test_the_secret_is_compared_in_constant_time(
    http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[bytes, bytes]] = []
    compare = hmac.compare_digest

    def noted(given: bytes, expected: bytes) -> bool:
        compared.append((given, expected))
        return compare(given, expected)

    monkeypatch.setattr(hmac, "compare_digest", noted)
    await post(http, written(1), "guess")
    await post(http, written(1))
    assert compared == [(b"guess", SECRET.encode()), (SECRET.encode(), SECRET.encode())]


async def test_a_body_that_is_too_large_is_refused(http: aiohttp.ClientSession, store_file: Path) -> None:
    assert (await post(http, b" " * 5 * MAX_BODY)).status == 413

    async def in_pieces() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * (MAX_BODY // 20)

    headers = {HEADER: SECRET, "Content-Type": "application/json"}
    async with http.post("/telegram/hook", data=in_pieces(), headers=headers) as response:
        assert response.status == 413
    assert (await post(http, written(1))).status == 200
    assert stored_updates(store_file) == [1]


def nested(depth: int) -> bytes:
    return b'{"update_id":1,"message":' + b"[" * depth + b"]" * depth + b"}"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"halo",
        b"\xff\xfe\xfd",
        b"[]",
        b"1",
        b"null",
        b'"update_id"',
        b"{}",
        b'{"update_id":"1"}',
        b'{"update_id":true}',
        b'{"update_id":1.5}',
        b'{"update_id":null}',
        b'{"update_id":[1]}',
        b'{"update_id":-1}',
        b'{"update_id":' + b"9" * 20 + b"}",
        b'{"update_id":' + b"9" * 5000 + b"}",
        b'{"update_id":1,"message":{"chat":{"id":' + b"9" * 5000 + b"}}}",
        nested(10_000),
        b"[" * 100_000,
    ],
    ids=lambda body: body[:40].decode("latin-1"),
)
async def test_what_is_no_update_is_refused(
    http: aiohttp.ClientSession, store_file: Path, body: bytes
) -> None:
    assert (await post(http, body)).status == 400
    assert stored_updates(store_file) == []


async def test_no_depth_of_nesting_makes_a_server_error(http: aiohttp.ClientSession) -> None:
    """What can just be read may be too deep to be written again: a 500 would bring it back all day."""
    answers = [await post(http, nested(depth)) for depth in (100, 500, *range(900, 1000))]
    assert {answer.status for answer in answers} <= {200, 400}


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": 1},
        {"update_id": 1, "something_of_next_year": {"chat": {"id": 5, "type": "private"}, "new": [1]}},
        {"update_id": 1, "message": None},
        {"update_id": 1, "message": {"chat": {"id": 10**400}}},
        {"update_id": 1, "message": {"chat": {"id": "11"}, "from": []}},
        {"update_id": 1, "message": "\ud83d"},
        {"update_id": 2**62 - 1},
        {"update_id": 1, "message": {"chat": {"id": float("nan")}}},
    ],
    ids=["empty", "unknown", "null", "huge chat", "wrong types", "half a character", "last id", "nan"],
)
async def test_an_update_of_a_kind_that_we_do_not_know_is_taken(
    http: aiohttp.ClientSession, store_file: Path, update: dict[str, Any]
) -> None:
    assert (await post(http, update)).status == 200
    assert stored_updates(store_file) == [update["update_id"]]
    assert select(store_file, "SELECT length(lane) FROM inbox") == [(32,)]


async def test_a_store_that_is_down_makes_telegram_come_again(
    http: aiohttp.ClientSession, store_file: Path, locked: Locked
) -> None:
    with locked():
        answers = await asyncio.gather(*(post(http, written(number)) for number in range(1, 21)))
        assert {answer.status for answer in answers} == {503}
        assert {answer.headers["Retry-After"] for answer in answers} == {"2"}
    assert stored_updates(store_file) == []
    assert (await post(http, written(1))).status == 200


async def test_other_methods_and_paths_lead_nowhere(http: aiohttp.ClientSession) -> None:
    async with http.get("/telegram/hook", headers={HEADER: SECRET}) as response:
        assert response.status == 405
    async with http.post("/", headers={HEADER: SECRET}, json=written(1)) as response:
        assert response.status == 404


async def test_a_store_that_hangs_is_no_reason_to_keep_telegram_waiting(
    http: aiohttp.ClientSession, database: Database, store_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it stores after all is known when Telegram comes again."""
    monkeypatch.setattr(bot.intake, "STORE_SECONDS", 0.05)
    hanging = asyncio.create_task(database.write(lambda _: time.sleep(0.3)))
    assert (await post(http, written(1))).status == 503
    await hanging
    monkeypatch.undo()
    assert (await post(http, written(1))).status == 200
    assert stored_updates(store_file) == [1]
