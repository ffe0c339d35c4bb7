"""What is kept ends by itself, each kind after its term."""

from __future__ import annotations

import asyncio
import dataclasses
import re
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from storage import (
    Cipher,
    Connection,
    Database,
    NewCase,
    Terms,
    TurnOutcome,
    TurnRecord,
    cases,
    chats,
    finish_turn,
    inbox,
    mask,
    only_one,
    outbox,
    sweep,
)
from storage.retention_report import due, lately
from tests.storage.conftest import NOW

DAY = timedelta(days=1)


def a_turn(
    conn: Connection, cipher: Cipher, chat_id: int, now: datetime, kind: str | None = None
) -> int | None:
    lane = cipher.lane(chat_id)
    inbox.accept(conn, cipher, 1, [(chat_id, lane, b"{}")], now)
    (row,) = inbox.claim(conn, cipher, "one", now, now + DAY, 1, 1)
    chat = chats.find(conn, cipher, lane) or chats.new(lane, chat_id, now)
    outcome = TurnOutcome(
        calls=[("sendMessage", {"text": "x"})],
        record=TurnRecord(text=mask("x"), rung="answer"),
        case=NewCase(kind=kind, detail=mask("x")) if kind else None,
        changes={"consent": "given"},
    )
    done = finish_turn(conn, cipher, row, chat, outcome, now)
    (call,) = outbox.claim(conn, cipher, "one", now, now + DAY, 1)
    outbox.sent(conn, call, 5, now)
    return done.case_id


def swept(conn: Connection, now: datetime) -> dict[str, int]:
    return {kind: n for kind, n in sweep(conn, now, Terms()).items() if n}


async def test_each_kind_goes_after_its_term(db: Database, cipher: Cipher) -> None:
    def live(conn: Connection) -> None:
        case_id = a_turn(conn, cipher, 1, NOW, "person")
        assert case_id is not None
        cases.close(conn, cipher, case_id, "ani", NOW)
        assert swept(conn, NOW + 2 * DAY) == {}
        assert swept(conn, NOW + 3 * DAY) == {"sent_content": 1}
        assert swept(conn, NOW + 8 * DAY) == {"update_ids": 1}
        assert swept(conn, NOW + 31 * DAY) == {"sent_rows": 1}
        assert swept(conn, NOW + 181 * DAY) == {"turns": 1, "case_details": 1}
        assert swept(conn, NOW + 366 * DAY) == {"cases": 1, "chats": 1}
        assert swept(conn, NOW + 1600 * DAY) == {"counters": 11}
        tables = ("inbox", "outbox", "chats", "turns", "cases", "case_events", "lanes")
        assert [conn.execute(text(f"SELECT count(*) FROM {table}")).scalar() for table in tables] == [0] * 7

    await db.write(live)


async def test_a_silent_person_with_an_open_case_or_mail_is_kept(db: Database, cipher: Cipher) -> None:
    def live(conn: Connection) -> None:
        a_turn(conn, cipher, 1, NOW, "danger")
        a_turn(conn, cipher, 2, NOW)
        a_turn(conn, cipher, 3, NOW)
        later = NOW + 400 * DAY
        outbox.put(conn, cipher, cipher.lane(2), 2, "sendMessage", {}, now=later)
        sweep(conn, later, Terms())
        kept = [chats.find(conn, cipher, cipher.lane(chat_id)) is not None for chat_id in (1, 2, 3)]
        assert kept == [True, True, False]

    await db.write(live)


async def test_the_report_names_what_the_next_sweeps_remove_and_what_went(
    db: Database, cipher: Cipher
) -> None:
    def live(conn: Connection) -> None:
        for chat_id, kind in ((1, "person"), (2, None), (3, "danger"), (4, None)):
            case_id = a_turn(conn, cipher, chat_id, NOW + chat_id * DAY, kind)
            if kind == "person":
                assert case_id is not None
                cases.close(conn, cipher, case_id, "ani", NOW + DAY)
        went: Counter[str] = Counter()
        for days in (1, 4, 8, 9, 12, 33, 36, 183, 190, 366, 400):
            now = NOW + days * DAY
            expected = due(conn, now, Terms())
            removed: Counter[str] = Counter()
            while step := Counter(swept(conn, now)):
                removed += step
            assert {kind: n for kind, n in expected.items() if n} == removed, days
            assert not any(due(conn, now, Terms()).values())
            assert lately(conn, now.date(), now.date()) == removed
            went += removed
        assert lately(conn, NOW.date() + 2 * DAY, now.date()) == went - Counter()
        assert went["turns"] == went["update_ids"] == went["sent_rows"] == 4

    await db.write(live)


async def test_a_sweep_takes_small_steps(db: Database, cipher: Cipher) -> None:
    def live(conn: Connection) -> None:
        for chat_id in range(5):
            a_turn(conn, cipher, chat_id, NOW)
        later = NOW + 8 * DAY
        steps = [sweep(conn, later, Terms(), limit=2)["update_ids"] for _ in range(4)]
        assert steps == [2, 2, 1, 0]

    await db.write(live)


async def test_periodic_work_is_done_by_one_replica_at_a_time(db: Database, replica: Database) -> None:
    if db._engines[0].dialect.name == "sqlite":
        assert await db.write(lambda conn: only_one(conn, "sweep"))
        return
    first_has_it = asyncio.Event()
    loop = asyncio.get_running_loop()

    def hold(conn: Connection) -> tuple[bool, bool]:
        mine = only_one(conn, "sweep")
        loop.call_soon_threadsafe(first_has_it.set)
        other = asyncio.run_coroutine_threadsafe(replica.write(lambda c: only_one(c, "sweep")), loop)
        return mine, other.result(timeout=5)

    assert await db.write(hold) == (True, False)
    assert await replica.write(lambda conn: only_one(conn, "sweep"))


def test_the_record_of_processing_says_how_long_each_kind_is_kept() -> None:
    page = (Path(__file__).parents[2] / "docs/privacy/processing-record.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `(\w+)` \|.*\| (\d+ \w+)[^|]*\|$", page, re.MULTILINE))
    terms = dataclasses.asdict(Terms())
    assert told == {
        kind: f"{term.days} days" if not term.seconds else f"{24 * term.days + term.seconds // 3600} hours"
        for kind, term in terms.items()
    }
