"""Every `*.txt` here is a conversation that must come out as written."""

from pathlib import Path

import pytest

from tests.transcripts.driver import HERE, Person
from tests.transcripts.transcript import play

SCRIPTS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(HERE.glob("*.txt"))}


@pytest.mark.parametrize("name", SCRIPTS)
async def test_the_conversation_runs_as_written(
    name: str, person: Person, request: pytest.FixtureRequest
) -> None:
    played = await play(person, SCRIPTS[name])
    if played != SCRIPTS[name] and request.config.getoption("--update-transcripts", default=False):
        _write(HERE / f"{name}.txt", played)
    assert played == SCRIPTS[name]


def _write(path: Path, played: str) -> None:
    path.write_text(played, encoding="utf-8")
