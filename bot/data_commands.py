"""`bekal db ...` and `bekal data ...`. Each command imports what it needs itself."""

from __future__ import annotations

import asyncio
import csv
import sys
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot.terminal import fail, settings_or_fail

if TYPE_CHECKING:
    from bot.personal_data import Wanted

db_app = typer.Typer(help="The database.", no_args_is_help=True)
data_app = typer.Typer(help="What is held about people: hand over, erase, end, seal.", no_args_is_help=True)

T = TypeVar("T")
Case = Annotated[int | None, typer.Option("--case", help="The person whom this case is about.")]
Pseudonym = Annotated[str | None, typer.Option("--pseudonym", help="The name staff see, e.g. Melati-4821.")]
Chat = Annotated[int | None, typer.Option("--chat", help="The person's id on Telegram.")]


@db_app.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to this release's form, or make a new one with its key."""
    settings = settings_or_fail()
    from bot.store import upgrade

    typer.echo(upgrade(settings))


@db_app.command("check")
def db_check() -> None:
    """Say whether the database has this release's form, is sound, and opens with the key."""
    settings = settings_or_fail()
    from bot.store import check

    problems = check(settings)
    for problem in problems:
        typer.echo(problem)
    if problems:
        raise typer.Exit(1)
    typer.echo("the database is sound")


@db_app.command("backup")
def db_backup(file: Annotated[Path, typer.Argument(help="A new file.")]) -> None:
    """Write the whole database, as it is at one moment, into a new file; the bot may run."""
    settings = settings_or_fail()
    from bot.store import back_up

    size = back_up(settings, file)
    typer.echo(
        f"wrote {file}, {size / 1e6:.1f} MB. The key is not in it, and nothing in it can be read without:"
    )
    typer.echo(f"keep a copy of {settings.key_path} in another place than this backup.")


@db_app.command("restore")
def db_restore(
    file: Annotated[Path, typer.Argument(help="A backup that `db backup` made.")],
    replace: Annotated[bool, typer.Option("--replace", help="Give up the database that there is.")] = False,
) -> None:
    """Put a backup back; it is checked first, and so is the key. The bot must be stopped."""
    settings = settings_or_fail()
    from bot.single import CannotStart
    from bot.store import restore

    try:
        restore(settings, file, replace=replace)
    except CannotStart as error:
        fail(error)
    typer.echo("the database is as it was when the backup was made, in this release's form")
    typer.echo("Who asked to be erased since then is back: look into your notes and erase them again.")


@db_app.command("copy")
def db_copy(
    to: Annotated[str, typer.Option("--to", help="postgresql://user@host/name, an empty database.")],
) -> None:
    """Copy the SQLite database to PostgreSQL; stop the bot first. Cut off, it goes on when called again."""
    settings = settings_or_fail()
    from bot.single import CannotStart
    from bot.store import move

    def tell(table: str, rows: int) -> None:
        if sys.stderr.isatty():
            typer.echo(f"\r{table}: {rows}    ", nl=False, err=True)

    try:
        copied = move(settings, to, tell)
    except CannotStart as error:
        fail(error)
    for table, rows in copied.items():
        typer.echo(f"{rows:>10}  {table}")
    typer.echo(
        "every row is there and equal. Now set BEKAL_DATABASE_URL to that address; the key stays the same."
    )


@data_app.command("export")
def data_export(
    out: Annotated[Path, typer.Argument(help="A new file for the JSON; a page to read is put beside it.")],
    case: Case = None,
    pseudonym: Pseudonym = None,
    chat: Chat = None,
) -> None:
    """Write everything that is held about one person."""
    settings = settings_or_fail()
    from bot import personal_data

    person = _run(personal_data.find(settings, _wanted(case, pseudonym, chat)))
    for file in _run(personal_data.export(settings, person, out, datetime.now(UTC))):
        typer.echo(f"wrote {file}")
    typer.echo("These files can be read by anybody who gets them. Hand them over and delete them.")


@data_app.command("erase")
def data_erase(
    case: Case = None,
    pseudonym: Pseudonym = None,
    chat: Chat = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove one person from everywhere, and look through all tables that nothing is left."""
    settings = settings_or_fail()
    from bot import personal_data

    person = _run(personal_data.find(settings, _wanted(case, pseudonym, chat)))
    name = person.pseudonym or "this person"
    typer.echo(f"{name}: " + ", ".join(f"{len(rows)} {table}" for table, rows in person.rows.items() if rows))
    if not yes:
        word = person.pseudonym or "erase"
        if typer.prompt(f"This cannot be undone. Type {word} to erase") != word:
            fail("nothing was erased")
    left = _run(personal_data.erase(settings, person, datetime.now(UTC)))
    if left:
        fail(f"something is left in {', '.join(left)}: run the command again, and tell the developers")
    typer.echo(f"{name} is erased: every row of every table was looked at, and nothing is left.")
    typer.echo("Backups made before still hold this person; `./bekal data retention` names those to delete.")


@data_app.command("rekey")
def data_rekey(
    drop_old: Annotated[
        bool, typer.Option("--drop-old", help="Drop the old key, once nothing is sealed with it.")
    ] = False,
) -> None:
    """Change the key and seal everything anew, while the bot runs; cut off, it goes on when called again."""
    settings = settings_or_fail()
    from bot import rekey

    _run(rekey.drop(settings, typer.echo) if drop_old else rekey.rekey(settings, typer.echo))


@data_app.command("retention")
def data_retention(
    backups: Annotated[Path, typer.Option(help="The folder where backups are kept.")] = Path("backups"),
) -> None:
    """Show what ends now by itself and ended lately, and which backups are too old. Changes nothing."""
    settings = settings_or_fail()
    from bot import personal_data

    endings, old = _run(personal_data.retention(settings, backups, datetime.now(UTC)))
    typer.echo(f"{'kind':<14}{'kept for':>10}{'due now':>10}{'ended in 30 days':>18}")
    for each in endings:
        days, hours = each.term.days, each.term.seconds // 3600
        term = f"{days} days" if not hours else f"{24 * days + hours} hours"
        typer.echo(f"{each.kind:<14}{term:>10}{each.due:>10}{each.ended:>18}")
    if not backups.is_dir():
        typer.echo(f"backups: there is no folder {backups}; name yours with --backups")
        return
    typer.echo(
        f"backups older than {personal_data.BACKUP_TERM.days} days in {backups}, to be deleted: {len(old)}"
    )
    for file in old:
        typer.echo(f"  {file}")


@data_app.command("affected")
def data_affected(
    start: Annotated[str, typer.Option("--from", help="2026-11-24T08:00+07:00; UTC where no zone is given.")],
    end: Annotated[str, typer.Option("--to", help="The first moment that is outside.")],
    everybody: Annotated[
        bool, typer.Option("--all", help="Everybody whose data was there: the database itself was taken.")
    ] = False,
) -> None:
    """List who was affected between two times, as CSV with pseudonyms: for the notice about a breach."""
    settings = settings_or_fail()
    from bot import personal_data

    first, last = _moment(start), _moment(end)
    if first >= last:
        fail("--from must lie before --to")
    people, strangers = _run(personal_data.who_was_affected(settings, first, last, everybody=everybody))
    table = csv.writer(sys.stdout)
    table.writerow(["pseudonym", "received", "turns", "case_steps", "sent"])
    for each in people:
        table.writerow([each.pseudonym, each.received, each.turns, each.case_steps, each.sent])
    typer.echo(f"{len(people)} people, and {strangers} more whose first message still waits", err=True)
    typer.echo("The notice: docs/privacy/breach-notice.md, within 3 x 24 hours.", err=True)


def _wanted(case: int | None, pseudonym: str | None, chat: int | None) -> Wanted:
    from bot.personal_data import Wanted

    if sum(each is not None for each in (case, pseudonym, chat)) != 1:
        fail("say whom: exactly one of --case, --pseudonym and --chat")
    return Wanted(case=case, pseudonym=pseudonym, chat=chat)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        fail(f"{text!r} is no time: write it as 2026-11-24 or 2026-11-24T08:00+07:00")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _run(work: Coroutine[None, None, T]) -> T:
    from bot.personal_data import DataProblem

    try:
        return asyncio.run(work)
    except DataProblem as error:
        fail(error)
