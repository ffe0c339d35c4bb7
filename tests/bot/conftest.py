"""A store, a local Telegram and a clock that stands still until a test moves it."""

from __future__ import annotations

import io
import logging
import os
import random
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, closing, contextmanager
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

import bot.models
import storage.engines
from bot import cli, logs
from bot.client import TelegramClient
from bot.metrics import Metrics
from bot.settings import Settings
from bot.store import upgrade
from simulator import Simulator
from storage import Cipher, Database, keys
from tests.bot.commands import Run
from tests.bot.house import House, opened, working
from tests.bot.post import Post
from tests.conftest import SMALL_CONTENT, SMALL_TRAINING
from tests.transcripts.driver import Clock

Locked = Callable[[], AbstractContextManager[None]]


@pytest.fixture(autouse=True)
def log() -> Iterator[io.StringIO]:
    """What the bot logs, as it does when it runs."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    logs.configure("debug", stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


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
def locked(monkeypatch: pytest.MonkeyPatch, store_file: Path) -> Locked:
    """A store that another program holds: it cannot write as long as the block lasts."""
    monkeypatch.setattr(storage.engines, "BUSY_TIMEOUT_MS", 20)

    @contextmanager
    def hold() -> Iterator[None]:
        with closing(sqlite3.connect(store_file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")

    return hold


@pytest.fixture
async def database(store_file: Path, clock: Clock) -> AsyncIterator[Database]:
    opened = Database.open(f"sqlite:///{store_file}", Cipher(keys.make_keys(clock())), clock=clock)
    yield opened
    await opened.close()


@pytest.fixture
async def sim(clock: Clock) -> AsyncIterator[Simulator]:
    async with Simulator.start(clock=clock, rng=random.Random(7)) as simulator:
        yield simulator


@asynccontextmanager
async def connected(sim: Simulator) -> AsyncIterator[TelegramClient]:
    made = TelegramClient(sim.token, sim.url)
    try:
        yield made
    finally:
        for request in made._request:
            await request.shutdown()


@pytest.fixture
async def client(sim: Simulator) -> AsyncIterator[TelegramClient]:
    async with connected(sim) as made:
        yield made


@pytest.fixture
async def other_client(sim: Simulator) -> AsyncIterator[TelegramClient]:
    """Another process with the same token, as far as Telegram can tell."""
    async with connected(sim) as made:
        yield made


@pytest.fixture(scope="session")
def house_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an empty store in `data` and its key beside it."""
    folder = tmp_path_factory.mktemp("house")
    upgrade(Settings.model_validate({"data_dir": folder / "data"}))
    return folder


@pytest.fixture
async def idle(
    sim: Simulator,
    clock: Clock,
    tmp_path: Path,
    house_template: Path,
    small_model: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[House]:
    """The whole bot, wired; nothing runs."""
    async with opened(sim, clock, tmp_path / "data", small_model, monkeypatch, house_template) as made:
        yield made


@pytest.fixture
async def house(idle: House) -> AsyncIterator[House]:
    """The whole bot at work."""
    async with working(idle):
        yield idle


@pytest.fixture
def post(
    database: Database, client: TelegramClient, clock: Clock, metrics: Metrics, store_file: Path
) -> Post:
    return Post(database, client, clock, metrics, store_file)


@pytest.fixture
def run(tmp_path: Path, small_model: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Call a command in this process, on small data and in a folder of its own."""
    for name in [name for name in os.environ if name.startswith("BEKAL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("BEKAL_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("BEKAL_CONTENT_DIR", str(SMALL_CONTENT))
    monkeypatch.setenv("BEKAL_NLU_ENCODER", "false")
    monkeypatch.setattr(bot.models, "TRAINING", SMALL_TRAINING)

    def call(*arguments: str, stdin: str | bytes | None = None) -> Result:
        return CliRunner().invoke(cli.app, arguments, input=stdin)

    return call


@pytest.fixture
def trained(run: Run, tmp_path: Path, small_model: Path) -> Run:
    """As `run`, with a model that need not be trained any more."""
    shutil.copytree(small_model, tmp_path / "data" / "model")
    return run
