"""Why a message was understood as it was, for staff and for whoever mends the model."""

from typing import Any, Protocol

from nlu.types import Context, DangerSign, Scored

SHOWN = 5


class Thinks(Protocol):
    """What an understander offers to be explained."""

    def think(self, text: str, context: Context) -> Any: ...


def explain(understander: Thinks, text: str, context: Context) -> dict[str, Any]:
    """The steps of one reading: words, repairs, danger with its evidence, topics, and what decided."""
    thought = understander.think(text, context)
    ranking: tuple[Scored, ...] = thought.ranking.best(SHOWN)
    signs: tuple[DangerSign, ...] = thought.signs
    return {
        "read": thought.reading.text,
        "repaired": dict(thought.reading.repaired),
        "language": {"seen": thought.spoken[0], "confidence": round(float(thought.spoken[1]), 3)},
        "danger": [{"kind": sign.kind, "evidence": sign.evidence} for sign in signs],
        "topics": [{"topic": each.topic, "confidence": round(each.confidence, 3)} for each in ranking],
        "best_raw_score": round(float(thought.scores.raw.max()), 3),
        "decided_by": thought.because,
        "destination": thought.destination,
        "also": list(thought.also),
    }
