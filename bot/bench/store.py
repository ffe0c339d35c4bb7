"""A nation's store: a million people, ten million turns, 5,000 open cases, and the staff's lists on it.

Everything is generated on PostgreSQL itself and removed afterwards. The words are all the same few sealed
values: their length counts here, not what they say.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from bot.bench.stores import Store, postgresql_store
from storage import (
    Cipher,
    Connection,
    Database,
    audit,
    broadcasts,
    cases,
    chats,
    keys,
    migrate,
    overview,
    questions,
    staff,
    staff_desk,
    staff_live,
    staff_thread,
    turns,
)
from storage.staff_desk import Filters

PEOPLE, TURNS, OPEN_CASES, CLOSED_CASES = 1_000_000, 10_000_000, 5_000, 200_000
LIMIT_MS = 300.0
REPEATS = 40
QUESTIONS = 500  # as many as the page groups
ME = "agen.satu"
WORDS = "majikan saya menahan paspor dan gaji tiga bulan belum dibayar, saya harus bagaimana ya min"

EVERYTHING = Filters()

Query = Callable[[Connection], Any]


async def measure(people: int = PEOPLE, how_many_turns: int = TURNS) -> dict[str, Any]:
    """Fill a store and time every query behind the console's lists: p50 and p95 in ms."""
    with postgresql_store() as store, tempfile.TemporaryDirectory(prefix="bekal-bench-") as name:
        key_file = Path(name) / "key"
        found = keys.load_or_make(key_file, database_exists=False, now=datetime.now(UTC))
        migrate.upgrade(store.url)
        cipher, started = Cipher(found), time.monotonic()
        with psycopg.connect(store.url, autocommit=True) as connection:
            _fill(connection, cipher, people, how_many_turns)
        size = store.count("SELECT pg_database_size(current_database())") / 1e9
        took = time.monotonic() - started
        print(f"{people} people, {how_many_turns} turns: {size:.1f} GB in {took:.0f} s", flush=True)
        figures = await _time(store, cipher)
        slow = [name for name, (_, p95) in figures.items() if p95 > LIMIT_MS]
        print(f"slower than {LIMIT_MS:.0f} ms at p95: {', '.join(slow) or 'none'}", flush=True)
        return {"people": people, "turns": how_many_turns, "gb": round(size, 1), "p50_p95_ms": figures}


def _fill(connection: psycopg.Connection[Any], cipher: Cipher, people: int, how_many_turns: int) -> None:
    """Rows as the bot would have left them: recent people write more, most cases are closed."""
    values = {
        "people": people,
        "turns": how_many_turns,
        "open": OPEN_CASES,
        "closed": min(CLOSED_CASES, people),
        "words": cipher.seal(WORDS.encode(), turns.PLACE),
        "detail": cipher.seal(f"passport-held: {WORDS}".encode(), cases.DETAIL),
        "chat": cipher.seal(b"5550001", chats.CHAT_ID),
        "me": ME,
    }
    for statement in _STATEMENTS:
        connection.execute(statement, values)


_TOPIC = (
    "(ARRAY['salary-by-country', 'agency-check', 'passport-held', 'cost-limits', 'contract'])[1 + n %% 5]"
)
_LAND = "(ARRAY['TW', 'HK', 'MY', 'SG', 'JP', 'KR', 'SA'])[1 + n %% 7]"
_STATEMENTS = (
    "SET synchronous_commit = off",
    """
    INSERT INTO chats (lane, locale, consent, consent_version, consent_at, facts_seen, stopped, created_at,
        seen_at, chat_id_sealed)
    SELECT md5(n::text), (ARRAY['id', 'jv', 'su', 'en'])[1 + (n %% 10) / 7], 'given', '1', t, 3, false, t, t,
        %(chat)s
    FROM generate_series(1, %(people)s) n, LATERAL (SELECT now() - n * interval '15 seconds' AS t) AS moment
    """,
    f"""
    INSERT INTO turns (chat_id, at, language, topic, rung, confidence, ranking, destination, asks_for,
        content_version, engine, outcome, latency_ms, text_sealed)
    SELECT 1 + (n * 7919::bigint) %% %(people)s, now() - (%(turns)s - n) * interval '1.5 seconds', 'id',
        {_TOPIC}, CASE WHEN n %% 20 < 2 THEN 'choose' ELSE 'answer' END, 0.9,
        '[["salary-by-country",0.93],["dest-taiwan",0.04]]', {_LAND}, 'self', 'abc',
        'embedded', (ARRAY['unanswered', 'offered'])[1 + n %% 20], 12, %(words)s
    FROM generate_series(1, %(turns)s) n
    """,
    f"""
    INSERT INTO cases (chat_id, kind, priority, status, topic, taken_by, opened_at, updated_at, closed_at,
        waiting_since)
    SELECT n, (ARRAY['danger', 'person', 'unanswered', 'not-helpful'])[1 + p], p,
        CASE WHEN n > %(open)s THEN 'closed' WHEN n %% 3 = 0 THEN 'taken' WHEN n %% 7 = 0 THEN 'waiting'
            ELSE 'open' END,
        {_TOPIC}, CASE WHEN n %% 3 = 0 THEN CASE WHEN n %% 2 = 0 THEN %(me)s ELSE 'agen.dua' END END,
        now() - n * interval '2 minutes', now() - n * interval '1 minute',
        CASE WHEN n > %(open)s THEN now() - n * interval '1 minute' END,
        CASE WHEN n <= %(open)s THEN now() - n * interval '2 minutes' END
    FROM generate_series(1, %(closed)s) n, LATERAL (SELECT (n * 31 %% 17 %% 4)::smallint AS p) AS rank
    """,
    """
    INSERT INTO case_events (case_id, at, what, kind, topic, detail_sealed)
    SELECT id, opened_at + step * interval '1 second', (ARRAY['reported', 'taken', 'noted'])[1 + step], kind,
        topic, CASE WHEN step = 0 THEN %(detail)s::bytea END
    FROM cases, generate_series(0, 2) step
    """,
    f"""
    INSERT INTO counters (day, name, label, shard, n)
    SELECT current_date - day, 'turns', 'id ' || {_TOPIC} || ' rung' || n, 0, 100
    FROM generate_series(0, 365) day, generate_series(1, 450) n
    """,
    "INSERT INTO case_labels (case_id, label) SELECT id, 'paspor' FROM cases WHERE id %% 11 = 0",
    "ANALYZE",
)


def _page(
    cipher: Cipher, now: datetime, tab: str, filters: Filters = EVERYTHING, after: str | None = None
) -> Query:
    return lambda conn: staff_desk.lines(conn, cipher, tab, ME, now, filters, after=after)


NARROWED = {
    "a topic": Filters(topic="agency-check"),
    "a language": Filters(language="jv"),
    "a label": Filters(label="paspor"),
    "a destination": Filters(destination="JP"),
    "older than a day": Filters(older_than=timedelta(days=1)),
    "nothing fits": Filters(topic="agency-check", destination="XX"),
}


def _queries(cipher: Cipher, now: datetime, after: Mapping[str, str | None]) -> dict[str, Query]:
    """Every query behind a page of the console, by what staff call it."""
    found: dict[str, Query] = {}
    for tab in staff_desk.TABS:
        found[f"{tab}: first page"] = _page(cipher, now, tab)
        found[f"{tab}: next page"] = _page(cipher, now, tab, after=after[tab])
        for name, filters in NARROWED.items():
            found[f"{tab}: {name}"] = _page(cipher, now, tab, filters)
    today = now.date()
    for days in (30, 365):
        first = today - timedelta(days=days - 1)
        found[f"overview of {days} days"] = partial(overview.figures, first=first, last=today)
    for kind in questions.KINDS:
        found[f"questions: {kind}"] = partial(
            questions.open_questions, cipher=cipher, kind=kind, limit=QUESTIONS
        )
    return found | {
        "how many can be reached": overview.reach,
        "questions: counts": questions.counts,
        "questions: decisions": questions.decisions,
        "broadcasts": broadcasts.page,
        "counts of the tabs": lambda conn: staff_desk.counts(conn, ME, now),
        "choices of the filters": staff_desk.choices,
        "a person's thread": lambda conn: staff_thread.thread(conn, cipher, 17, 17),
        "other cases of a person": lambda conn: staff_thread.other_cases(conn, 17, 17),
        "what is new": lambda conn: staff_live.since(conn, staff_live.newest(conn) - 5),
        "audit log": audit.page,
        "staff": staff.everybody,
    }


async def _time(store: Store, cipher: Cipher) -> dict[str, tuple[float, float]]:
    now = datetime.now(UTC)
    database = Database.open(store.url, cipher, clock=lambda: now)
    figures: dict[str, tuple[float, float]] = {}
    try:
        ends: dict[str, str | None] = {}
        for tab in staff_desk.TABS:
            lines = await database.read(_page(cipher, now, tab))
            ends[tab] = staff_desk.cursor(tab, lines[-1].case) if lines else None
        print(f"{'ms':40} {'p50':>8} {'p95':>8}")
        for name, query in _queries(cipher, now, ends).items():
            times = []
            for _ in range(REPEATS):
                started = time.perf_counter()
                await database.read(query)
                times.append((time.perf_counter() - started) * 1000)
            times.sort()
            p50, p95 = times[REPEATS // 2], times[int(REPEATS * 0.95)]
            figures[name] = (round(p50, 1), round(p95, 1))
            print(f"{name:40} {p50:8.1f} {p95:8.1f}", flush=True)
    finally:
        await database.close()
    return figures
