"""Reads labelled messages that training has never seen, and has an understander read them.

A line is `{"text", "topics", "destination", "asks_for", "language", "danger", "style"}` or `{"id", "turns":
[...]}` with such objects, which are understood one after the other with their context. `topics` are all
acceptable, the best first.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from nlu.types import OUT_OF_SCOPE, Context, Decision, PastTurn, Understanding

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ANSWERED = frozenset({Decision.ANSWER, Decision.SERVICE})
OFFERED = 3


class LabelError(Exception):
    """Labelled messages that cannot be used; the message names file and line."""


class Understands(Protocol):
    def understand(self, text: str, context: Context) -> Understanding: ...


@dataclass(frozen=True, slots=True)
class Labelled:
    """One message with what a careful officer would read from it. `earlier` are the turns before it."""

    text: str
    topics: tuple[str, ...]
    destination: str | None
    asks_for: str
    language: str
    danger: tuple[str, ...]
    style: str
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled message with its reading."""

    label: Labelled
    seen: Understanding

    @property
    def top(self) -> str | None:
        return self.seen.ranking[0].topic if self.seen.ranking else None

    @property
    def right(self) -> bool:
        return self.top in self.label.topics

    @property
    def in_top_three(self) -> bool:
        return bool({s.topic for s in self.seen.ranking[:3]} & set(self.label.topics))

    @property
    def out_of_scope(self) -> bool:
        return OUT_OF_SCOPE in self.label.topics

    @property
    def answered(self) -> bool:
        """Whether an answer was given outright, without asking back."""
        return self.seen.decision in ANSWERED

    def as_json(self) -> dict[str, Any]:
        """The message with what was wanted and what was read, ready for `json.dumps`."""
        return {
            **self.seen.as_json(),
            "earlier": list(self.label.earlier),
            "wanted": list(self.label.topics),
            "read": self.top,
            "right": self.right,
            "danger_wanted": list(self.label.danger),
            "destination_wanted": self.label.destination,
        }


def read_labels(path: Path) -> list[list[Labelled]]:
    """Conversations, a single message being one of one turn. Raises LabelError."""
    conversations: list[list[Labelled]] = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise LabelError(f"{path}: cannot be read as UTF-8 text ({error})") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            conversations.append(_labelled(entry.get("turns", [entry])))
        except KeyError as error:
            raise LabelError(f"{path}:{number}: the key {error} is missing") from error
        except (ValueError, TypeError, AttributeError) as error:
            raise LabelError(f"{path}:{number}: not a labelled message ({error})") from error
    return conversations


def evaluate(understander: Understands, conversations: Iterable[Sequence[Labelled]]) -> list[Judged]:
    """Understand every message, in conversations with the context of the turns before."""
    judged: list[Judged] = []
    for conversation in conversations:
        turns: tuple[PastTurn, ...] = ()
        for label in conversation:
            seen = understander.understand(label.text, Context(turns, None, NOW))
            choosing = seen.decision is Decision.CHOOSE
            offered = tuple(s.topic for s in seen.ranking[:OFFERED]) if choosing else ()
            turns = (*turns, PastTurn(seen.topic, seen.destination, NOW, offered))
            judged.append(Judged(label, seen))
    return judged


def _labelled(turns: Sequence[dict[str, Any]]) -> list[Labelled]:
    labelled: list[Labelled] = []
    for turn in turns:
        labelled.append(
            Labelled(
                text=turn["text"],
                topics=tuple(turn["topics"]),
                destination=turn["destination"],
                asks_for=turn["asks_for"],
                language=turn["language"],
                danger=tuple(turn["danger"]),
                style=turn["style"],
                earlier=tuple(before.text for before in labelled),
            )
        )
    return labelled
