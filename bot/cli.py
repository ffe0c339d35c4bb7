"""The command line. Each command imports what it needs itself, so that `--help` is instant."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from bot import logs
from bot.content_commands import app as content_app
from bot.data_commands import data_app, db_app
from bot.rasa_commands import rasa_app
from bot.settings import SettingsError, load_settings
from bot.staff_commands import staff_app
from bot.terminal import fail
from bot.terminal import settings_or_fail as _settings

app = typer.Typer(
    help="Bekal: vetted information before leaving to work abroad, on Telegram.",
    epilog="`./bekal test` sets up and runs all tests.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
nlu_app = typer.Typer(help="Training and measuring the understanding.", no_args_is_help=True)
app.add_typer(content_app, name="content")
app.add_typer(nlu_app, name="nlu")
app.add_typer(db_app, name="db")
app.add_typer(data_app, name="data")
app.add_typer(staff_app, name="staff")
app.add_typer(rasa_app, name="rasa")


@app.command()
def run() -> None:
    """Run the bot on Telegram (BEKAL_TELEGRAM_TOKEN), polling or webhook, until it is told to stop."""
    settings = _settings()
    if settings.telegram_token is None:
        fail(
            "BEKAL_TELEGRAM_TOKEN is not set: get a token from @BotFather, or try `./bekal demo` without one"
        )
    from bot.runner import run_until_signal

    raise typer.Exit(run_until_signal(settings))


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Port of the chat page; the bot takes the one after it.")] = 8480,
) -> None:
    """Try everything on this machine without a token: a local Telegram, the bot, the chat page."""
    from bot.demo import run_demo

    settings = _settings()
    raise typer.Exit(run_demo(settings, port))


@app.command()
def say(
    text: Annotated[str, typer.Argument(help="What somebody writes to the bot.")],
    why: Annotated[bool, typer.Option("--why", help="Also tell how the message was understood.")] = False,
) -> None:
    """Send one message through the whole path; the replies are printed."""
    settings = _settings()
    from bot.say import say_once

    asyncio.run(say_once(settings, text, why=why))


@app.command()
def understand() -> None:
    """Read JSON lines ({"text": ...} or {"id": ..., "turns": [...]}) and write how each is understood."""
    settings = _settings()
    from bot.batch import understand_lines

    if isinstance(sys.stdin, io.TextIOWrapper):
        # JSON is UTF-8 whatever this machine's language; a broken byte spoils its own character only.
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    if not understand_lines(settings, sys.stdin, sys.stdout):
        raise typer.Exit(1)


@nlu_app.command("train")
def nlu_train() -> None:
    """Train the model from nlu/training/ and keep it for the next start."""
    settings = _settings()
    from bot.models import live_folder, load_engine

    started = time.perf_counter()
    load_engine(settings, fresh=True)
    typer.echo(f"trained in {time.perf_counter() - started:.1f} s; kept in {live_folder(settings)}")


@nlu_app.command("test")
def nlu_test(
    examples: Annotated[
        Path | None, typer.Argument(help="Labelled JSON lines; default: nlu/evaluation/*.jsonl.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    html: Annotated[Path | None, typer.Option(help="Also write a report with all mistakes.")] = None,
    floors: Annotated[bool, typer.Option("--floors", help="Fail where a figure is under its floor.")] = False,
    misspelt: Annotated[
        bool, typer.Option("--misspelt", help="Also measure with one word in three misspelt.")
    ] = False,
) -> None:
    """Measure the understanding on labelled messages that training has never seen."""
    from bot.evaluation_commands import test

    if not test(_settings(), examples, as_json=as_json, html=html, floors=floors, misspelt=misspelt):
        raise typer.Exit(1)


@nlu_app.command("compare")
def nlu_compare(
    data: Annotated[
        Path | None, typer.Option(help="Folder of the public sets; default: shared/data beside this folder.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Also write the figures as JSON to this file.")] = None,
) -> None:
    """Measure the engines side by side, on our messages and on public sets (half an hour)."""
    settings = _settings()
    from bot.comparison import PUBLIC, compare, table
    from bot.comparison_rasa import CannotCompare
    from bot.rasa_setup import Places

    rows = []
    try:
        for row in compare(data or PUBLIC, Places.of(settings)):
            typer.echo(f"{row['set']}, {row['engine']}: accuracy {row['first']}", err=True)
            rows.append(row)
    except CannotCompare as error:
        fail(error)
    typer.echo(table(rows))
    if out is not None:
        out.write_text(json.dumps(rows, indent=1), encoding="utf-8")


@app.command()
def bench(
    name: Annotated[
        str, typer.Argument(help="all or one of: path, faults, understanding, console, replicas, store")
    ] = "all",
    out: Annotated[Path | None, typer.Option(help="Also write the figures as JSON to this file.")] = None,
    scenario: Annotated[
        list[str] | None, typer.Option(help="Of the faults: R1, R2 ... (repeat for more).")
    ] = None,
    size: Annotated[str, typer.Option(help="Of the faults: small or full.")] = "full",
    store: Annotated[
        list[str] | None, typer.Option(help="Of the faults: sqlite, postgresql (repeat for both).")
    ] = None,
) -> None:
    """Measure speed, memory and what faults do, against the simulator on this machine."""
    _settings()
    from bot.bench import UnknownBench, run_bench
    from bot.bench.faults import UnknownScenario

    try:
        figures = run_bench(name, scenarios=scenario or (), size=size, stores=store or ())
    except (UnknownBench, UnknownScenario) as error:
        fail(error)
    if out is not None:
        out.write_text(json.dumps(figures, indent=1), encoding="utf-8")


@app.command()
def doctor() -> None:
    """Check whether this installation is sound: settings, key, database, content, model, ports."""
    try:
        settings = load_settings()
    except SettingsError as error:
        fail(error)
    logs.configure("warning")
    from bot.doctor import examine

    worst = 0
    for finding in examine(settings):
        typer.echo(f"{finding.mark} {finding.name}: {finding.text}")
        worst = max(worst, finding.weight)
    raise typer.Exit(1 if worst == 2 else 0)


def run_command() -> int:
    """Run the command line -> the exit code. What a user can mend is told without a traceback."""
    try:
        app()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except Exception as error:
        if not _is_users_matter(error):
            raise
        typer.echo(f"bekal: {error}", err=True)
        return 1
    return 0


def _is_users_matter(error: Exception) -> bool:
    """Whether the message of an error says what is wrong outside of this program, and how to mend it."""
    from content import ContentError
    from nlu import TrainingError
    from storage import StorageError

    return isinstance(error, ContentError | TrainingError | StorageError | OSError)


def main() -> None:
    """Entry point of `python -m bot`."""
    code = run_command()
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    # Threads that hang in a model or still train one would keep the finished process alive.
    os._exit(code)
