"""What is checked about the tables once they are read."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import date

from content import glossary, readability, wording
from content.draft import CONTACTS, Draft
from content.freshness import Freshness
from content.markdown import Block
from content.model import SOURCE_LOCALE
from content.problems import Problem, Severity, hint
from content.table_model import Agency, Destination, Evidence, Office, Row
from content.table_reader import Placed

TEXT_LIMIT = 300
CHECK_REMEDY = "Check it against its sources, then set reviewed_on"


def ids_are_single(draft: Draft) -> Iterator[Problem]:
    seen: dict[tuple[str, str], int] = {}
    for placed in draft.rows:
        for key, value in _names(placed.row):
            if value and (first := seen.get((placed.file, f"{key} {value}"))):
                what = f"{key} '{value}' stands here twice (line {first})"
                yield Problem(placed.file, placed.line_of(key), what, "Remove one of the two, or rename it")
            seen.setdefault((placed.file, f"{key} {value}"), placed.line)


def _names(row: Row) -> Iterator[tuple[str, str]]:
    yield "id", row.id
    if isinstance(row, Destination):
        yield "code", row.code


def contacts_exist(draft: Draft) -> Iterator[Problem]:
    known = [placed.contact.id for placed in draft.contacts]
    if not known:
        return  # contacts.yml could not be read: that is told once
    for placed in draft.rows:
        row = placed.row
        if isinstance(row, Destination):
            key, named = "hotlines", row.hotlines
        elif isinstance(row, Office):
            key, named = "contact", (row.contact,)
        else:
            continue
        for name in named:
            if name and name not in known:
                remedy = hint(name, known, f"Use an id of {CONTACTS}")
                yield Problem(
                    placed.file, placed.line_of(key), f"'{key}' names an unknown contact: '{name}'", remedy
                )


def texts_are_safe(draft: Draft) -> Iterator[Problem]:
    for placed in draft.rows:
        for key, _, text in texts_of(placed.row):
            for what, remedy in wording.faults(text, draft.hosts):
                yield Problem(placed.file, placed.line_of(key), what, remedy)
            if len(text) > TEXT_LIMIT:
                what = f"'{key}' has {len(text)} characters, {TEXT_LIMIT} are allowed"
                yield Problem(placed.file, placed.line_of(key), what, "Shorten it, or make two rows of it")


def rows_are_reviewed(draft: Draft, today: date) -> Iterator[Problem]:
    for placed in draft.rows:
        evidence, line = placed.row.evidence, placed.line_of("reviewed_on")
        if evidence.reviewed_on > today:
            what = f"'reviewed_on' lies in the future: {evidence.reviewed_on}"
            yield Problem(placed.file, line, what, "Write the day of the last review")
        elif evidence.reviewed_on != date.min and evidence.freshness(today) is not Freshness.FRESH:
            what = f"Row '{placed.row.id}' is due for review since {evidence.next_review}"
            yield Problem(placed.file, line, what, CHECK_REMEDY, Severity.WARNING)


def wages_have_not_ended(draft: Draft, today: date) -> Iterator[Problem]:
    for placed in draft.rows:
        if not isinstance(placed.row, Destination):
            continue
        for wage in placed.row.wages:
            # "2026-12" ends with that month: a shorter date is no longer over than a longer one.
            if wage.valid_until and today.isoformat()[: len(wage.valid_until)] > wage.valid_until:
                job = wage.job.get(SOURCE_LOCALE, "")
                what = f"The wage '{job}' ended with {wage.valid_until}"
                remedy = "Look for the new one; until then, remove it or set a note"
                yield Problem(placed.file, placed.line_of("wages"), what, remedy, Severity.WARNING)


def texts_are_readable(draft: Draft, today: date) -> Iterator[Problem]:
    for placed in draft.rows:
        for key, locale, text in texts_of(placed.row):
            if locale == SOURCE_LOCALE:
                for _, what, remedy in readability.too_long([Block(1, text)]):
                    yield Problem(placed.file, placed.line_of(key), what, remedy, Severity.WARNING)


def words_are_called_the_same(draft: Draft, today: date) -> Iterator[Problem]:
    for placed in draft.rows:
        by_language: dict[str, list[str]] = {}
        for _, locale, text in texts_of(placed.row):
            by_language.setdefault(locale, []).append(text)
        asked = glossary.in_source(draft.glossary, "\n".join(by_language.pop(SOURCE_LOCALE, ())))
        for locale, texts in by_language.items():
            for term in glossary.missing(asked, "\n".join(texts), locale):
                yield Problem(placed.file, placed.line, *glossary.called(term, locale), Severity.WARNING)


def texts_of(row: Row) -> Iterator[tuple[str, str, str]]:
    """The field, the language and the words of everything in a row that people may read."""
    for field in fields(row):
        value = getattr(row, field.name)
        if isinstance(value, Evidence):
            yield from (("note", locale, text) for locale, text in value.note.items())
        elif field.name == "wages":
            for wage in value:
                yield from (("wages", locale, text) for locale, text in wage.job.items())
                yield from (("wages", locale, text) for locale, text in wage.evidence.note.items())
        elif hasattr(value, "items"):
            yield from ((field.name, locale, text) for locale, text in value.items())
    if isinstance(row, Agency):
        yield "name", SOURCE_LOCALE, row.name


def uncertain(rows: tuple[Placed[Row], ...]) -> int:
    """How many rows, and wages in them, are told only with a note."""
    wages = [wage for one in rows if isinstance(one.row, Destination) for wage in one.row.wages]
    return sum(not part.evidence.certain for part in [*(one.row for one in rows), *wages])
