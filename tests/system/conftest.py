"""The bot and the local Telegram as real processes, on the small content and training data."""

from __future__ import annotations

import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.bench.processes import free_port
from bot.bench.world import World, world
from bot.settings import ROOT
from tests.conftest import SMALL_CONTENT

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
            "BEKAL_CONSOLE_LISTEN": f"127.0.0.1:{free_port()}",
            "BEKAL_NLU_ENCODER": "false",
            "PYTHONPATH": f"{SMALL_MODEL}:{ROOT}",
        }


@pytest.fixture
async def telegram(tmp_path: Path, small_model: Path, small_settings: dict[str, str]) -> AsyncIterator[World]:
    shutil.copytree(small_model, tmp_path / "data" / "model")
    async with world(tmp_path, small_settings) as made:
        yield made
