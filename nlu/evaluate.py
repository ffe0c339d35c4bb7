"""Measures an understander on labelled messages that its training has never seen.

A line is `{"text", "topics", "destination", "asks_for", "language", "danger", "style"}` or `{"id", "turns":
[...]}` with such objects, which are understood one after the other with their context. `topics` are all
acceptable, the best first.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from nlu.types import OUT_OF_SCOPE, Context, Decision, PastTurn, Understanding

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ANSWERED = frozenset({Decision.ANSWER, Decision.SERVICE})
BINS = 10
OFFERED = 3


class LabelError(Exception):
    """A line of labelled messages that cannot be used; the message names file and line."""


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


@dataclass(slots=True)
class Report:
    judged: list[Judged] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        """All figures as plain values; shares are 0 to 1, None where there was nothing to count."""
        inside = [j for j in self.judged if not j.out_of_scope]
        outside = [j for j in self.judged if j.out_of_scope]
        dangerous = [j for j in self.judged if j.label.danger]
        calm = [j for j in self.judged if not j.label.danger]
        answered = [j for j in self.judged if j.seen.decision in ANSWERED]
        return {
            "messages": len(self.judged),
            "topic": {
                "first": share(inside, lambda j: j.right),
                "among_three": share(inside, lambda j: j.in_top_three),
                "by_style": grouped(inside, lambda j: j.label.style),
                "by_language": grouped(inside, lambda j: j.label.language),
                "in_dialogues": share([j for j in inside if j.label.earlier], lambda j: j.right),
            },
            "answered_wrongly": share(answered, lambda j: not j.right),
            "dead_ends": share(inside, lambda j: j.seen.decision is Decision.PERSON),
            "out_of_scope_answered": share(outside, lambda j: j.seen.decision in ANSWERED and not j.right),
            "out_of_scope_known": share(outside, lambda j: j.top == OUT_OF_SCOPE),
            "danger": {
                "messages": len(dangerous),
                "found": share(dangerous, lambda j: bool(j.seen.danger)),
                "kind_right": share(
                    [j for j in dangerous if j.seen.danger],
                    lambda j: bool({s.kind for s in j.seen.danger} & set(j.label.danger)),
                ),
                "false_alarms": share(calm, lambda j: bool(j.seen.danger)),
            },
            "destination": share(self.judged, lambda j: j.seen.destination == j.label.destination),
            "asks_for": share(self.judged, lambda j: j.seen.asks_for == j.label.asks_for),
            "language": share(self.judged, lambda j: j.seen.language == j.label.language),
            "calibration_error": calibration_error(inside),
            "decisions": dict(Counter(j.seen.decision.value for j in self.judged)),
        }

    def confusions(self, number: int = 20) -> list[tuple[str, str, list[str]]]:
        """The commonest wrong readings: wanted topic, read topic, their texts."""
        found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for j in self.judged:
            if not j.right:
                found[j.label.topics[0], j.top or "nothing"].append(j.label.text)
        ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
        return [(wanted, read, texts) for (wanted, read), texts in ordered[:number]]

    def text(self) -> str:
        """The figures as lines for people, then the confusions without the texts."""
        lines = [f"{name}: {_shown(value)}" for name, value in _flat(self.figures())]
        lines.append("")
        lines += [f"{len(texts):3} {wanted} -> {read}" for wanted, read, texts in self.confusions()]
        return "\n".join(lines)


def read_labels(paths: Iterable[Path]) -> list[list[Labelled]]:
    """Conversations, a single message being one of one turn. Raises LabelError."""
    conversations: list[list[Labelled]] = []
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip():
                continue
            try:
                entry = json.loads(line)
                turns = entry.get("turns", [entry])
                conversations.append(_labelled(turns))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise LabelError(f"{path}:{number}: not a labelled message ({error!r})") from error
    return conversations


def evaluate(understander: Understands, conversations: Iterable[Sequence[Labelled]]) -> Report:
    """Understand every message, in conversations with the context of the turns before."""
    report = Report()
    for conversation in conversations:
        turns: tuple[PastTurn, ...] = ()
        for label in conversation:
            seen = understander.understand(label.text, Context(turns, None, NOW))
            choosing = seen.decision is Decision.CHOOSE
            offered = tuple(s.topic for s in seen.ranking[:OFFERED]) if choosing else ()
            turns = (*turns, PastTurn(seen.topic, seen.destination, NOW, offered))
            report.judged.append(Judged(label, seen))
    return report


def share(judged: Sequence[Judged], holds: Callable[[Judged], bool]) -> float | None:
    return round(sum(map(holds, judged)) / len(judged), 4) if judged else None


def grouped(
    judged: Iterable[Judged], name: Callable[[Judged], str]
) -> dict[str, dict[str, float | int | None]]:
    groups: defaultdict[str, list[Judged]] = defaultdict(list)
    for j in judged:
        groups[name(j)].append(j)
    return {
        key: {
            "messages": len(group),
            "first": share(group, lambda j: j.right),
            "among_three": share(group, lambda j: j.in_top_three),
        }
        for key, group in sorted(groups.items())
    }


def calibration_error(judged: Sequence[Judged]) -> float | None:
    """Expected calibration error over ten equal bins of confidence."""
    if not judged:
        return None
    bins: defaultdict[int, list[Judged]] = defaultdict(list)
    for j in judged:
        bins[min(int(j.seen.confidence * BINS), BINS - 1)].append(j)
    gaps = (
        len(group)
        * abs(sum(j.right for j in group) / len(group) - sum(j.seen.confidence for j in group) / len(group))
        for group in bins.values()
    )
    return round(sum(gaps) / len(judged), 4)


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


def _flat(value: dict[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    for name, inner in value.items():
        if isinstance(inner, dict):
            yield from _flat(inner, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", inner


def _shown(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
