"""The state of the content as one page that opens anywhere: no script, no picture, no link outside."""

from collections.abc import Iterable, Sequence
from datetime import date
from html import escape
from pathlib import Path

from content import checks
from content.draft import read
from content.freshness import Freshness
from content.model import LOCALES
from content.problems import Problem
from content.status import Overview, TopicStatus, overview

STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; padding-bottom: .4rem; }
th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid #8884; vertical-align: top; }
.sums { display: flex; flex-wrap: wrap; gap: .6rem; padding: 0; }
.sums li { list-style: none; border: 1px solid #8886; border-radius: .5rem; padding: .5rem .9rem; }
.sums b { font-size: 1.3rem; display: block; }
.bad { color: light-dark(#a3000f, #ff8f8f); font-weight: 600; }
.soon { color: light-dark(#7a4b00, #ffc36b); font-weight: 600; }
.scroll { overflow-x: auto; } .topics td { white-space: nowrap; }
"""


def html(folder: Path, today: date) -> str:
    """The page, as text."""
    draft = read(folder)
    seen, problems = overview(draft, today), checks.problems(draft, today)
    errors = [problem for problem in problems if problem.is_error]
    warnings = [problem for problem in problems if not problem.is_error]
    body = "".join(
        [
            f"<h1>Bekal: the content on {today}</h1>",
            _sums(seen, len(errors), len(warnings)),
            _topics(seen.topics),
            _list(
                "Contacts and table rows that are due",
                [_due(one.file, one.name, one.since) for one in seen.due],
            ),
            _list("Errors: nothing new is served before they are mended", map(_problem, errors)),
            _list("Warnings", map(_problem, warnings)),
        ]
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Bekal content {today}</title><style>{STYLE}</style></head><body>{body}</body></html>\n"
    )


def _sums(seen: Overview, errors: int, warnings: int) -> str:
    rows = seen.topics
    figures = [(f"{sum(locale in row.locales for row in rows)}/{len(rows)}", locale) for locale in LOCALES]
    figures += [
        (str(sum(row.freshness is Freshness.DUE for row in rows)), "due"),
        (str(sum(row.freshness is Freshness.WITHHELD for row in rows)), "withheld"),
        (str(sum(len(row.stale) for row in rows)), "stale translations"),
        (str(len(seen.due)), "contacts and rows due"),
        (str(errors), "errors"),
        (str(warnings), "warnings"),
        (f"{seen.uncertain_rows} of {seen.table_rows}", "table facts told as uncertain"),
    ]
    figures += [(str(count), f"sources: {escape(tier)}") for tier, count in sorted(seen.tiers.items())]
    items = "".join(f"<li><b>{figure}</b>{name}</li>" for figure, name in figures)
    return f'<ul class="sums">{items}</ul>'


def _topics(rows: Sequence[TopicStatus]) -> str:
    head = ["Module", "Topic", *LOCALES, "Sources", "Reviewed", "Next review", "State", "Recorded"]
    lines = [
        [
            row.module,
            row.topic,
            *(_language(row, locale) for locale in LOCALES),
            str(row.sources) if row.sources else '<span class="bad">0</span>',
            str(row.reviewed_on or ""),
            str(row.next_review or ""),
            _state(row),
            " ".join(row.recorded),
        ]
        for row in rows
    ]
    return (
        "<h2>Topics</h2><p>* no native speaker has read it yet; "
        "stale: the Indonesian text has changed since.</p>"
        '<div class="scroll"><table class="topics"><thead>'
        + _line("th", head)
        + "</thead><tbody>"
        + "".join(_line("td", line) for line in lines)
        + "</tbody></table></div>"
    )


def _language(row: TopicStatus, locale: str) -> str:
    if locale not in row.locales:
        return "–"
    if locale in row.stale:
        return '<span class="soon">stale</span>'
    return "yes *" if locale in row.not_native_reviewed else "yes"


def _state(row: TopicStatus) -> str:
    match row.freshness:
        case Freshness.FRESH:
            return "fresh"
        case Freshness.DUE:
            return '<span class="soon">due</span>'
        case Freshness.WITHHELD:
            return '<span class="bad">withheld</span>'
        case None:
            return '<span class="bad">missing</span>'


def _line(tag: str, cells: Iterable[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in cells) + "</tr>"


def _list(title: str, items: Iterable[str]) -> str:
    listed = "".join(f"<li>{item}</li>" for item in items)
    return f"<h2>{title}</h2>" + (f"<ul>{listed}</ul>" if listed else "<p>None.</p>")


def _due(file: str, name: str, since: date) -> str:
    return f"{escape(name)} ({escape(file)}), since {since}"


def _problem(problem: Problem) -> str:
    return escape(str(problem))
