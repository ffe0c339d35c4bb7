"""Tables for the terminal."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

import content

STYLES = {
    content.Freshness.FRESH: "green",
    content.Freshness.DUE: "yellow",
    content.Freshness.WITHHELD: "red",
}


def print_status(folder: Path, today: date) -> None:
    """One row a topic: languages, sources, next review, what is stale; then the sums."""
    rows = content.status(folder, today)
    table = Table(title="Content", header_style="bold")
    for name in ("module", "topic", "languages", "sources", "next review", "state", "stale"):
        table.add_column(name)
    for row in rows:
        state = row.freshness.value if row.freshness else "missing"
        style = STYLES[row.freshness] if row.freshness else "red"
        table.add_row(
            row.module,
            row.topic,
            " ".join(row.locales) or "-",
            str(row.sources),
            str(row.next_review or "-"),
            f"[{style}]{state}[/]",
            " ".join(row.stale) or "-",
        )
    console = Console()
    console.print(table)
    for locale in content.LOCALES:
        console.print(f"{locale}: {sum(locale in row.locales for row in rows)} of {len(rows)} topics")
