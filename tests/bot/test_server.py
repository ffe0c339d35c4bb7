"""Health and metrics: true, and the latter for this machine alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from bot.metrics import Metrics
from bot.server import build_server, parse_listen

Missing = dict[str, str | None]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def served(
    metrics: Metrics, missing: Missing, remote: str = "127.0.0.1"
) -> AsyncIterator[aiohttp.ClientSession]:
    """The server, which believes that it is called from `remote`."""

    def check(name: str) -> Callable[[], Awaitable[str | None]]:
        async def answer() -> str | None:
            return missing[name]

        return answer

    checks = {name: check(name) for name in missing}

    @web.middleware
    async def from_elsewhere(request: web.Request, handler: Handler) -> web.StreamResponse:
        return await handler(request.clone(remote=remote))

    server = build_server(metrics=metrics, checks=checks, webhook=None)
    server.middlewares.append(from_elsewhere)
    runner = web.AppRunner(server)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}") as session:
        yield session
    await runner.cleanup()


async def test_a_process_that_lives_says_so_whatever_is_missing(metrics: Metrics) -> None:
    async with served(metrics, {"store": "StoreUnavailable"}) as http, http.get("/healthz") as response:
        assert response.status == 200
        assert await response.json() == {"status": "alive"}


async def test_it_is_ready_when_nothing_is_missing(metrics: Metrics) -> None:
    missing: Missing = {"store": None, "model": "loading", "telegram": "connecting"}
    async with served(metrics, missing) as http:
        async with http.get("/readyz") as response:
            assert response.status == 503
            assert await response.json() == {
                "status": "not ready",
                "missing": {"model": "loading", "telegram": "connecting"},
            }
        missing |= dict.fromkeys(missing)
        async with http.get("/readyz") as response:
            assert response.status == 200
            assert await response.json() == {"status": "ready", "missing": {}}


async def test_metrics_can_be_read_on_this_machine(metrics: Metrics) -> None:
    metrics.updates.labels("polling").inc(3)
    async with served(metrics, {}) as http, http.get("/metrics") as response:
        assert response.status == 200
        assert response.content_type == "text/plain"
        assert 'bekal_updates_total{mode="polling"} 3.0' in await response.text()


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "X-Forwarded-Host", "x-forwarded-proto"]
)
async def test_metrics_are_not_handed_out_through_a_proxy(metrics: Metrics, header: str) -> None:
    async with served(metrics, {}) as http, http.get("/metrics", headers={header: "127.0.0.1"}) as response:
        assert response.status == 404
        assert "bekal" not in await response.text()


@pytest.mark.parametrize(
    ("remote", "status"),
    [
        ("127.0.0.1", 200),
        ("127.0.0.9", 200),
        ("::1", 200),
        ("10.0.0.5", 404),
        ("192.0.2.7", 404),
        ("2001:db8::1", 404),
        ("::ffff:10.0.0.5", 404),
        ("", 404),
        ("somewhere", 404),
    ],
)
async def test_metrics_are_for_this_machine_alone(metrics: Metrics, remote: str, status: int) -> None:
    async with served(metrics, {}, remote) as http:
        async with http.get("/metrics") as response:
            assert response.status == status
        async with http.get("/healthz") as response:
            assert response.status == 200


@pytest.mark.parametrize("path", ["/", "/metrics/", "/telegram", "/readyz/x"])
async def test_there_is_nothing_else(metrics: Metrics, path: str) -> None:
    async with served(metrics, {}) as http:
        for method in ("GET", "POST"):
            async with http.request(method, path) as response:
                assert response.status == 404


def test_addresses_to_listen_on() -> None:
    assert parse_listen("127.0.0.1:8080") == ("127.0.0.1", 8080)
    assert parse_listen("[::1]:80") == ("::1", 80)
    assert parse_listen("0.0.0.0:0") == ("0.0.0.0", 0)
