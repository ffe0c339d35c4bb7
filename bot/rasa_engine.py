"""Rasa as the second engine: it ranks the topics. Danger, country, language, context, decision stay ours."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

import nlu
from bot.metrics import Metrics
from bot.rasa_client import RasaClient
from bot.rasa_setup import Places
from bot.settings import Settings
from bot.understanding import UnderstandingService
from nlu.engine import Scores
from nlu.reading import Reading
from nlu.understander import NO_CONTEXT

Clock = Callable[[], datetime]
NAME = "rasa"


@dataclass(frozen=True, slots=True)
class Heard(nlu.Context):
    """A context that also holds the topics as Rasa ranked them."""

    ranking: tuple[nlu.Scored, ...] = ()


class _Listening(nlu.Understander):
    """The embedded understanding of one message, told the topics instead of scoring them."""

    def __init__(self, embedded: nlu.Understander, ranking: tuple[nlu.Scored, ...]) -> None:
        super().__init__(embedded.model, embedded._encoder, embedded._search)
        self.engine = NAME
        self._told: dict[str, float] | None = {scored.topic: scored.confidence for scored in ranking}

    def _score(self, reading: Reading) -> tuple[Scores, float, tuple[nlu.DangerSign, ...]]:
        scores, odds, signs = super()._score(reading)
        told, self._told = self._told, None
        if told is None:  # a part of the message is scored again, which Rasa was not asked about
            return scores, odds, signs
        values = np.array([told.get(topic, 0.0) for topic in scores.classes])
        return replace(scores, raw=values, sure=values), odds, signs


class TopicsByRasa:
    """The embedded engine, but for messages whose context brings Rasa's ranking."""

    def __init__(self, embedded: nlu.Understander) -> None:
        self.embedded = embedded

    def understand(self, text: str, context: nlu.Context) -> nlu.Understanding:
        """As the embedded engine does; `engine` of the result says which one ranked the topics."""
        if isinstance(context, Heard):
            return _Listening(self.embedded, context.ranking).understand(text, context)
        return self.embedded.understand(text, context)

    def rules_only(self, text: str, context: nlu.Context) -> nlu.Understanding:
        """Danger, country and for whom, without any model."""
        return self.embedded.rules_only(text, context)

    def explain(self, text: str, context: nlu.Context) -> dict[str, Any]:
        """How the embedded engine sees it."""
        explained: dict[str, Any] = self.embedded.explain(text, context)
        return explained


def heard(context: nlu.Context, ranking: tuple[nlu.Scored, ...] | None) -> nlu.Context:
    """The context with Rasa's ranking, where there is one."""
    if ranking is None:
        return context
    return Heard(**{part.name: getattr(context, part.name) for part in fields(context)}, ranking=ranking)


class RasaService(UnderstandingService):
    """For the running bot: asks Rasa on the event loop, then understands as always."""

    def __init__(self, engine: TopicsByRasa, client: RasaClient, *, clock: Clock, metrics: Metrics) -> None:
        super().__init__(engine, clock=clock, metrics=metrics)
        self._client = client

    async def __call__(self, text: str, context: nlu.Context) -> nlu.Understanding:
        """Understand one message; Rasa adds half a second at most."""
        return await super().__call__(text, heard(context, await self._client.rank(text)))

    def replace(self, engine: nlu.Understander) -> None:
        """Rasa goes on ranking the topics; the rest is the new engine's."""
        super().replace(engine)
        self._engine = TopicsByRasa(engine)


class AskingEngine(TopicsByRasa):
    """For commands that understand one message after the other: asks Rasa and waits."""

    def __init__(self, embedded: nlu.Understander, client: RasaClient) -> None:
        super().__init__(embedded)
        self._client = client

    def understand(self, text: str, context: nlu.Context = NO_CONTEXT) -> nlu.Understanding:
        """Must not be called from a running event loop."""
        ranking = asyncio.run(self._client.rank(text))
        return super().understand(text, heard(context, ranking))


def client_for(settings: Settings, engine: nlu.Understander, clock: Clock) -> RasaClient:
    """A client of the server in the settings, for the topics of this engine."""
    return RasaClient(settings.rasa_url, Places.of(settings).token, engine.model.modules, clock=clock)


def service_for(
    settings: Settings, engine: nlu.Understander, *, clock: Clock, metrics: Metrics
) -> UnderstandingService:
    """What the running bot understands with, as `BEKAL_NLU_ENGINE` says."""
    if settings.nlu_engine != NAME:
        return UnderstandingService(engine, clock=clock, metrics=metrics)
    client = client_for(settings, engine, clock)
    return RasaService(TopicsByRasa(engine), client, clock=clock, metrics=metrics)


def engine_for(settings: Settings, engine: nlu.Understander) -> nlu.Understander | AskingEngine:
    """What commands understand with, as `BEKAL_NLU_ENGINE` says."""
    if settings.nlu_engine != NAME:
        return engine
    return AskingEngine(engine, client_for(settings, engine, lambda: datetime.now(UTC)))
