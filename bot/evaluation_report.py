"""The evaluation as one HTML page: figures, reliability picture, every mistake with its text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot import evaluation_text
from bot.evaluation import Evaluation
from nlu.evaluate import Judged
from nlu.evaluate_figures import BINS, Bin, confusions, reliability

TEMPLATE = "evaluation.html"


def write_report(path: Path, measured: Evaluation) -> None:
    """Write the page. Raises OSError where it cannot be written."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = evaluation_text.percent
    figures = measured.figures()
    judged = measured.judged
    page = environment.get_template(TEMPLATE).render(
        messages=len(judged),
        tables=evaluation_text.tables(figures),
        summary=list(evaluation_text.summary(figures)),
        picture=picture(reliability(j for j in judged if not j.out_of_scope)),
        lists=_lists(judged),
        confusions=confusions(judged),
    )
    path.write_text(page, encoding="utf-8")


def picture(bins: Sequence[Bin]) -> list[dict[str, float | int | str]]:
    """Bars of the reliability picture on a field of 100 by 100: where, how high, and what to say of them."""
    return [
        {
            "x": int(min(b.confidence, 0.999) * BINS) * 100 / BINS,
            "width": 100 / BINS,
            "height": round(100 * b.right, 2),
            "mark": round(100 * b.confidence, 2),
            "title": f"{b.messages} messages: confidence {b.confidence:.2f}, right {b.right:.2f}",
        }
        for b in bins
    ]


def _lists(judged: Sequence[Judged]) -> dict[str, list[Judged]]:
    """The mistakes that cost most, each kind with its messages."""
    return {
        "Danger not found": [j for j in judged if j.label.danger and not j.seen.danger],
        "False alarms": [j for j in judged if j.seen.danger and not j.label.danger],
        "Wrong with confidence": [j for j in judged if j.answered and not j.right],
        "Destination wrong": [j for j in judged if j.seen.destination != j.label.destination],
    }
