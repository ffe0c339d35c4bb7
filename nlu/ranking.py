"""Topics in order of confidence, and how context moves them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nlu.features import Floats
from nlu.types import Scored

SMALL = 1e-9


@dataclass(frozen=True, slots=True)
class Ranking:
    """All topics, best first. Equal confidences keep the order of their names."""

    scored: tuple[Scored, ...]

    @classmethod
    def of(cls, topics: Sequence[str], confidences: Floats) -> "Ranking":
        order = np.argsort(-confidences, kind="stable")
        return cls(tuple(Scored(topics[at], float(confidences[at])) for at in order))

    @property
    def topic(self) -> str:
        return self.scored[0].topic

    @property
    def confidence(self) -> float:
        return self.scored[0].confidence

    def best(self, number: int) -> tuple[Scored, ...]:
        return self.scored[:number]

    def preferring(self, topic: str, confidence: float) -> "Ranking":
        """`topic` first with this confidence; the others share the rest as before."""
        others = [s for s in self.scored if s.topic != topic]
        total = sum(s.confidence for s in others) or 1.0
        share = (1 - confidence) / total
        rest = tuple(Scored(s.topic, min(s.confidence * share, confidence)) for s in others)
        return Ranking((Scored(topic, confidence), *rest))

    def leaning(self, times: Mapping[str, float]) -> "Ranking":
        """The confidences of some topics multiplied, all of them summing to 1 again."""
        moved = [Scored(s.topic, s.confidence * times.get(s.topic, 1.0)) for s in self.scored]
        total = sum(s.confidence for s in moved) or 1.0
        scaled = [Scored(s.topic, s.confidence / total) for s in moved]
        return Ranking(tuple(sorted(scaled, key=lambda s: (-s.confidence, s.topic))))

    def without(self, topics: Collection[str]) -> "Ranking":
        """As if these topics did not exist; they come last."""
        return self.leaning(dict.fromkeys(topics, SMALL))
