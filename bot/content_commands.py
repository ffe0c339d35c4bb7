"""`content ...`: the commands of those who write. Each imports what it needs itself."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.terminal import fail, settings_or_fail, today

if TYPE_CHECKING:
    from bot.preview import Preview
    from content import Library
    from content.pages import Page

app = typer.Typer(help="The articles and contacts that staff own.", no_args_is_help=True)

TopicName = Annotated[str, typer.Argument(help="The topic, e.g. agency-check.")]
Language = Annotated[str, typer.Argument(help="en, jv or su.")]


def _folder() -> Path:
    return settings_or_fail().content_dir


@app.command()
def check() -> None:
    """Print every problem of every content file; ends with 1 if one of them is an error."""
    import content
    from bot.rendered import lengths

    folder = _folder()
    problems = content.check(folder, today())
    errors = sum(problem.is_error for problem in problems)
    if not errors:
        library, preview = _preview(folder)
        problems = sorted([*problems, *lengths(library, preview)])
    for problem in problems:
        typer.echo(str(problem) if problem.is_error else f"{problem} (warning)")
    typer.echo(f"{errors} errors, {len(problems) - errors} warnings", err=True)
    if errors:
        raise typer.Exit(1)


@app.command()
def status(
    html: Annotated[Path | None, typer.Option(help="Also write it as a page to this file.")] = None,
) -> None:
    """Show which articles are due for review, overdue, unsourced, untranslated or stale."""
    from bot.tables import print_status
    from content.draft import read
    from content.report import html as page
    from content.status import overview

    folder = _folder()
    print_status(overview(read(folder), today()))
    if html is not None:
        _write(html, page(folder, today()))
        typer.echo(f"written: {html}")


@app.command()
def new(
    topic: TopicName,
    module: Annotated[str, typer.Argument(help="The module that it belongs to, e.g. routes.")],
) -> None:
    """Start an article: a file with everything to fill in, which `check` then explains."""
    from content.writing import CannotWrite, new_article

    folder = _folder()
    try:
        changed = new_article(folder, topic, module, today())
    except CannotWrite as error:
        fail(error)
    for name in changed:
        typer.echo(f"written: {folder / name}")
    typer.echo(
        "Fill them in, then run `./bekal content check`. Until it finds no error, the old content serves."
    )
    typer.echo(
        f"So that people are understood who ask about it, add examples for '{topic}' to nlu/training/id/."
    )


@app.command()
def preview(
    topic: TopicName,
    locale: Annotated[str, typer.Option(help="id, en, jv or su.")] = "id",
    destination: Annotated[str | None, typer.Option(help="For which country, e.g. TW.")] = None,
    png: Annotated[Path | None, typer.Option(help="Write a picture to this file instead.")] = None,
) -> None:
    """Show an article as Telegram will: its messages with their buttons, to the end."""
    import content
    from bot.preview import print_bubbles
    from bot.screenshot import CannotPhotograph, photograph
    from content.countries import codes
    from content.problems import hint

    if locale not in content.LOCALES:
        fail(f"'{locale}' is no language of Bekal: use one of {', '.join(content.LOCALES)}")
    if destination is not None and destination not in codes():
        fail(f"'{destination}' is no country code: write two capital letters, e.g. TW")
    library, shown = _preview(_folder())
    known = library.catalog.topics
    if topic not in known:
        fail(f"there is no topic '{topic}'. {hint(topic, known, 'See `./bekal content status`')}")
    bubbles = shown.bubbles(topic, locale, destination)
    if png is None:
        from rich.console import Console

        print_bubbles(bubbles, Console())
        return
    try:
        asyncio.run(photograph([bubble.call for bubble in bubbles], png, language=locale))
    except (CannotPhotograph, OSError) as error:
        fail(error)
    typer.echo(f"written: {png}")


@app.command()
def translate(
    topic: TopicName,
    locale: Language,
    done: Annotated[
        bool, typer.Option("--done", help="The translation says the same again: note that.")
    ] = False,
) -> None:
    """Start a translation beside its source, or show what has changed since an old one was made."""
    from content.revisions import changes_since, with_hash
    from content.writing import CannotWrite, new_translation

    folder = _folder()
    pages = _pages(folder, topic)
    source = next((page for page in pages if page.is_source), None)
    if source is None:
        fail(f"'{topic}' has no Indonesian article that could be translated")
    page = next((page for page in pages if page.locale == locale), None)
    again = f"./bekal content translate {topic} {locale} --done"
    if page is None:
        try:
            name = new_translation(folder, source, locale)
        except CannotWrite as error:
            fail(error)
        typer.echo(f"written: {folder / name}")
        typer.echo(
            "Each line that starts with %% is the Indonesian text: write yours below it, then remove it."
        )
    elif page.is_source:
        fail(f"'{locale}' is the language to translate from: use en, jv or su")
    elif page.source_hash == source.text_hash:
        typer.echo(f"{page.file} is current: the Indonesian text has not changed since.")
    elif done:
        text = (folder / page.file).read_text(encoding="utf-8")
        _write(folder / page.file, with_hash(text, source.text_hash))
        typer.echo(f"{page.file} is noted as current.")
    else:
        changes = changes_since(folder, source.file, page.source_hash)
        if changes is None:
            typer.echo(f"git does not know the text that {page.file} was made from: compare the two files.")
        for line in changes or ():
            typer.echo(line)
        typer.echo(f"Bring {folder / page.file} up to date, then run `{again}`.")


@app.command()
def speak(
    topic: Annotated[str | None, typer.Argument(help="The topic, e.g. agency-check.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All topics without a current recording.")] = False,
    locale: Annotated[str, typer.Option(help="id or en.")] = "id",
) -> None:
    """Let a program read an article aloud: a draft, until somebody of the staff records it."""
    from content.draft import read
    from content.speech import CannotSpeak
    from content.speech import speak as record

    if (topic is None) is not every:
        fail("name one topic, or write --all")
    folder = _folder()
    pages = [page for page in read(folder).pages if page.locale == locale and topic in (None, page.topic)]
    if not pages:
        fail(f"there is no article '{topic or ''}' in the language '{locale}'")
    for page in pages:
        if every and page.recording and (not page.recording.synthetic or _is_current(page)):
            continue
        try:
            name = record(folder, page)
        except CannotSpeak as error:
            fail(error)
        typer.echo(f"written: {folder / name}")


def _is_current(page: Page) -> bool:
    return page.recording is not None and page.recording.text_hash == page.spoken_hash


def _pages(folder: Path, topic: str) -> list[Page]:
    from content.draft import read

    return [page for page in read(folder).pages if page.topic == topic]


def _preview(folder: Path) -> tuple[Library, Preview]:
    from bot.preview import Preview
    from bot.wording import load_wording
    from content import ContentError, Library

    try:
        library = Library(folder)
    except ContentError as error:
        fail(f"the content has errors, so nothing can be shown:\n{error}")
    return library, Preview(library, load_wording(), datetime.now(UTC))


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"{file} cannot be written ({error.strerror})")
