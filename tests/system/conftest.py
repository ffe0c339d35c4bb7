"""The bot and the local Telegram as real processes, on the small content and training data."""

from __future__ import annotations

import shutil
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from bot.bench.processes import free_port
from bot.bench.world import World, world
from bot.settings import ROOT
from tests.conftest import SMALL_CONTENT

NewWorld = Callable[[str], AbstractAsyncContextManager[World]]
SMALL_MODEL = Path(__file__).parent / "small_model"


@pytest.fixture(scope="session")
def small_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What every bot of these tests finds in its environment."""
    with pytest.MonkeyPatch.context() as patch:
        if sys.dont_write_bytecode:
            # Elsewhere than beside the sources then, or every process would compile everything anew.
            patch.setenv("PYTHONPYCACHEPREFIX", str(tmp_path_factory.mktemp("bytecode")))
            patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        yield {
            "BEKAL_CONTENT_DIR": str(SMALL_CONTENT),
            "BEKAL_NLU_ENCODER": "false",
            "PYTHONPATH": f"{SMALL_MODEL}:{ROOT}",
        }


@pytest.fixture
def new_world(tmp_path: Path, small_model: Path, small_settings: dict[str, str]) -> NewWorld:
    """Makes worlds by name, each with a folder and ports of its own."""

    @asynccontextmanager
    async def make(name: str) -> AsyncIterator[World]:
        shutil.copytree(small_model, tmp_path / name / "data" / "model")
        console = {"BEKAL_CONSOLE_LISTEN": f"127.0.0.1:{free_port()}"}
        async with world(tmp_path / name, small_settings | console) as made:
            yield made

    return make


@pytest.fixture
async def telegram(new_world: NewWorld) -> AsyncIterator[World]:
    async with new_world("world") as made:
        yield made
