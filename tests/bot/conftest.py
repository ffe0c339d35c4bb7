"""A store, a local Telegram and a clock that stands still until a test moves it."""

from __future__ import annotations

import random
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.client import TelegramClient
from bot.metrics import Metrics
from simulator import Simulator
from storage import Cipher, Database, keys
from tests.transcripts.driver import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def store_file(tmp_path: Path, empty_store: Path) -> Path:
    return Path(shutil.copy(empty_store, tmp_path / "bekal.sqlite3"))


@pytest.fixture
async def database(store_file: Path, clock: Clock) -> AsyncIterator[Database]:
    opened = Database.open(f"sqlite:///{store_file}", Cipher(keys.make_keys(clock())), clock=clock)
    yield opened
    await opened.close()


@pytest.fixture
async def sim(clock: Clock) -> AsyncIterator[Simulator]:
    async with Simulator.start(clock=clock, rng=random.Random(7)) as simulator:
        yield simulator


@pytest.fixture
async def client(sim: Simulator) -> AsyncIterator[TelegramClient]:
    made = TelegramClient(sim.token, sim.url)
    yield made
    for request in made._request:
        await request.shutdown()
