"""Figures of judged messages: how often right, how often wrong with confidence, danger found and missed."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlu.evaluate import Judged
from nlu.types import OUT_OF_SCOPE, Decision

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Messages of about the same confidence: their number, mean confidence and share right."""

    messages: int
    confidence: float
    right: float


def figures(judged: Sequence[Judged], modules: Mapping[str, str]) -> dict[str, Any]:
    """All figures as plain values; shares are 0 to 1, None where there was nothing to count.

    `modules` gives the module of a topic.
    """
    inside = [j for j in judged if not j.out_of_scope]
    outside = [j for j in judged if j.out_of_scope]
    return {
        "messages": len(judged),
        "topic": {
            "first": share(inside, lambda j: j.right),
            "among_three": share(inside, lambda j: j.in_top_three),
            "in_dialogues": share([j for j in inside if j.label.earlier], lambda j: j.right),
            "by_module": grouped(inside, lambda j: modules.get(j.label.topics[0], "?")),
            "by_language": grouped(inside, lambda j: j.label.language),
            "by_style": grouped(inside, lambda j: j.label.style),
            "by_indonesian_style": grouped(
                [j for j in inside if j.label.language == "id"], lambda j: j.label.style
            ),
        },
        "answered": share(judged, lambda j: j.answered),
        "answered_wrongly": share([j for j in judged if j.answered], lambda j: not j.right),
        "dead_ends": share(inside, lambda j: j.seen.decision is Decision.PERSON),
        "out_of_scope_answered": share(outside, lambda j: j.answered and not j.right),
        "out_of_scope_auroc": auroc([in_scope(j) for j in inside], [in_scope(j) for j in outside]),
        "out_of_scope_known": share(outside, lambda j: j.top == OUT_OF_SCOPE),
        "danger": _danger(judged),
        "destination": share(judged, lambda j: j.seen.destination == j.label.destination),
        "asks_for": share(judged, lambda j: j.seen.asks_for == j.label.asks_for),
        "language": share(judged, lambda j: j.seen.language == j.label.language),
        "calibration_error": calibration_error(reliability(inside)),
        "decisions": dict(Counter(j.seen.decision.value for j in judged)),
    }


def share(judged: Sequence[Judged], holds: Callable[[Judged], bool]) -> float | None:
    return round(sum(map(holds, judged)) / len(judged), 4) if judged else None


def grouped(
    judged: Iterable[Judged], name: Callable[[Judged], str]
) -> dict[str, dict[str, float | int | None]]:
    """Topics right at first and among three, for each group."""
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


def reliability(judged: Iterable[Judged]) -> list[Bin]:
    """What confidence was worth, in ten equal bins from 0 to 1; empty bins are left out."""
    bins: defaultdict[int, list[Judged]] = defaultdict(list)
    for j in judged:
        bins[min(int(j.seen.confidence * BINS), BINS - 1)].append(j)
    return [
        Bin(
            len(group),
            sum(j.seen.confidence for j in group) / len(group),
            sum(j.right for j in group) / len(group),
        )
        for _, group in sorted(bins.items())
    ]


def calibration_error(bins: Sequence[Bin]) -> float | None:
    """Expected calibration error: how far confidence is from the share right, on average."""
    total = sum(b.messages for b in bins)
    if not total:
        return None
    return round(sum(b.messages * abs(b.right - b.confidence) for b in bins) / total, 4)


def in_scope(judged: Judged) -> float:
    """How sure the reading is of the best topic that is ours."""
    return max((s.confidence for s in judged.seen.ranking if s.topic != OUT_OF_SCOPE), default=0.0)


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float | None:
    """How often something in scope scores above something out of scope; 0.5 is chance."""
    if not inside or not outside:
        return None
    ours, others = np.array(inside)[:, None], np.array(outside)[None, :]
    return round(float((ours > others).mean() + (ours == others).mean() / 2), 4)


def confusions(judged: Iterable[Judged]) -> list[tuple[str, str, list[Judged]]]:
    """All wrong readings by wanted and read topic, the commonest first."""
    found: defaultdict[tuple[str, str], list[Judged]] = defaultdict(list)
    for j in judged:
        if not j.right:
            found[j.label.topics[0], j.top or "nothing"].append(j)
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return [(wanted, read, group) for (wanted, read), group in ordered]


def _danger(judged: Sequence[Judged]) -> dict[str, float | int | None]:
    dangerous = [j for j in judged if j.label.danger]
    found = [j for j in dangerous if j.seen.danger]
    return {
        "messages": len(dangerous),
        "found": share(dangerous, lambda j: bool(j.seen.danger)),
        "kind_right": share(found, lambda j: bool({s.kind for s in j.seen.danger} & set(j.label.danger))),
        "false_alarms": share([j for j in judged if not j.label.danger], lambda j: bool(j.seen.danger)),
    }
