"""Nothing on the disk tells who somebody is or what they wrote."""

from __future__ import annotations

import json
import struct
from pathlib import Path

from sqlalchemy import MetaData

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
    mask,
    outbox,
)
from tests.storage.conftest import LEASE, NOW

CHAT_ID = 998877665544
WORDS = "jeruklimaupurut"
SECRETS = [
    WORDS.encode(),
    str(CHAT_ID).encode(),
    *(struct.pack(order + size, CHAT_ID) for order in "<>" for size in "qQ"),
    CHAT_ID.to_bytes(6, "big"),  # how SQLite stores it
]
RECORD = TurnRecord(text=mask(WORDS), rung="answer", language="id", topic="dest-taiwan")


def live(conn: Connection, cipher: Cipher) -> None:
    """A conversation with everything that can be stored of it."""
    lane = cipher.lane(CHAT_ID)
    payload = json.dumps({"message": {"chat": {"id": CHAT_ID}, "text": WORDS}}).encode()
    inbox.accept(conn, cipher, 1, [(n, lane, payload) for n in range(5)], NOW)
    rows = inbox.claim(conn, cipher, "one", NOW, LEASE, 1, 5)
    chat = chats.new(lane, CHAT_ID, NOW)
    calls = [("sendMessage", {"text": WORDS}), ("sendMessage", {"text": WORDS})]
    changes = {"consent": "given", "context": {"last": WORDS}}
    case = NewCase(kind="danger", detail=mask(WORDS))
    outcome = TurnOutcome(calls=calls, record=RECORD, case=case, changes=changes)
    done = finish_turn(conn, cipher, rows[0], chat, outcome, NOW)
    assert done.case_id is not None
    inbox.dead(conn, rows[1], WORDS + " x", NOW)
    cases.note(conn, cipher, done.case_id, "ani", mask(WORDS), NOW)
    inbox.retry(conn, rows[2], ValueError(WORDS), NOW)
    for n in range(3):
        (row,) = outbox.claim(conn, cipher, "one", NOW, LEASE, 1)
        if n == 0:
            outbox.sent(conn, row, 5, NOW)
        elif n == 1:
            outbox.again(conn, row, NOW, WORDS + " x", maybe_sent=True, now=NOW)
        else:
            outbox.failed(conn, row, ValueError(WORDS), NOW)
    outbox.put(conn, cipher, lane, CHAT_ID, "sendMessage", {"text": WORDS}, now=NOW)


async def test_no_file_of_sqlite_holds_words_or_chat_ids(
    tmp_path: Path, sqlite_template: Path, cipher: Cipher
) -> None:
    path = tmp_path / "bekal.db"
    path.write_bytes(sqlite_template.read_bytes())  # noqa: ASYNC240
    database = Database.open(f"sqlite:///{path}", cipher, clock=lambda: NOW)
    await database.write(lambda conn: live(conn, cipher))
    names = sorted(each.name for each in tmp_path.iterdir())  # noqa: ASYNC240
    assert names == ["bekal.db", "bekal.db-shm", "bekal.db-wal"]
    for each in tmp_path.iterdir():  # noqa: ASYNC240
        content = each.read_bytes()
        assert not [secret for secret in SECRETS if secret in content], each.name
    await database.close()
    content = path.read_bytes()
    assert len(content) > 50_000
    assert not [secret for secret in SECRETS if secret in content]


async def test_no_row_of_any_table_holds_words_or_chat_ids(db: Database, cipher: Cipher) -> None:
    await db.write(lambda conn: live(conn, cipher))

    def everything(conn: Connection) -> list[str]:
        metadata = MetaData()
        metadata.reflect(conn)
        return [
            f"{table.name}: {value!r}"
            for table in metadata.sorted_tables
            for row in conn.execute(table.select())
            for value in row
        ]

    values = await db.read(everything)
    assert len(values) > 100
    for value in values:
        assert WORDS not in value
        assert str(CHAT_ID) not in value
        assert value.rpartition(" ")[2] != str(CHAT_ID)


async def test_reprs_that_may_reach_a_log_hold_nothing(db: Database, cipher: Cipher) -> None:
    def shown(conn: Connection) -> str:
        lane = cipher.lane(CHAT_ID)
        inbox.accept(conn, cipher, 1, [(1, lane, WORDS.encode())], NOW)
        outbox.put(conn, cipher, lane, CHAT_ID, "sendMessage", {"text": WORDS}, now=NOW)
        chat = chats.update(
            conn, cipher, chats.ensure(conn, cipher, lane, CHAT_ID, NOW), context={"a": WORDS}
        )
        updates = inbox.claim(conn, cipher, "one", NOW, LEASE, 1, 1)
        return repr((updates, outbox.claim(conn, cipher, "one", NOW, LEASE, 1), chat, cipher))

    text = await db.write(shown)
    assert WORDS not in text
    assert str(CHAT_ID) not in text
