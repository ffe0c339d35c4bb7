"""With Rasa for the topics, all else stays ours; without Rasa, nobody notices but the log."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

import nlu
from bot.metrics import Metrics
from bot.rasa_engine import AskingEngine, RasaService, engine_for, service_for
from bot.rasa_setup import Places, token
from bot.settings import Settings
from bot.understanding import UnderstandingService
from nlu import Context, Decision, PastTurn
from tests.bot.rasa_server import RasaServer, serving
from tests.conftest import SMALL_TRAINING
from tests.transcripts.driver import Clock

QUESTION = "cara buat paspor"


@pytest.fixture
async def rasa() -> AsyncIterator[RasaServer]:
    async with serving() as server:
        yield server


@pytest.fixture
def embedded(small_model: Path) -> nlu.Understander:
    return nlu.load(SMALL_TRAINING, small_model, use_encoder=False)


@pytest.fixture
def settings(rasa: RasaServer, tmp_path: Path) -> Settings:
    settings = Settings(nlu_engine="rasa", rasa_url=rasa.url, data_dir=tmp_path / "data")
    rasa.token = token(Places.of(settings))
    return settings


@pytest.fixture
def service(
    settings: Settings, embedded: nlu.Understander, clock: Clock, metrics: Metrics
) -> Iterator[UnderstandingService]:
    made = service_for(settings, embedded, clock=clock, metrics=metrics)
    yield made
    made.close()


async def test_the_topics_come_from_rasa(service: UnderstandingService, rasa: RasaServer) -> None:
    rasa.ranking = {"visa": 0.8, "passport": 0.1}
    answer = await service(QUESTION, Context())
    assert answer.engine == "rasa"
    assert (answer.topic, answer.confidence, answer.decision) == ("visa", 0.8, Decision.ANSWER)
    assert len(answer.ranking) >= 5
    assert rasa.heard == [QUESTION]


async def test_rasa_unsure_means_buttons(service: UnderstandingService, rasa: RasaServer) -> None:
    rasa.ranking = {"visa": 0.4, "passport": 0.35}
    assert (await service(QUESTION, Context())).decision is Decision.CHOOSE


async def test_danger_country_and_for_whom_stay_ours(service: UnderstandingService, rasa: RasaServer) -> None:
    rasa.ranking = {"greet": 0.99}
    answer = await service("tolong, adik saya dipukuli majikan di taiwan", Context())
    assert answer.decision is Decision.DANGER
    assert "violence" in {sign.kind for sign in answer.danger}
    assert (answer.destination, answer.asks_for, answer.engine) == ("TW", "relative", "rasa")


async def test_the_turn_before_still_counts(
    service: UnderstandingService, rasa: RasaServer, clock: Clock
) -> None:
    rasa.ranking = {"out-of-scope": 0.6}
    before = PastTurn("salary-by-country", "TW", clock())
    answer = await service("kalau jepang?", Context((before,), None, clock()))
    assert (answer.topic, answer.destination) == ("salary-by-country", "JP")


@pytest.mark.parametrize("mood", ["slow", "broken", "garbage", "dies"])
async def test_a_bad_day_of_rasa_is_the_embedded_engines_turn(
    service: UnderstandingService, embedded: nlu.Understander, rasa: RasaServer, mood: str
) -> None:
    rasa.mood = mood
    started = time.monotonic()
    answer = await service(QUESTION, Context())
    assert time.monotonic() - started < 1
    assert answer == embedded.understand(QUESTION)
    assert answer.engine == "embedded-lexical"


async def test_replies_go_on_when_rasa_is_killed_among_fifty_questions(
    service: UnderstandingService, rasa: RasaServer
) -> None:
    engines = []
    for number in range(50):
        if number == 20:
            await rasa.stop()
        answer = await service(QUESTION, Context())
        assert answer.topic is not None
        engines.append(answer.engine)
    assert engines == ["rasa"] * 20 + ["embedded-lexical"] * 30


async def test_many_chats_at_once_are_answered_while_rasa_hangs(
    service: UnderstandingService, rasa: RasaServer
) -> None:
    rasa.mood = "slow"
    started = time.monotonic()
    answers = await asyncio.gather(*(service(QUESTION, Context()) for _ in range(60)))
    assert time.monotonic() - started < 2
    assert {answer.engine for answer in answers} == {"embedded-lexical"}


def test_commands_ask_rasa_too(embedded: nlu.Understander, tmp_path: Path, clock: Clock) -> None:
    """Nothing listens there: the embedded engine answers."""
    settings = Settings(nlu_engine="rasa", rasa_url="http://127.0.0.1:1", data_dir=tmp_path)
    engine = engine_for(settings, embedded)
    assert isinstance(engine, AskingEngine)
    assert engine.understand(QUESTION) == embedded.understand(QUESTION)


async def test_commands_get_rasas_topics(
    settings: Settings, embedded: nlu.Understander, rasa: RasaServer
) -> None:
    rasa.ranking = {"visa": 0.8, "passport": 0.1}
    answer = await asyncio.to_thread(engine_for(settings, embedded).understand, QUESTION)
    assert (answer.engine, answer.topic) == ("rasa", "visa")


def test_rasa_is_asked_only_where_the_settings_say_so(
    embedded: nlu.Understander, clock: Clock, metrics: Metrics
) -> None:
    settings = Settings()
    service = service_for(settings, embedded, clock=clock, metrics=metrics)
    service.close()
    assert not isinstance(service, RasaService)
    assert engine_for(settings, embedded) is embedded
