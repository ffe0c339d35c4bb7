"""A key can be replaced while people write: nothing is lost, and the old key is then needed for nothing."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

import storage.encryption
from storage import (
    CannotDecrypt,
    Cipher,
    Connection,
    Database,
    NewCase,
    TurnOutcome,
    TurnRecord,
    chats,
    finish_turn,
    inbox,
    keys,
    mask,
    open_store,
    people,
    questions,
    staff,
)
from storage.key_watch import KeyWatch
from storage.keys import Keys
from storage.models import KeyId
from storage.rekeying import keys_in_use, reseal_all
from storage.sealed import SealedColumn, sealed_columns
from tests.storage.conftest import LEASE, NOW

RECORD = TurnRecord(text=mask("gaji taiwan berapa"), rung="answer", language="id")


def talk(conn: Connection, cipher: Cipher, chat_id: int) -> None:
    """Somebody writes twice: one update is answered, one waits."""
    lane = cipher.lane(chat_id)
    inbox.accept(conn, cipher, 1, [(chat_id * 10 + n, lane, b'{"text":"halo"}') for n in range(2)], NOW)
    (row,) = inbox.claim(conn, cipher, f"worker-{chat_id}", NOW, LEASE, 1, 1)
    outcome = TurnOutcome(
        calls=[("sendMessage", {"text": "x"})],
        record=RECORD,
        case=NewCase(kind="person", detail=mask("tolong")),
        changes={"consent": "given", "context": {"a": chat_id}},
    )
    turn_id = finish_turn(conn, cipher, row, chats.new(lane, chat_id, NOW), outcome, NOW).turn_id
    assert turn_id is not None
    learned = questions.NewExample(turn_id, "id", "salary", mask("gaji taiwan"))
    questions.decide(conn, cipher, NOW, "ani", questions.EXAMPLES, [turn_id], examples=[learned])


def hire(conn: Connection, cipher: Cipher) -> None:
    staff_id = staff.add(conn, "ani", "agent", NOW)
    assert staff_id is not None
    staff.set_up(conn, cipher, staff_id, "hash", "SECRET", None, [])
    staff.invite(conn, cipher, staff_id, "token", "NEWSECRET", LEASE)


def held(conn: Connection, cipher: Cipher) -> list[Any]:
    """All that somebody can read, through the functions that everybody uses."""
    found: list[Any] = [people.export(conn, cipher, cipher.lane(chat_id)) for chat_id in range(1, 4)]
    found += [staff.find(conn, cipher, "ani"), staff.invitation(conn, cipher, "token", NOW)]
    found += questions.examples(conn, cipher)
    return found


@pytest.fixture
def old() -> Keys:
    return keys.make_keys(NOW)


@pytest.fixture
def new(old: Keys) -> Keys:
    return keys.rotated(old, NOW)


@pytest.fixture
async def full(url: str, old: Keys) -> None:
    database = Database.open(url, Cipher(old), clock=lambda: NOW)
    for chat_id in range(1, 4):
        await database.write(lambda conn, n=chat_id: talk(conn, database.cipher, n))
    await database.write(lambda conn: hire(conn, database.cipher))
    await database.close()


def opened(url: str, of: Keys) -> Database:
    return Database.open(url, Cipher(of), clock=lambda: NOW)


async def test_every_sealed_column_is_sealed_anew_and_the_old_key_is_needed_no_more(
    full: None, url: str, old: Keys, new: Keys
) -> None:
    database = opened(url, new)
    before = await database.read(lambda conn: held(conn, database.cipher))
    columns = [f"{each.table.name}.{each.column.name}" for each in sealed_columns()]
    counts = [await count(database, each) for each in sealed_columns()]
    assert 0 not in counts, dict(zip(columns, counts, strict=True))
    assert await keys_in_use(database) == {old.ids[0]: sum(counts)}
    assert await reseal_all(database, step=2) == sum(counts)
    assert await keys_in_use(database) == {new.ids[0]: sum(counts)}
    assert await reseal_all(database) == 0
    await database.close()
    without = opened(url, Keys(new.keys[:1], new.lane_secret))
    assert await without.read(lambda conn: held(conn, without.cipher)) == before
    await without.close()


async def count(database: Database, of: SealedColumn) -> int:
    query = select(of.column).where(of.column.is_not(None))
    return len(await database.read(lambda conn: conn.execute(query).all()))


class Killed(Exception):
    pass


@pytest.mark.parametrize("steps", range(0, 12, 3))
async def test_a_run_that_was_cut_off_is_simply_started_again(
    full: None, url: str, new: Keys, steps: int
) -> None:
    database = opened(url, new)
    before = await database.read(lambda conn: held(conn, database.cipher))
    total = sum((await keys_in_use(database)).values())
    left = steps

    async def sleep(_: float) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Killed

    with pytest.raises(Killed):
        await reseal_all(database, step=1, sleep=sleep)
    assert await reseal_all(database, step=1) == total - steps - 1
    assert await keys_in_use(database) == {new.ids[0]: total}
    assert await database.read(lambda conn: held(conn, database.cipher)) == before
    await database.close()


async def test_what_changes_meanwhile_keeps_the_change(full: None, url: str, new: Keys) -> None:
    database, other = opened(url, new), opened(url, new)
    lane = database.cipher.lane(1)

    async def meanwhile(_: float) -> None:
        def remember(conn: Connection) -> None:
            chat = chats.find(conn, other.cipher, lane)
            assert chat is not None
            chats.update(conn, other.cipher, chat, context={"n": chat.context.get("n", 0) + 1})

        await other.write(remember)

    rounds = await reseal_all(database, step=1, sleep=meanwhile)
    chat = await database.read(lambda conn: chats.find(conn, database.cipher, lane))
    assert chat is not None
    assert chat.context == {"n": rounds}
    await other.close()
    await database.close()


# The processes that run


async def test_a_running_process_takes_up_a_new_key_as_soon_as_it_meets_it(
    url: str, tmp_path: Path, old: Keys, new: Keys
) -> None:
    path = tmp_path / "bekal.key"
    keys.write(path, old)
    running = await open_store(url, path, lambda: NOW)
    keys.write(path, new)
    lane = running.cipher.lane(1)
    other = opened(url, new)
    await other.write(lambda conn: chats.ensure(conn, other.cipher, lane, 1, NOW))
    chat = await running.read(lambda conn: chats.find(conn, running.cipher, lane))
    assert chat is not None
    assert chat.chat_id == 1
    assert running.cipher.newest.hex() == new.ids[0]
    await other.close()
    await running.close()


def test_a_running_process_seals_with_a_new_key_within_seconds(
    tmp_path: Path, old: Keys, new: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bekal.key"
    keys.write(path, old)
    cipher = Cipher(old, KeyWatch(path, old.lane_secret))
    keys.write(path, new)
    assert cipher.seal(b"x", "a.b")[:4].hex() == old.ids[0]
    monkeypatch.setattr(cipher, "_next_look", 0.0)
    assert cipher.seal(b"x", "a.b")[:4].hex() == new.ids[0]
    assert storage.encryption.LOOK_SECONDS <= 5


def test_a_key_file_that_is_broken_or_strange_does_not_stop_who_works(
    tmp_path: Path, old: Keys, new: Keys
) -> None:
    path = tmp_path / "bekal.key"
    keys.write(path, old)
    watch = KeyWatch(path, old.lane_secret)
    assert watch() == old
    assert watch() is None
    path.write_text("{}")
    assert watch() is None
    path.unlink()
    assert watch() is None
    keys.write(path, keys.make_keys(NOW))
    assert watch() is None
    keys.write(path, new)
    assert watch() == new
    path.chmod(0o640)
    os.utime(path, (1, 1))
    assert watch() is None


async def test_a_key_nobody_has_is_still_an_error(db: Database, old: Keys) -> None:
    sealed = Cipher(keys.make_keys(NOW)).seal(b"x", "a.b")
    with pytest.raises(CannotDecrypt, match="does not hold"):
        db.cipher.open(sealed, "a.b")


# Which keys a database needs


async def test_a_key_that_seals_nothing_yet_may_be_absent_elsewhere(
    url: str, tmp_path: Path, old: Keys
) -> None:
    here, there = tmp_path / "here.key", tmp_path / "there.key"
    keys.write(here, keys.prepared(old, NOW))
    keys.write(there, old)
    for path in (here, there, here):
        database = await open_store(url, path, lambda: NOW)
        ids = await database.read(lambda conn: set(conn.execute(select(KeyId.id)).scalars()))
        assert old.ids[0] in ids
        assert len(ids) == 2
        await database.close()
    assert keys.read(here).ids[0] == old.ids[0]


async def test_two_changes_of_a_key_file_wait_for_each_other(tmp_path: Path, old: Keys) -> None:
    path = tmp_path / "bekal.key"
    keys.write(path, old)

    def rotate() -> None:
        with keys.changing(path):
            keys.write(path, keys.rotated(keys.read(path), NOW))

    await asyncio.gather(*(asyncio.to_thread(rotate) for _ in range(8)))
    assert len(keys.read(path).ids) == 9
