"""What understanding a message yields, and what it may lean on. Plain values, no behaviour of their own."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

OUT_OF_SCOPE = "out-of-scope"


class Decision(StrEnum):
    """The rung of the ladder on which a message is answered, most urgent first."""

    DANGER = "danger"
    SERVICE = "service"
    ANSWER = "answer"
    CHOOSE = "choose"
    SEARCH = "search"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Scored:
    """A topic id with its calibrated confidence, 0 to 1."""

    topic: str
    confidence: float


@dataclass(frozen=True, slots=True)
class DangerSign:
    """One sign of danger. `evidence` names the rule and the words that raised it, or the model's score."""

    kind: str
    evidence: str


@dataclass(frozen=True, slots=True)
class PastTurn:
    """An earlier message of the same chat. `at` is aware; `offered` are the topics offered as buttons."""

    topic: str | None
    destination: str | None
    at: datetime
    offered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """What was said before in the chat, newest last. Without `now` no turn is too old."""

    turns: tuple[PastTurn, ...] = ()
    language: str | None = None
    now: datetime | None = None


@dataclass(frozen=True, slots=True)
class Understanding:
    """The reading of one message. `ranking` is best first and holds at least five topics."""

    text: str
    language: str
    topic: str | None
    confidence: float
    ranking: tuple[Scored, ...]
    decision: Decision
    danger: tuple[DangerSign, ...]
    destination: str | None
    asks_for: str
    engine: str
    also: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """The object that the command `understand` writes, ready for `json.dumps`."""
        kinds = dict.fromkeys(sign.kind for sign in self.danger)
        return {
            "text": self.text,
            "language": self.language,
            "topic": self.topic,
            "confidence": round(self.confidence, 4),
            "ranking": [{"topic": s.topic, "confidence": round(s.confidence, 4)} for s in self.ranking],
            "decision": self.decision.value,
            "danger": list(kinds),
            "destination": self.destination,
            "asks_for": self.asks_for,
            "engine": self.engine,
        }
