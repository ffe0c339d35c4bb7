"""Measures one model on labelled messages. `measure` is for whoever has a model: commands, the console."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import content
from bot.models import load_engine, search_in
from bot.rasa_engine import engine_for
from bot.settings import ROOT, Settings
from nlu.evaluate import Judged, Labelled, Understands, evaluate, read_labels
from nlu.evaluate_figures import figures

EVALUATION = ROOT / "nlu" / "evaluation"
ALL = "all"

LabelledSets = Mapping[str, Sequence[Sequence[Labelled]]]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one model made of the messages, set by set. `modules`: the module of each topic."""

    sets: Mapping[str, Sequence[Judged]]
    modules: Mapping[str, str]

    @property
    def judged(self) -> list[Judged]:
        """Every message, in the order of the sets."""
        return [judged for group in self.sets.values() for judged in group]

    def figures(self) -> dict[str, Any]:
        """The figures of all messages under `all`, then those of each set; JSON values."""
        every = {ALL: figures(self.judged, self.modules)}
        return every | {name: figures(group, self.modules) for name, group in self.sets.items()}

    def answers(self) -> list[dict[str, Any]]:
        """One object a message, in the same order for every model, so that two models can be compared."""
        return [{"set": name, **judged.as_json()} for name, group in self.sets.items() for judged in group]


def labelled_sets(files: Sequence[Path] = ()) -> dict[str, list[list[Labelled]]]:
    """Labelled conversations by name of their file, by default ours. Raises nlu.evaluate.LabelError."""
    return {file.stem: read_labels(file) for file in files or sorted(EVALUATION.glob("*.jsonl"))}


def measure(engine: Understands, modules: Mapping[str, str], sets: LabelledSets | None = None) -> Evaluation:
    """Have `engine` understand every message of the sets (half a minute for ours).

    `modules` is `engine.model.modules`. Two models are compared by their `figures()` and `answers()`.
    """
    chosen = labelled_sets() if sets is None else sets
    return Evaluation({name: evaluate(engine, talks) for name, talks in chosen.items()}, modules)


def engine_of(settings: Settings) -> tuple[Understands, Mapping[str, str]]:
    """The engine that the settings name, with the search of the articles, and the module of each topic."""
    catalog = content.load(settings.content_dir)
    engine = load_engine(settings, search_in(lambda: catalog))
    return engine_for(settings, engine), engine.model.modules
