"""A model that hangs or fails costs nobody an answer, and never a sign of danger."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import bot.understanding
import nlu
from bot.metrics import Metrics
from bot.understanding import FAILURES_TO_OPEN, OPEN_FOR, UnderstandingService
from nlu import Context, Decision, Understanding
from tests.conftest import SMALL_TRAINING
from tests.transcripts.driver import Clock

DANGER = "tolong, majikan memukul saya tiap hari"
QUESTION = "cara buat paspor"


class Troubled:
    """The real understanding, whose model works, fails or hangs as a test wants."""

    def __init__(self, real: nlu.Understander) -> None:
        self._real = real
        self.trouble = ""
        self.asked = 0
        self.let_go = threading.Event()

    def understand(self, text: str, context: Context) -> Understanding:
        self.asked += 1
        if self.trouble == "hang":
            self.let_go.wait(20)
        if self.trouble == "slow":
            self.let_go.wait(0.1)
        elif self.trouble:
            raise RuntimeError(text)
        return self._real.understand(text, context)

    def rules_only(self, text: str, context: Context) -> Understanding:
        return self._real.rules_only(text, context)

    def explain(self, text: str, context: Context) -> dict[str, Any]:
        raise NotImplementedError


@pytest.fixture
def engine(small_model: Path) -> Iterator[Troubled]:
    made = Troubled(nlu.load(SMALL_TRAINING, small_model, use_encoder=False))
    yield made
    made.let_go.set()


@pytest.fixture
def service(
    engine: Troubled, clock: Clock, metrics: Metrics, monkeypatch: pytest.MonkeyPatch
) -> Iterator[UnderstandingService]:
    monkeypatch.setattr(bot.understanding, "TIMEOUT_SECONDS", 0.5)
    made = UnderstandingService(engine, clock=clock, metrics=metrics)
    yield made
    made.close()


async def test_all_is_well(service: UnderstandingService, engine: Troubled, metrics: Metrics) -> None:
    seen = await service(QUESTION, Context())
    assert seen.topic == "passport"
    assert (await service(DANGER, Context())).decision is Decision.DANGER
    assert engine.asked == 2
    assert b"bekal_understanding_failures_total 0.0" in metrics.text()


@pytest.mark.parametrize("trouble", ["fail", "hang"])
async def test_the_rules_answer_for_the_model_and_see_danger(
    service: UnderstandingService, engine: Troubled, metrics: Metrics, trouble: str
) -> None:
    engine.trouble = trouble
    async with asyncio.timeout(2):
        seen = await service(DANGER, Context())
        other = await service(QUESTION, Context(language="jv"))
    assert seen.decision is Decision.DANGER
    assert {sign.kind for sign in seen.danger} == {"violence"}
    assert (other.decision, other.language, other.engine) == (Decision.PERSON, "jv", "rules")
    assert b"bekal_understanding_failures_total 2.0" in metrics.text()


async def test_who_waits_behind_others_is_still_understood(
    service: UnderstandingService, engine: Troubled
) -> None:
    engine.trouble = "slow"
    seen = await asyncio.gather(*(service(QUESTION, Context()) for _ in range(12)))
    assert {each.topic for each in seen} == {"passport"}


async def test_after_some_failures_the_model_is_left_alone_for_a_while(
    service: UnderstandingService, engine: Troubled, clock: Clock
) -> None:
    engine.trouble = "fail"
    for _ in range(FAILURES_TO_OPEN + 5):
        assert (await service(DANGER, Context())).decision is Decision.DANGER
    assert engine.asked == FAILURES_TO_OPEN
    clock.forward(OPEN_FOR.total_seconds() - 0.1)
    await service(QUESTION, Context())
    assert engine.asked == FAILURES_TO_OPEN
    engine.trouble = ""
    clock.forward(0.2)
    assert (await service(QUESTION, Context())).topic == "passport"


async def test_single_failures_do_not_add_up(service: UnderstandingService, engine: Troubled) -> None:
    for _ in range(3):
        for trouble in ["fail"] * (FAILURES_TO_OPEN - 1) + [""]:
            engine.trouble = trouble
            await service(QUESTION, Context())
    assert engine.asked == 3 * FAILURES_TO_OPEN


async def test_threads_that_hang_do_not_keep_the_model_away_for_ever(
    service: UnderstandingService, engine: Troubled, clock: Clock
) -> None:
    engine.trouble = "hang"
    async with asyncio.timeout(3):
        await asyncio.gather(*(service(QUESTION, Context()) for _ in range(FAILURES_TO_OPEN)))
    engine.trouble = ""
    clock.forward(OPEN_FOR.total_seconds() + 1)
    assert (await service(QUESTION, Context())).topic == "passport"


async def test_everybody_who_waits_behind_a_model_that_hangs_gets_an_answer(
    service: UnderstandingService, engine: Troubled
) -> None:
    engine.trouble = "hang"
    async with asyncio.timeout(3):
        seen = await asyncio.gather(*(service(DANGER, Context()) for _ in range(40)), return_exceptions=True)
    assert [type(each) for each in seen] == [Understanding] * 40
    assert {each.decision for each in seen if isinstance(each, Understanding)} == {Decision.DANGER}
