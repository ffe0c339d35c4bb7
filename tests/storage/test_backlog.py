"""A claim stays cheap however much waits, and every index is used."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from datetime import timedelta

import pytest
from sqlalchemy import text

from storage import BROADCAST, Cipher, Connection, Database, inbox, outbox
from tests.storage.conftest import LEASE, NOW

WAITING = 100_000
# Some ten times what a claim takes on an idle machine: the promise is that it does not grow with the backlog.
MOST_SECONDS = 0.05


def fill(conn: Connection, cipher: Cipher, chats: int) -> None:
    """WAITING updates and as many calls of so many chats."""
    inbox.accept(conn, cipher, 1, [(0, "0", b"{}")], NOW)
    outbox.put(conn, cipher, "0", 1, "sendMessage", {}, now=NOW, priority=BROADCAST)
    if conn.dialect.name == "sqlite":
        numbers = f"WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {WAITING}) "
        source = "s"
    else:
        numbers, source = "", f"generate_series(1, {WAITING}) AS s(n)"
    lane = f"CAST(s.n % {chats} AS VARCHAR(32))"
    updates = "bot_id, s.n, {lane}, state, attempts, received_at, payload_sealed"
    calls = (
        "{lane}, state, priority, bulk, method, attempts, possible_duplicate, forget, created_at, due_at, "
        "body_sealed"
    )
    for table, values in (("inbox", updates), ("outbox", calls)):
        columns = values.format(lane="lane").replace("s.n", "update_id")
        conn.execute(
            text(
                f"INSERT INTO {table} ({columns}) {numbers} "
                f"SELECT {values.format(lane=lane)} FROM {source} CROSS JOIN {table}"
            )
        )
    conn.execute(
        text(
            f"INSERT INTO lanes (queue, lane, waiting, claimed, priority, due_at) {numbers} "
            f"SELECT queue, CAST(s.n AS VARCHAR(32)), {WAITING // chats}, 0, priority, due_at "
            f"FROM {source} CROSS JOIN lanes WHERE s.n < {chats}"
        )
    )
    conn.execute(text(f"UPDATE lanes SET waiting = waiting + {WAITING // chats} WHERE lane = '0'"))
    if conn.dialect.name == "postgresql":
        conn.execute(text("ANALYZE inbox, outbox, lanes"))


@pytest.mark.parametrize("chats", [10_000, 1])
async def test_a_claim_does_not_grow_with_the_backlog(db: Database, cipher: Cipher, chats: int) -> None:
    await db.write(lambda conn: fill(conn, cipher, chats))
    seconds: dict[str, list[float]] = defaultdict(list)
    now = NOW
    for _ in range(12):
        now += timedelta(seconds=1)

        def measure(conn: Connection, now=now) -> None:  # type: ignore[no-untyped-def]
            started = time.perf_counter()

            def note(name: str) -> None:
                nonlocal started
                seconds[name].append(time.perf_counter() - started)
                started = time.perf_counter()

            updates = inbox.claim(conn, cipher, "one", now, LEASE, 16, 1)
            note("inbox.claim")
            for row in updates:
                inbox.done(conn, row, now)
            note("inbox.done")
            calls = outbox.claim(conn, cipher, "one", now, LEASE, 16)
            note("outbox.claim")
            for call in calls:
                outbox.sent(conn, call, 1, now)
            note("outbox.sent")
            assert len(updates) == len(calls) == min(16, chats)

        await db.write(measure)
    typical = {name: statistics.median(times) for name, times in seconds.items()}
    assert max(typical.values()) < MOST_SECONDS, typical
