"""How fast one chat may write: a bucket that fills by one a message and drains steadily.

Its state is a small dictionary kept with the chat; the time is passed in.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any

PER_MINUTE = 20
CALM = (
    PER_MINUTE / 2
)  # after a notice the bucket must drain to here: without the gap every third message would pass


class Verdict(Enum):
    PASS = auto()
    NOTICE = auto()
    SILENCE = auto()


@dataclass(frozen=True, slots=True)
class Pace:
    """How full the bucket is, when that was so, and whether the chat was told to slow down."""

    level: float = 0.0
    at: datetime | None = None
    told: bool = False

    def next(self, now: datetime) -> tuple["Pace", Verdict]:
        """The pace after one more message at `now`, and what to do with that message."""
        elapsed = max((now - self.at).total_seconds(), 0.0) if self.at else 0.0
        drained = max(self.level - elapsed * PER_MINUTE / 60, 0.0)
        # The level is capped, so that a long flood is forgiven as soon as a short one.
        level = min(drained + 1, PER_MINUTE + 1.0)
        if self.told and drained > CALM:
            return Pace(level, now, True), Verdict.SILENCE
        if level > PER_MINUTE:
            return Pace(level, now, True), Verdict.NOTICE
        return Pace(level, now, False), Verdict.PASS

    def as_json(self) -> dict[str, Any]:
        return {
            "level": round(self.level, 2),
            "at": self.at.timestamp() if self.at else None,
            "told": self.told,
        }
