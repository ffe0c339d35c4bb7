"""What a conversation remembers from one turn to the next, kept as small JSON with the chat.

It holds ids and times, never a word that somebody wrote. Whatever is older than 30 minutes is forgotten.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from handlers.rate_limit import Pace
from nlu import PastTurn

KEPT_FOR = timedelta(minutes=30)
KEPT_TURNS = 3
FRESH = Pace()


@dataclass(frozen=True, slots=True)
class Place:
    """Where reading an article stopped: `section` is the next one to show."""

    topic: str
    section: int
    destination: str | None


@dataclass(frozen=True, slots=True)
class Memory:
    """`asked` is the question that a bare yes or no answers, `later` what to offer after "none of these"."""

    pace: Pace = FRESH
    hinted_at: datetime | None = None
    at: datetime | None = None
    turns: tuple[PastTurn, ...] = ()
    locale: str | None = None
    destination: str | None = None
    asked: str | None = None
    later: tuple[str, ...] = ()
    place: Place | None = None
    message_id: int | None = None
    alerted_at: datetime | None = None
    apologised_at: datetime | None = None  # for an outage; covers what was written before
    said: tuple[str, float] | None = None  # the last reply to what cannot be answered, and when
    again: tuple[str, int] | None = None  # what is asked, and how often it was in a row
    ban_told: datetime | None = None
    private: tuple[int, ...] = ()  # numbers of the messages that asked for something sensitive
    held_told: datetime | None = None  # the conversation with staff in which the bot said that it is silent

    @classmethod
    def read(cls, stored: dict[str, Any], now: datetime) -> Self:
        """The memory of a chat as it is at `now`. What cannot be read is forgotten, as if it were too old."""
        try:
            memory = cls._from_json(stored)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError, OSError):
            return cls()
        if memory.at is not None and now - memory.at <= KEPT_FOR:
            return memory
        return cls(
            pace=memory.pace,
            hinted_at=memory.hinted_at,
            apologised_at=memory.apologised_at,
            ban_told=memory.ban_told,
            private=memory.private,
            held_told=memory.held_told,
        )

    def after(self, turn: PastTurn) -> "Memory":
        """With one more turn; a known country stays known until another is named."""
        turns = (*self.turns, turn)[-KEPT_TURNS:]
        return replace(self, turns=turns, destination=turn.destination or self.destination)

    def as_json(self) -> dict[str, Any]:
        return {
            "pace": self.pace.as_json(),
            "hinted_at": _seconds(self.hinted_at),
            "at": _seconds(self.at),
            "turns": [
                {
                    "topic": t.topic,
                    "destination": t.destination,
                    "at": _seconds(t.at),
                    "offered": list(t.offered),
                }
                for t in self.turns
            ],
            "locale": self.locale,
            "destination": self.destination,
            "asked": self.asked,
            "later": list(self.later),
            "place": [self.place.topic, self.place.section, self.place.destination] if self.place else None,
            "message_id": self.message_id,
            "alerted_at": _seconds(self.alerted_at),
            "apologised_at": _seconds(self.apologised_at),
            "said": list(self.said) if self.said else None,
            "again": list(self.again) if self.again else None,
            "ban_told": _seconds(self.ban_told),
            "private": list(self.private),
            "held_told": _seconds(self.held_told),
        }

    @classmethod
    def _from_json(cls, stored: dict[str, Any]) -> Self:
        pace = stored.get("pace") or {}
        place = stored.get("place")
        return cls(
            pace=Pace(float(pace.get("level", 0)), _moment(pace.get("at")), bool(pace.get("told"))),
            hinted_at=_moment(stored.get("hinted_at")),
            at=_moment(stored.get("at")),
            turns=tuple(
                PastTurn(t["topic"], t["destination"], _when(t["at"]), tuple(t["offered"]))
                for t in stored.get("turns", [])
            ),
            locale=stored.get("locale"),
            destination=stored.get("destination"),
            asked=stored.get("asked"),
            later=tuple(stored.get("later", [])),
            place=Place(place[0], int(place[1]), place[2]) if place else None,
            message_id=stored.get("message_id"),
            alerted_at=_moment(stored.get("alerted_at")),
            apologised_at=_moment(stored.get("apologised_at")),
            said=(str(said[0]), float(said[1])) if (said := stored.get("said")) else None,
            again=(str(again[0]), int(again[1])) if (again := stored.get("again")) else None,
            ban_told=_moment(stored.get("ban_told")),
            private=tuple(int(number) for number in stored.get("private", [])),
            held_told=_moment(stored.get("held_told")),
        )


def _seconds(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else _when(seconds)


def _when(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
