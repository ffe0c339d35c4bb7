"""A simulator with a clock that stands still until a test moves it, and a bare HTTP client for it."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from simulator import Simulator

START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
Call = Callable[..., Awaitable[dict[str, Any]]]


@dataclass
class FrozenClock:
    now: datetime = field(default=START)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **amount: float) -> None:
        self.now += timedelta(**amount)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
async def sim(clock: FrozenClock) -> AsyncIterator[Simulator]:
    async with Simulator.start(clock=clock, rng=random.Random(7)) as simulator:
        yield simulator


@pytest.fixture
async def http(sim: Simulator) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(base_url=sim.url) as session:
        yield session


@pytest.fixture
def call(sim: Simulator, http: aiohttp.ClientSession) -> Call:
    """Call a Bot API method with JSON parameters; returns the whole answer."""

    async def post(method: str, **params: Any) -> dict[str, Any]:
        async with http.post(f"/bot{sim.token}/{method}", json=params) as answer:
            body: dict[str, Any] = await answer.json()
            assert answer.status == body.get("error_code", 200)
            return body

    return post


@pytest.fixture
def control(http: aiohttp.ClientSession) -> Call:
    """POST to the control API; returns its answer, which must be a good one."""

    async def post(path: str, body: Any = None) -> dict[str, Any]:
        async with http.post(f"/sim/{path}", json=body if body is not None else {}) as answer:
            content: dict[str, Any] = await answer.json()
            assert answer.status == 200, content
            return content

    return post
