"""Rasa's answer is taken where it can be used; whatever it does, nobody waits for it or suffers from it."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import logs
from bot.rasa_client import FAILURES_TO_OPEN, MOST_AT_ONCE, OPEN_FOR, RasaClient, UnusableAnswer, ranked
from tests.bot.rasa_server import RECORDED, TOKEN, RasaServer, serving
from tests.transcripts.driver import Clock

TOPICS = ("costs-overview", "dest-taiwan", "greet", "salary-by-country", "unpaid-wages", "visa")
BAD_MOODS = ("slow", "broken", "garbage", "endless", "other-shape", "other-topics", "dies")
TEXT = "klo ke taiwan gajinya brp?"


def write(path: Path, token: str | None) -> Path:
    if token is None:
        path.unlink()
    else:
        path.write_text(token, encoding="ascii")
    return path


@pytest.fixture
async def rasa() -> AsyncIterator[RasaServer]:
    async with serving() as server:
        yield server


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    return write(tmp_path / "token", TOKEN + "\n")


@pytest.fixture
def asking(rasa: RasaServer, token_file: Path, clock: Clock) -> RasaClient:
    return RasaClient(rasa.url, token_file, TOPICS, clock=clock)


@pytest.fixture
def log_text() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    root = logging.getLogger()
    before = root.handlers[:]
    logs.configure("debug", stream)
    yield stream
    root.handlers[:] = before


async def test_a_good_answer_ranks_all_our_topics_and_no_others(asking: RasaClient) -> None:
    ranking = await asking.rank(TEXT)
    assert ranking is not None
    assert [(scored.topic, round(scored.confidence, 3)) for scored in ranking] == [
        ("salary-by-country", 0.673),
        ("dest-taiwan", 0.087),
        ("unpaid-wages", 0.062),
        ("costs-overview", 0.043),
        ("greet", 0.0),
        ("visa", 0.0),
    ]


async def test_the_text_goes_there_as_written_but_for_a_slash(asking: RasaClient, rasa: RasaServer) -> None:
    await asking.rank("  " + TEXT)
    await asking.rank("/visa")  # Rasa would take it for an order
    assert rasa.heard == [TEXT, "visa"]


@pytest.mark.parametrize("text", ["", "   ", "/"])
async def test_nothing_is_asked_about_nothing(asking: RasaClient, rasa: RasaServer, text: str) -> None:
    assert await asking.rank(text) is None
    assert rasa.heard == []


@pytest.mark.parametrize("mood", BAD_MOODS)
async def test_a_bad_day_gives_none_within_a_second(asking: RasaClient, rasa: RasaServer, mood: str) -> None:
    rasa.mood = mood
    started = time.monotonic()
    assert await asking.rank(TEXT) is None
    assert time.monotonic() - started < 1
    rasa.mood = "good"
    assert await asking.rank(TEXT) is not None


async def test_a_server_that_is_killed_and_comes_back(asking: RasaClient, rasa: RasaServer) -> None:
    assert await asking.rank(TEXT) is not None
    await rasa.stop()
    assert await asking.rank(TEXT) is None


async def test_a_new_token_is_read_where_the_old_one_is_refused(
    asking: RasaClient, rasa: RasaServer, token_file: Path
) -> None:
    rasa.token = "another"
    assert await asking.rank(TEXT) is None
    write(token_file, "another")
    assert await asking.rank(TEXT) is not None


async def test_no_token_is_one_more_reason_to_go_on_without(
    asking: RasaClient, rasa: RasaServer, token_file: Path
) -> None:
    write(token_file, None)
    assert await asking.rank(TEXT) is None
    assert rasa.heard == []


async def test_after_five_failures_rasa_is_left_alone_for_half_a_minute(
    asking: RasaClient, rasa: RasaServer, clock: Clock
) -> None:
    rasa.mood = "broken"
    for _ in range(FAILURES_TO_OPEN + 3):
        assert await asking.rank(TEXT) is None
    assert len(rasa.heard) == FAILURES_TO_OPEN
    clock.forward(OPEN_FOR.total_seconds())
    for _ in range(3):  # one message tries, and fails
        assert await asking.rank(TEXT) is None
    assert len(rasa.heard) == FAILURES_TO_OPEN + 1
    clock.forward(OPEN_FOR.total_seconds())
    rasa.mood = "good"
    assert await asking.rank(TEXT) is not None
    assert await asking.rank(TEXT) is not None


async def test_a_failure_now_and_then_opens_nothing(asking: RasaClient, rasa: RasaServer) -> None:
    for _ in range(FAILURES_TO_OPEN):
        rasa.mood = "broken"
        assert await asking.rank(TEXT) is None
        rasa.mood = "good"
        assert await asking.rank(TEXT) is not None


async def test_an_outage_is_one_line_in_the_log_without_text_or_token(
    asking: RasaClient, rasa: RasaServer, log_text: io.StringIO
) -> None:
    rasa.mood = "broken"
    for _ in range(FAILURES_TO_OPEN - 1):
        await asking.rank(TEXT)
    rasa.mood = "good"
    await asking.rank(TEXT)
    await asking.rank(TEXT)
    events = [json.loads(line) for line in log_text.getvalue().splitlines()]
    assert [event["event"] for event in events] == ["rasa_unavailable", "rasa_answers_again"]
    assert events[0]["reason"] == "status 500"
    assert "taiwan" not in log_text.getvalue()
    assert TOKEN not in log_text.getvalue()


async def test_in_a_rush_only_so_many_are_asked_about_and_nobody_waits(
    asking: RasaClient, rasa: RasaServer
) -> None:
    rasa.mood = "busy"
    answers = await asyncio.gather(*(asking.rank(TEXT) for _ in range(4 * MOST_AT_ONCE)))
    assert sum(answer is not None for answer in answers) == MOST_AT_ONCE
    assert rasa.most_at_once <= MOST_AT_ONCE
    assert await asking.rank(TEXT) is not None


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text() | st.sampled_from(TOPICS),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["name", "confidence", "intent_ranking", "x"]), inner, max_size=4)
    ),
)


@given(JSON)
def test_any_answer_is_a_sound_ranking_or_unusable(answer: object) -> None:
    try:
        ranking = ranked(answer, TOPICS)
    except UnusableAnswer:
        return
    assert sorted(scored.topic for scored in ranking) == sorted(TOPICS)
    values = [scored.confidence for scored in ranking]
    assert values == sorted(values, reverse=True)
    assert all(0 <= value <= 1 for value in values)


@pytest.mark.parametrize("confidence", [True, "1", None, float("nan"), 1.5, -0.1])
def test_a_confidence_that_is_none_makes_the_answer_unusable(confidence: object) -> None:
    with pytest.raises(UnusableAnswer):
        ranked({**RECORDED, "intent_ranking": [{"name": "visa", "confidence": confidence}]}, TOPICS)
