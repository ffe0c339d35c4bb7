"""The state of the content, for the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

import content
from content.status import Overview, TopicStatus

STYLES = {
    content.Freshness.FRESH: "green",
    content.Freshness.DUE: "yellow",
    content.Freshness.WITHHELD: "red",
}


def print_status(seen: Overview) -> None:
    """One row a topic: languages, sources, next review; then the sums, and what else is due."""
    table = Table(title=f"Content on {seen.today}", header_style="bold", box=None, pad_edge=False)
    for name in ("topic", *content.LOCALES, "sources", "next review", "state"):
        table.add_column(name, no_wrap=True, min_width=len(name))
    module = None
    for row in seen.topics:
        if row.module != module:
            table.add_row(f"[bold]{row.module}[/]")
            module = row.module
        table.add_row(
            f"  {row.topic}",
            *(_language(row, locale) for locale in content.LOCALES),
            str(row.sources) if row.sources else "[red]none[/]",
            str(row.next_review or "-"),
            _state(row),
        )
    console = Console()
    console.print(table)
    console.print("yes = there and current, old = the Indonesian text has changed since, - = not translated")
    rows = seen.topics
    for locale in content.LOCALES:
        stale = sum(locale in row.stale for row in rows)
        recorded = sum(locale in row.recorded for row in rows)
        there = sum(locale in row.locales for row in rows)
        console.print(f"{locale}: {there} of {len(rows)} topics, {stale} old, {recorded} recorded")
    tiers = ", ".join(f"{count} {tier}" for tier, count in sorted(seen.tiers.items()))
    console.print(f"sources: {tiers or 'none'}")
    console.print(f"tables: {seen.table_rows} rows; facts told as uncertain: {seen.uncertain_rows}")
    for one in seen.due:
        console.print(f"[yellow]due since {one.since}[/]: {one.name} ({one.file})", highlight=False)


def _language(row: TopicStatus, locale: str) -> str:
    if locale not in row.locales:
        return "-"
    return "[yellow]old[/]" if locale in row.stale else "yes"


def _state(row: TopicStatus) -> str:
    if row.freshness is None:
        return "[red]missing[/]"
    return f"[{STYLES[row.freshness]}]{row.freshness.value}[/]"
