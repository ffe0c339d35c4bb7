"""`nlu test`: the understanding, measured on labelled messages that training has never seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import content
from bot.models import load_engine, search_in
from bot.settings import ROOT, Settings
from nlu import evaluate as measuring

EVALUATION = ROOT / "nlu" / "evaluation"


def evaluate(settings: Settings, examples: Path | None) -> tuple[str, dict[str, Any]]:
    """Measure on one file of labelled lines, or on all of ours -> (report as text, figures)."""
    catalog = content.load(settings.content_dir)
    engine = load_engine(settings, search_in(lambda: catalog))
    files = [examples] if examples else sorted(EVALUATION.glob("*.jsonl"))
    whole = measuring.evaluate(engine, measuring.read_labels(files))
    figures: dict[str, Any] = {"all": whole.figures()}
    parts = ["== all", whole.text()]
    for file in files if len(files) > 1 else []:
        report = measuring.evaluate(engine, measuring.read_labels([file]))
        figures[file.stem] = report.figures()
        parts += ["", f"== {file.name}", report.text()]
    return "\n".join(parts), figures
