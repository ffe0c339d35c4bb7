"""What the database says after a fault: nothing here trusts what the bot says of itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bot.bench.stores import Store, sqlite_store


@dataclass(frozen=True)
class Ledger:
    """Counts of rows in a store. `marked` holds the possible duplicates of each lane."""

    updates: int
    unfinished: int
    dead: int
    messages: int
    unsent: int
    failed: int
    marked: Counter[str]

    @property
    def marked_duplicates(self) -> int:
        """All messages that were marked as perhaps sent twice."""
        return self.marked.total()


def read_ledger(data_dir: Path) -> Ledger:
    """Count inbox and outbox rows of the bot that keeps its data in this folder."""
    return ledger_of(sqlite_store(data_dir))


def ledger_of(store: Store) -> Ledger:
    """Count inbox and outbox rows."""
    marked = store.rows("SELECT lane, count(*) FROM outbox WHERE possible_duplicate GROUP BY lane")
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
        marked=Counter({lane: int(number) for lane, number in marked}),
    )
