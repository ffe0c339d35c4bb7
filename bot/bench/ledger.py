"""What the database says after a fault: nothing here trusts what the bot says of itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bot.bench.stores import Store, sqlite_store


@dataclass(frozen=True)
class Ledger:
    """Counts of rows in a store.

    `repeats` tells, by lane, how many further copies the marks explain: a marked message was tried so often
    before the last time.
    """

    updates: int
    unfinished: int
    dead: int
    messages: int
    unsent: int
    failed: int
    marked_duplicates: int
    repeats: Counter[str]


def read_ledger(data_dir: Path) -> Ledger:
    """Count inbox and outbox rows of the bot that keeps its data in this folder."""
    return ledger_of(sqlite_store(data_dir))


def ledger_of(store: Store) -> Ledger:
    """Count inbox and outbox rows."""
    marked = store.rows(
        "SELECT lane, count(*), sum(attempts) FROM outbox WHERE possible_duplicate GROUP BY lane"
    )
    inbox = dict(store.rows("SELECT state, count(*) FROM inbox GROUP BY state"))
    outbox = dict(store.rows("SELECT state, count(*) FROM outbox GROUP BY state"))
    messages = sum(outbox.values())
    failed = outbox.get("failed", 0)
    return Ledger(
        updates=sum(inbox.values()),
        unfinished=inbox.get("new", 0),
        dead=inbox.get("dead", 0),
        messages=messages,
        unsent=messages - failed - outbox.get("sent", 0),
        failed=failed,
        marked_duplicates=sum(int(rows) for _, rows, _ in marked),
        repeats=Counter({lane: int(tries) for lane, _, tries in marked}),
    )
