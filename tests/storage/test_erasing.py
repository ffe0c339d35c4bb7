"""Whoever is erased is gone from everywhere, others are untouched, and a crash in the middle is made good."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from storage import (
    Cipher,
    Connection,
    Database,
    NewCase,
    TurnOutcome,
    TurnRecord,
    cases,
    chats,
    finish_turn,
    inbox,
    keys,
    mask,
    open_store,
    outbox,
    people,
)
from storage.engines import normalise, sqlite_file
from storage.leftovers import leftovers, recognise
from storage.sealed import page, sealed_columns
from tests.storage.conftest import LEASE, NOW
from tests.storage.people import hire, talk
from tests.storage.tables import Rows, all_rows

ME, OTHERS = 555_000_111, (555_000_112, 555_000_113)
LATER = NOW + timedelta(minutes=5)


def write(conn: Connection, cipher: Cipher, chat_id: int, words: list[str]) -> None:
    """Turns, cases, notes, replies and updates, each holding one of the words."""
    lane = cipher.lane(chat_id)
    chat = chats.find(conn, cipher, lane) or chats.new(lane, chat_id, NOW)
    for n, word in enumerate(words):
        update = (chat_id % 1000 * 100 + n, lane, f'{{"text":"{word}"}}'.encode())
        inbox.accept(conn, cipher, 1, [update], NOW)
        rows = inbox.claim(conn, cipher, "bekal", NOW, LEASE, 100, 1)
        (row,) = [each for each in rows if each.lane == lane]
        if n % 5 == 4:
            inbox.dead(conn, row, word, NOW)
            continue
        outcome = TurnOutcome(
            calls=[("sendMessage", {"text": word})] * (n % 3),
            record=TurnRecord(text=mask(word), rung="answer"),
            case=NewCase(kind="person", detail=mask(word)) if n % 4 == 0 else None,
            changes={"consent": "given", "context": {"last": word}},
        )
        done = finish_turn(conn, cipher, row, chat, outcome, NOW)
        chat = done.chat
        if done.case_id is not None:
            cases.note(conn, cipher, done.case_id, "ani", mask(word), NOW)
        for sent in outbox.claim(conn, cipher, "bekal", NOW, LEASE, 1):
            outbox.sent(conn, sent, n, NOW)


def opened(conn: Connection, cipher: Cipher) -> list[bytes]:
    """Everything that is sealed anywhere, readable."""
    found = []
    for column in sealed_columns():
        values, _ = page(conn, column, None, 100_000)
        found += [cipher.open(value.sealed, column.place) for value in values]
    return found


def sealed_of(conn: Connection, cipher: Cipher, words: list[bytes]) -> list[bytes]:
    """The stored values in which one of these words is sealed."""
    found = []
    for column in sealed_columns():
        values, _ = page(conn, column, None, 100_000)
        found += [
            value.sealed
            for value in values
            if any(word in cipher.open(value.sealed, column.place) for word in words)
        ]
    return found


@pytest.mark.parametrize("seed", range(3))
async def test_no_table_and_no_file_holds_anything_of_who_was_erased(
    db: Database, url: str, cipher: Cipher, seed: int
) -> None:
    chance = random.Random(seed)

    def marker() -> str:
        return "".join(chance.choice("bcdfghjklmnpqrstvwxz") for _ in range(14))

    mine, theirs = [marker() for _ in range(50)], [marker() for _ in range(chance.randint(1, 9))]
    await db.write(lambda conn: write(conn, cipher, ME, mine))
    await db.write(lambda conn: write(conn, cipher, OTHERS[0], theirs))
    secrets = [*(word.encode() for word in mine), str(ME).encode(), cipher.lane(ME).encode()]
    stored = await db.read(lambda conn: sealed_of(conn, cipher, secrets))
    assert len(stored) > 100
    person = await db.read(lambda conn: recognise(conn, cipher, cipher.lane(ME)))
    before = await db.read(lambda conn: people.export(conn, cipher, cipher.lane(OTHERS[0])))
    assert len(await db.read(lambda conn: leftovers(conn, cipher, person))) >= 8
    assert await db.write(lambda conn: people.erase(conn, cipher.lane(ME), NOW))
    # Neither in the tables, sealed or not ...
    rows = await db.read(lambda conn: str(all_rows(conn)).encode())
    words = b"\n".join(await db.read(lambda conn: opened(conn, cipher)))
    assert not [secret for secret in secrets if secret in rows or secret in words]
    assert await db.read(lambda conn: leftovers(conn, cipher, person)) == []
    assert await db.read(lambda conn: people.export(conn, cipher, cipher.lane(OTHERS[0]))) == before
    assert all(word.encode() in words for word in theirs)
    # ... nor, not even as it was sealed, in what is left of the file.
    file = sqlite_file(normalise(url))
    if file is not None:
        await db.close()
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for each in file.parent.iterdir():
            content = each.read_bytes()
            assert not [value for value in [*secrets, *stored] if value in content], each.name


# Killed in the middle

KILL = """
import asyncio, os, signal, sys
from datetime import datetime, timedelta
from pathlib import Path
from storage import TurnOutcome, chats, finish_turn, inbox, open_store, outbox

url, key, now = sys.argv[1], Path(sys.argv[2]), datetime.fromisoformat(sys.argv[3])

async def erase(after_the_commit):
    store = await open_store(url, key, lambda: now)

    def unit(conn):
        inbox.recover(conn, now, dead_owner="bekal")
        outbox.recover(conn, now, dead_owner="bekal")
        rows = inbox.claim(conn, store.cipher, "bekal", now, now + timedelta(minutes=1), 100, 20)
        (row,) = [each for each in rows if b"/hapus" in each.payload]
        chat = chats.find(conn, store.cipher, row.lane)
        outcome = TurnOutcome(erase=True, calls=[("sendMessage", {"text": "Sudah dihapus."})])
        finish_turn(conn, store.cipher, row, chat, outcome, now)
        if not after_the_commit:
            os.kill(os.getpid(), signal.SIGKILL)

    await store.write(unit)
    os.kill(os.getpid(), signal.SIGKILL)

for after_the_commit in (False, True):
    input()
    if os.fork() == 0:
        asyncio.run(erase(after_the_commit))
    print(os.WTERMSIG(os.wait()[1]), flush=True)
"""


def of_others(rows: Rows, others: set[str]) -> dict[str, list[Any]]:
    """The rows that hold the lane of one of these people, and all turns, cases and steps."""
    by_lane = {
        name: [row for row in found if others.intersection(map(str, row))] for name, found in rows.items()
    }
    return by_lane | {name: rows.get(name, []) for name in ("turns", "cases", "case_events")}


async def test_an_erasure_that_is_killed_is_finished_on_the_next_start(url: str, tmp_path: Path) -> None:
    key = tmp_path / "apart" / "bekal.key"
    keys.write(key, keys.make_keys(NOW))
    store = await open_store(url, key, lambda: NOW)
    cipher = store.cipher
    for chat_id in OTHERS:
        await store.write(lambda conn, n=chat_id: talk(conn, cipher, n))
    await store.write(lambda conn: hire(conn, cipher))
    others = {cipher.lane(chat_id) for chat_id in OTHERS}
    before = of_others(await store.read(all_rows), others)
    await store.write(lambda conn: write(conn, cipher, ME, ["satu", "dua", "tiga"]))
    person = await store.read(lambda conn: recognise(conn, cipher, cipher.lane(ME)))
    wish = (1, person.lane, b'{"text":"/hapus"}')
    await store.write(lambda conn: inbox.accept(conn, cipher, 1, [wish], NOW))
    await store.close()

    with subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, "-c", KILL, url, key, LATER.isoformat()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        left = []
        for _ in ("before the commit", "after the commit"):
            process.stdin.write("\n")
            process.stdin.flush()
            assert int(process.stdout.readline()) == signal.SIGKILL
            store = await open_store(url, key, lambda: LATER)
            left.append(await store.read(lambda conn: leftovers(conn, store.cipher, person)))  # noqa: B023
            await store.close()
    # Killed before the commit, nothing had happened; after it, nothing was left but the goodbye.
    assert {"chats.lane", "turns.chat_id", "cases.chat_id"} < set(left[0])
    assert left[1] == ["lanes.lane", "outbox.body_sealed", "outbox.lane"]

    # What every start does, and the goodbye is sent as ever.
    store = await open_store(url, key, lambda: LATER)
    await store.write(lambda conn: inbox.recover(conn, LATER, dead_owner="bekal"))
    await store.write(lambda conn: outbox.recover(conn, LATER, dead_owner="bekal"))
    until = LATER + timedelta(minutes=1)
    rows = await store.write(lambda conn: outbox.claim(conn, store.cipher, "bekal", LATER, until, 10))
    (goodbye,) = [each for each in rows if each.lane == person.lane]
    assert goodbye.params == {"text": "Sudah dihapus."}
    await store.write(lambda conn: outbox.sent(conn, goodbye, 1, LATER))
    assert await store.read(lambda conn: leftovers(conn, store.cipher, person)) == []
    after = of_others(await store.read(all_rows), others)
    for name in ("chats", "turns", "cases", "case_events"):
        assert after[name] == before[name], name
    for name in ("inbox", "outbox"):
        assert len(after[name]) == len(before[name]), name
    await store.close()


async def test_the_proof_finds_what_an_incomplete_erasure_left(db: Database, cipher: Cipher) -> None:
    lane = await db.write(lambda conn: talk(conn, cipher, ME))
    await db.write(lambda conn: talk(conn, cipher, OTHERS[0]))
    person = await db.read(lambda conn: recognise(conn, cipher, lane))
    assert await db.read(lambda conn: leftovers(conn, cipher, person)) == [
        "case_events.case_id",
        "case_events.id",
        "case_events.turn_id",
        "cases.chat_id",
        "cases.id",
        "chats.chat_id_sealed",
        "chats.id",
        "chats.lane",
        "inbox.lane",
        "lanes.lane",
        "outbox.body_sealed",
        "outbox.id",
        "outbox.lane",
        "outbox.turn_id",
        "turns.chat_id",
        "turns.id",
    ]
    nobody = await db.read(lambda conn: recognise(conn, cipher, cipher.lane(9), 9))
    assert await db.read(lambda conn: leftovers(conn, cipher, nobody)) == []
