"""/dataku hands over what is held, in the language of the conversation."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from simulator import Simulator
from tests.bot.house import House, opened, working
from tests.transcripts.driver import Clock


@pytest.fixture
async def house(
    sim: Simulator, clock: Clock, tmp_path: Path, small_model: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[House]:
    async with opened(sim, clock, tmp_path / "data", small_model, monkeypatch) as made, working(made):
        yield made


async def test_the_page_is_in_the_language_of_the_conversation(house: House, sim: Simulator) -> None:
    user = sim.add_user("Sari", language_code="en", started=True)
    replies = await house.write(user, "/dataku")
    page, _ = (
        sim.world.files.by_id[message["document"]["file_id"]].data.decode()
        for message in replies
        if "document" in message
    )
    assert page.startswith("All data that Bekal keeps about you")
