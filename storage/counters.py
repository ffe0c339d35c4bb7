"""How often things happen, and nothing about whom: all that is kept without consent."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from functools import cache
from typing import Any

from sqlalchemy import Connection, delete, func, select

from storage.dialect import Upsert, insert_for
from storage.models import Counter
from storage.prepared import Prepared, Work

SHARDS = 1000
JAKARTA = timezone(timedelta(hours=7))


def day_of(now: datetime) -> date:
    """The day as staff read it, which is Jakarta's."""
    return now.astimezone(JAKARTA).date()


def hour_of(now: datetime) -> str:
    """The hour in Jakarta, "00" to "23"."""
    return f"{now.astimezone(JAKARTA).hour:02}"


@cache
def shard(owner: str) -> int:
    """Where a worker counts: two workers that shared a row would wait for each other's commits."""
    return zlib.crc32(owner.encode()) % SHARDS


def _add(dialect: str) -> Upsert:
    new = insert_for(dialect, Counter)
    return new.on_conflict_do_update(
        index_elements=["day", "name", "label", "shard"], set_={"n": Counter.n + new.excluded.n}
    )


_ADD = Prepared(_add, ["day", "name", "label", "shard", "n"])


def add(conn: Connection, day: date, name: str, label: str, n: int = 1, *, owner: str = "") -> None:
    """Count `n` more of something, e.g. name "turns", label "id salary-by-country answer"."""
    add_all(conn, day, {(name, label): n}, owner=owner)


def add_all(conn: Connection, day: date, counts: Mapping[tuple[str, str], int], *, owner: str = "") -> None:
    """Count several things, (name, label) -> n."""
    if rows := [row for _, row in adding(day, counts, owner=owner)]:
        _ADD.many(conn, rows)


def adding(day: date, counts: Mapping[tuple[str, str], int], *, owner: str) -> list[Work]:
    """What counts several things, to be executed in a unit."""
    rows: list[dict[str, Any]] = [
        {"day": day, "name": name, "label": label, "shard": shard(owner), "n": n}
        for (name, label), n in sorted(counts.items())
    ]
    return [(_ADD, row) for row in rows]


def totals(conn: Connection, name: str, first: date, last: date) -> dict[tuple[date, str], int]:
    """Sums by (day, label) from the first to the last day, both included."""
    sums = (
        select(Counter.day, Counter.label, func.sum(Counter.n))
        .where(Counter.name == name, Counter.day >= first, Counter.day <= last)
        .group_by(Counter.day, Counter.label)
    )
    return {(day, label): int(n) for day, label, n in conn.execute(sums)}


def purge(conn: Connection, before: date) -> int:
    """Delete what was counted before a day. Returns the number of rows."""
    return conn.execute(delete(Counter).where(Counter.day < before)).rowcount
