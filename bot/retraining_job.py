"""Trains and measures one version of the model, in a process of its own: the bot keeps its processor.

The job comes as JSON on stdin; how far it is goes out as JSON lines, the result into the version's folder.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import content
import nlu
from bot.evaluation import Evaluation, labelled_sets, measure
from bot.model_versions import REVIEW, write_whole
from bot.models import search_in

REPORT = "report.json"
MOST_CHANGES = 300
NICE = 10
LESS_IS_BETTER = ("answered_wrongly", "dead_ends", "out_of_scope_answered", "false_alarms")

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Job:
    """Paths as text. `old` and `new` are the folders of the two versions, `labels` files to measure on."""

    training: str
    content: str
    old: str
    new: str
    labels: tuple[str, ...]
    encoder: bool
    name: str
    trained_at: str
    examples: int

    def as_json(self) -> str:
        return json.dumps(asdict(self))


def work(job: Job, tell: Tell) -> None:
    """Train `new`, measure both, and write the report. Raises TrainingError, LabelError, ContentError."""
    tell("training", 0, 0)
    catalog = content.load(Path(job.content))
    started = time.monotonic()
    new = _engine(job, job.new, lambda: catalog)
    seconds = time.monotonic() - started
    sets = labelled_sets([Path(label) for label in job.labels])
    total = 2 * len(sets)
    tell("measuring", 0, total)
    measured: list[Evaluation] = []
    for engine in (_engine(job, job.old, lambda: catalog), new):
        done: dict[str, Any] = {}
        for name, talks in sets.items():
            done |= measure(engine, engine.model.modules, {name: talks}).sets
            tell("measuring", len(measured) * len(sets) + len(done), total)
        measured.append(Evaluation(done, engine.model.modules))
    report = {
        "trained_at": job.trained_at,
        "examples": job.examples,
        "seconds": round(seconds, 1),
        **compared(*measured),
    }
    write_whole(Path(job.new) / REPORT, json.dumps(report, ensure_ascii=False))


def compared(old: Evaluation, new: Evaluation) -> dict[str, Any]:
    """Figures of both as (name, old, new, whether less is better), and the answers that changed."""
    before, after = dict(_figures(old.figures()["all"])), dict(_figures(new.figures()["all"]))
    changed = list(_changed(old.answers(), new.answers()))
    verdicts = [each["verdict"] for each in changed]
    changed.sort(key=lambda each: ("worse", "better", "other").index(each["verdict"]))
    return {
        "figures": [
            [name, before.get(name), after[name], name in LESS_IS_BETTER]
            for name in after
            if after[name] is not None
        ],
        "changed": changed[:MOST_CHANGES],
        "counts": {verdict: verdicts.count(verdict) for verdict in ("better", "worse", "other")},
    }


def _figures(every: Mapping[str, Any]) -> Iterator[tuple[str, float | None]]:
    topic, danger = every["topic"], every["danger"]
    yield "danger_found", danger["found"]
    yield "false_alarms", danger["false_alarms"]
    for name in ("first", "among_three", "in_dialogues"):
        yield name, topic[name]
    for name in ("answered_wrongly", "dead_ends", "out_of_scope_answered", "destination"):
        yield name, every[name]
    for language in ("id", "jv", "su", "en"):
        if language in topic["by_language"]:
            yield language, topic["by_language"][language]["first"]


def _changed(old: Sequence[dict[str, Any]], new: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for before, after in zip(old, new, strict=True):
        was, now = _read(before), _read(after)
        if was == now:
            continue
        gained = _good(after) - _good(before)
        yield {
            "text": after["text"],
            "earlier": after["earlier"],
            "wanted": after["wanted"],
            "old": was,
            "new": now,
            "verdict": "better" if gained > 0 else "worse" if gained < 0 else "other",
        }


def _read(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {"topic": answer["read"], "decision": answer["decision"], "danger": sorted(answer["danger"])}


def _good(answer: Mapping[str, Any]) -> int:
    """A sign of danger that is seen or missed weighs more than the topic."""
    seen = bool(answer["danger"]) == bool(answer["danger_wanted"])
    return 2 * seen + bool(answer["right"])


def _engine(job: Job, folder: str, catalog: Callable[[], content.Catalog]) -> nlu.Understander:
    review = Path(folder) / REVIEW
    more = [review] if review.is_dir() else []
    return nlu.load(
        Path(job.training), Path(folder), *more, search=search_in(catalog), use_encoder=job.encoder
    )


def main() -> None:
    """Entry point of `python -m bot.retraining_job`."""
    os.nice(NICE)
    job = Job(**json.loads(sys.stdin.read()))
    try:
        work(job, lambda *step: print(json.dumps(step), flush=True))
    except Exception as error:
        # Its type only: a message may quote what somebody wrote.
        print(json.dumps(("failed", type(error).__name__, 0)), flush=True)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
