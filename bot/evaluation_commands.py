"""What `bekal nlu test` does with an evaluation: prints it, writes the report, holds the floors."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from bot import evaluation_floors, evaluation_text
from bot.evaluation import ALL, Evaluation, engine_of, labelled_sets, measure
from bot.evaluation_report import write_report
from bot.settings import Settings
from bot.terminal import fail
from nlu.evaluate import LabelError
from nlu.evaluate_misspelt import misspelt_sets


def test(
    settings: Settings,
    examples: Path | None,
    *,
    as_json: bool,
    html: Path | None,
    floors: bool,
    misspelt: bool,
) -> bool:
    """Measure and tell -> whether the floors hold (True where they were not asked for)."""
    if floors and examples is not None:
        fail("the floors belong to the messages in nlu/evaluation: leave the file away, or --floors")
    try:
        sets = labelled_sets([examples] if examples else [])
        limits = evaluation_floors.read_floors() if floors else None
    except (LabelError, evaluation_floors.FloorsError) as error:
        fail(error)
    engine, modules = engine_of(settings)
    measured = measure(engine, modules, sets)
    figures = measured.figures()
    slipped: Evaluation | None = None
    if misspelt:
        slipped = measure(engine, modules, {name: misspelt_sets(talks) for name, talks in sets.items()})
    if as_json:
        shown = figures if slipped is None else {**figures, "misspelt": slipped.figures()[ALL]}
        typer.echo(json.dumps(shown, ensure_ascii=False, indent=1))
    else:
        typer.echo("\n".join(evaluation_text.lines(figures)))
        if slipped is not None:
            typer.echo("\nwith one word in three misspelt:")
            typer.echo("\n".join(evaluation_text.changes(figures[ALL], slipped.figures()[ALL])))
    if html is not None:
        write_report(html, measured)
        typer.echo(f"bekal: all mistakes with their texts are in {html}", err=True)
    if limits is None:
        return True
    try:
        worse = evaluation_floors.broken(limits, figures)
    except evaluation_floors.FloorsError as error:
        fail(error)
    for line in worse:
        typer.echo(f"bekal: {line}", err=True)
    return not worse
