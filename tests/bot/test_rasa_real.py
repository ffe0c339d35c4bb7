"""The real Rasa, from an empty folder: set up, train on all data, serve, ask, kill it while people write.

Takes minutes and 2.7 GB of disk, so it runs only where BEKAL_TEST_RASA is set (as `.ci/run` does) and a
Python 3.10 exists.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import nlu
from bot.metrics import Metrics
from bot.models import TRAINING
from bot.rasa_engine import service_for
from bot.rasa_setup import Places, command_line, find_python, outside_world
from bot.settings import ROOT, Settings
from bot.wiring import utc_now

pytestmark = pytest.mark.skipif(
    not os.environ.get("BEKAL_TEST_RASA") or find_python() is None,
    reason="needs BEKAL_TEST_RASA=1 and a Python 3.10",
)
QUESTIONS = 50
KILLED_AT = 25
START_SECONDS = 180


@pytest.fixture(scope="module")
def settings() -> Iterator[Settings]:
    """A folder of its own that is gone afterwards: pytest would keep its last three."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="bekal-rasa-") as folder:
        yield Settings(nlu_engine="rasa", rasa_url=f"http://127.0.0.1:{port}", data_dir=Path(folder))


def environment(settings: Settings) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BEKAL_")}
    return kept | {"BEKAL_DATA_DIR": str(settings.data_dir), "BEKAL_RASA_URL": settings.rasa_url}


def bekal(settings: Settings, *arguments: str) -> str:
    command = [sys.executable, "-m", "bot", "rasa", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment(settings), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def validate(settings: Settings) -> None:
    """`nlu/` is a Rasa project as it is."""
    command = command_line(Places.of(settings), "data", "validate")
    done = subprocess.run(command, cwd=ROOT / "nlu", env=outside_world(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


@contextmanager
def served(settings: Settings, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Rasa's server, ready to answer."""
    command = [sys.executable, "-m", "bot", "rasa", "serve"]
    with log.open("wb") as out:
        server = subprocess.Popen(command, cwd=ROOT, env=environment(settings), stdout=out, stderr=out)
        try:
            until = time.monotonic() + START_SECONDS
            while status(settings) != 200:
                assert server.poll() is None, log.read_text()
                assert time.monotonic() < until, log.read_text()
                time.sleep(1)
            yield server
        finally:
            server.kill()
            server.wait()


def status(settings: Settings, token: str | None = None) -> int:
    """What the server answers to a call with its token, or with another; 0 where nothing listens."""
    token_file = Places.of(settings).token
    word = token or (token_file.read_text(encoding="ascii") if token_file.exists() else "")
    try:
        with urllib.request.urlopen(f"{settings.rasa_url}/status?token={word}", timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return 0


def questions() -> list[dict[str, object]]:
    lines = (ROOT / "nlu" / "evaluation" / "id.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines[::8]][:QUESTIONS]


async def test_rasa_from_an_empty_folder_to_a_kill_among_fifty_questions(
    settings: Settings, tmp_path: Path, metrics: Metrics
) -> None:
    bekal(settings, "setup")
    validate(settings)
    assert "trained in" in bekal(settings, "train")

    embedded = nlu.load(TRAINING, None, use_encoder=False)
    service = service_for(settings, embedded, clock=utc_now, metrics=metrics)
    log = tmp_path / "rasa.log"
    asked = questions()
    answers = []
    with served(settings, log) as server:
        assert status(settings, "another") == 401
        for number, question in enumerate(asked):
            if number == KILLED_AT:
                server.kill()
                server.wait()
            started = time.monotonic()
            answers.append(await service(str(question["text"]), nlu.Context()))
            assert time.monotonic() - started < 2
    service.close()

    engines = [answer.engine for answer in answers]
    assert len(answers) == QUESTIONS
    # On a busy machine one or the other message may take Rasa too long.
    assert engines[:KILLED_AT].count("rasa") >= KILLED_AT - 5
    assert set(engines[KILLED_AT:]) == {"embedded-lexical"}
    assert all(answer.topic for answer in answers)
    right = [answer.topic in question["topics"] for answer, question in zip(answers, asked, strict=True)]  # type: ignore[operator]
    assert sum(right[:KILLED_AT]) >= 0.6 * KILLED_AT
    said = log.read_text(encoding="utf-8")
    assert not [question for question in asked if str(question["text"]) in said]
