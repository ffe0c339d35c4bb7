"""What the database says after a fault: nothing here trusts what the bot says of itself."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Ledger:
    """Counts of rows in a SQLite store, read while nobody writes."""

    updates: int
    unfinished: int
    dead: int
    messages: int
    unsent: int
    marked_duplicates: int


def read_ledger(data_dir: Path) -> Ledger:
    """Count inbox and outbox rows of the bot that kept its data in `data_dir`."""
    with sqlite3.connect(f"file:{data_dir / 'bekal.sqlite3'}?mode=ro", uri=True) as store:

        def count(query: str) -> int:
            return int(store.execute(query).fetchone()[0])

        return Ledger(
            updates=count("SELECT count(*) FROM inbox"),
            unfinished=count("SELECT count(*) FROM inbox WHERE state = 'new'"),
            dead=count("SELECT count(*) FROM inbox WHERE state = 'dead'"),
            messages=count("SELECT count(*) FROM outbox"),
            unsent=count("SELECT count(*) FROM outbox WHERE state NOT IN ('sent', 'failed')"),
            marked_duplicates=count("SELECT count(*) FROM outbox WHERE possible_duplicate"),
        )
