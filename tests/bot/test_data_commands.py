"""`bekal db ...` and `bekal data ...`, as somebody types them."""

from __future__ import annotations

import asyncio
import csv
import fcntl
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

import storage.rotation
from storage import Connection, Database, audit, chats, keys, open_store, people
from tests.bot.commands import Run, refused
from tests.storage.conftest import NOW, empty, postgres_migrated, postgres_server
from tests.storage.people import talk
from tests.storage.tables import everything

__all__ = ["postgres_migrated", "postgres_server"]

T = TypeVar("T")
ME, OTHER = 555_000_111, 555_000_112


class Store:
    """The database that the commands work on."""

    def __init__(self, tmp_path: Path) -> None:
        self.url = f"sqlite:///{tmp_path / 'data' / 'bekal.sqlite3'}"
        self.key = tmp_path / "data.key"

    def do(self, unit: Callable[[Connection, Database], T]) -> T:
        async def once() -> T:
            database = await open_store(self.url, self.key, lambda: NOW)
            try:
                return await database.write(lambda conn: unit(conn, database))
            finally:
                await database.close()

        return asyncio.run(once())

    def held(self, chat_id: int) -> dict[str, Any]:
        return self.do(lambda conn, db: people.export(conn, db.cipher, db.cipher.lane(chat_id)))

    def pseudonym(self, chat_id: int) -> str:
        chat = self.do(lambda conn, db: chats.find(conn, db.cipher, db.cipher.lane(chat_id)))
        assert chat is not None
        return chat.pseudonym


@pytest.fixture
def store(run: Run, tmp_path: Path) -> Store:
    """Two people have written."""
    assert run("db", "upgrade").exit_code == 0
    made = Store(tmp_path)
    for chat_id, word in ((ME, "jeruk limau"), (OTHER, "pisang raja")):
        made.do(lambda conn, db, n=chat_id, word=word: talk(conn, db.cipher, n, word))
    return made


def said(result: Any) -> str:
    assert result.exit_code == 0, result.output
    text: str = result.output
    return text


# db


def test_a_backup_is_made_and_put_back(run: Run, store: Store, tmp_path: Path) -> None:
    file = tmp_path / "backups" / "monday"
    told = said(run("db", "backup", str(file)))
    assert "The key is not in it" in told
    assert str(store.key) in told
    then = everything(store.url)
    refused(run("db", "backup", str(file)), "exists already")
    said(run("data", "erase", "--chat", str(ME), "--yes"))
    refused(run("db", "restore", str(file)), "--replace")
    assert "erase them again" in said(run("db", "restore", str(file), "--replace"))
    assert everything(store.url) == then
    assert "the database is sound" in said(run("db", "check"))


def test_a_database_that_a_bot_works_on_is_neither_replaced_nor_moved(
    run: Run, store: Store, tmp_path: Path
) -> None:
    said(run("db", "backup", str(tmp_path / "b")))
    with (tmp_path / "data" / "bekal.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused(run("db", "restore", str(tmp_path / "b"), "--replace"), "another bot runs on")
        refused(run("db", "copy", "--to", "postgresql://x@127.0.0.1:9/x"), "another bot runs on")
        said(run("db", "backup", str(tmp_path / "c")))


def test_a_backup_that_cannot_be_used_is_refused(run: Run, store: Store, tmp_path: Path) -> None:
    refused(run("db", "restore", str(tmp_path / "nowhere"), "--replace"), "cannot be read")
    (tmp_path / "b").write_text("hello")
    refused(run("db", "restore", str(tmp_path / "b"), "--replace"), "no backup of Bekal")


def test_there_must_be_a_database(run: Run, tmp_path: Path) -> None:
    for command in (
        ("db", "backup", str(tmp_path / "b")),
        ("db", "copy", "--to", "postgresql://x@127.0.0.1:9/x"),
        ("data", "export", "--case", "1", str(tmp_path / "out")),
        ("data", "rekey"),
        ("data", "retention"),
    ):
        refused(run(*command), "there is no database yet")
    assert list(tmp_path.iterdir()) == []


def test_a_database_moves_to_postgresql_and_works_there(
    run: Run, store: Store, postgres_migrated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty(postgres_migrated)
    told = said(run("db", "copy", "--to", postgres_migrated))
    assert "         2  chats" in told
    assert "BEKAL_DATABASE_URL" in told
    assert everything(postgres_migrated) == everything(store.url)
    monkeypatch.setenv("BEKAL_DATABASE_URL", postgres_migrated)
    assert "the database is sound" in said(run("db", "check"))
    # Several machines may share it: the first call only makes the key.
    assert "Copy" in said(run("data", "rekey"))
    monkeypatch.setattr(storage.rotation, "LOOK_SECONDS", 0.01)
    assert "values were sealed anew" in said(run("data", "rekey"))
    assert len(keys.read(store.key).ids) == 2


# data


def test_everything_held_is_written_for_who_asked(run: Run, store: Store, tmp_path: Path) -> None:
    out = tmp_path / "hand" / "sari.json"
    told = said(run("data", "export", "--pseudonym", store.pseudonym(ME).lower(), str(out)))
    assert "delete them" in told
    held = json.loads(out.read_text())
    assert held["chat"]["chat_id"] == ME
    assert held == store.held(ME)
    page = out.with_suffix(".txt").read_text()
    assert "jeruk limau" in page
    assert "pisang raja" not in page + out.read_text()
    for file in (out, out.with_suffix(".txt")):
        assert file.stat().st_mode & 0o777 == 0o600
    refused(run("data", "export", "--chat", str(ME), str(out)), "exists already")
    [deed] = store.do(lambda conn, _: audit.page(conn))
    assert (deed.actor, deed.what, deed.subject) == (
        "command line",
        "data exported",
        f"person:{store.pseudonym(ME)}",
    )


def test_a_person_is_erased_after_their_name_was_typed(run: Run, store: Store) -> None:
    name, before = store.pseudonym(ME), store.held(OTHER)
    case = everything(store.url)["cases"][0][0]
    refused(run("data", "erase", "--case", str(case), stdin="yes\n"), "nothing was erased")
    assert store.held(ME)["chat"] is not None
    told = said(run("data", "erase", "--case", str(case), stdin=f"{name}\n"))
    assert f"{name} is erased" in told
    assert "nothing is left" in told
    assert not any(store.held(ME).values())
    assert store.held(OTHER) == before
    [deed] = store.do(lambda conn, _: audit.page(conn))
    assert (deed.what, deed.subject) == ("data erased", f"person:{name}")


def test_somebody_without_a_chat_can_be_erased_by_their_id(run: Run, store: Store) -> None:
    store.do(lambda conn, db: storage.inbox.accept(conn, db.cipher, 1, [(1, db.cipher.lane(9), b"{}")], NOW))
    said(run("data", "erase", "--chat", "9", "--yes"))
    refused(run("data", "erase", "--chat", "9", "--yes"), "nothing is stored about this person")


@pytest.mark.parametrize(
    ("whom", "words"),
    [
        ((), "exactly one"),
        (("--case", "1", "--chat", "2"), "exactly one"),
        (("--case", "999"), "there is no case 999"),
        (("--pseudonym", "Melati-1000"), "nobody here has the pseudonym"),
        (("--pseudonym", "Sari"), "nobody here has the pseudonym"),
        (("--chat", "4"), "nothing is stored"),
    ],
)
def test_whom_a_command_is_about_must_be_clear(
    run: Run, store: Store, tmp_path: Path, whom: tuple[str, ...], words: str
) -> None:
    before = everything(store.url)
    refused(run("data", "erase", "--yes", *whom), words)
    refused(run("data", "export", str(tmp_path / "out"), *whom), words)
    assert everything(store.url) == before


def test_the_key_is_changed_and_the_old_one_dropped(
    run: Run, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage.rotation, "LOOK_SECONDS", 0.01)
    before, (old,) = store.held(ME), keys.read(store.key).ids
    assert "There is no old key" in said(run("data", "rekey", "--drop-old"))
    assert "A new key seals from now on" in said(run("data", "rekey"))
    refused(run("data", "rekey", "--drop-old"), "Wait a minute")
    long_ago = time.time() - 3600
    os.utime(store.key, (long_ago, long_ago))
    assert f"Dropped {old}" in said(run("data", "rekey", "--drop-old"))
    assert old not in keys.read(store.key).ids
    assert store.key.stat().st_mode & 0o777 == 0o600
    assert store.held(ME) == before


def test_the_report_on_retention_names_terms_and_old_backups(run: Run, store: Store, tmp_path: Path) -> None:
    assert "there is no folder" in said(run("data", "retention", "--backups", str(tmp_path / "none")))
    folder = tmp_path / "backups"
    for name in ("old", "new"):
        said(run("db", "backup", str(folder / name)))
    long_ago = time.time() - 31 * 24 * 3600
    os.utime(folder / "old", (long_ago, long_ago))
    before = everything(store.url)
    lines = said(run("data", "retention", "--backups", str(folder))).splitlines()
    assert ["turns", "180", "days", "0", "0"] in [line.split() for line in lines]
    assert ["sent_content", "49", "hours", "0", "0"] in [line.split() for line in lines]
    assert lines[-2:] == [f"backups older than 30 days in {folder}, to be deleted: 1", f"  {folder / 'old'}"]
    assert everything(store.url) == before


def test_who_was_affected_is_a_table(run: Run, store: Store) -> None:
    result = run("data", "affected", "--from", "2026-11-24T14:00+07:00", "--to", "2026-11-25")
    rows = list(csv.reader(result.stdout.splitlines()))
    assert rows[0] == ["pseudonym", "received", "turns", "case_steps", "sent"]
    assert [row for row in rows if row[0] == store.pseudonym(ME)] == [
        [store.pseudonym(ME), "4", "1", "2", "3"]
    ]
    assert "breach-notice" in result.output
    later = run("data", "affected", "--from", "2026-11-25", "--to", "2026-11-26")
    assert len(later.stdout.splitlines()) == 1
    everybody = run("data", "affected", "--from", "2026-11-25", "--to", "2026-11-26", "--all")
    assert len(everybody.stdout.splitlines()) == 3
    refused(run("data", "affected", "--from", "monday", "--to", "2026-11-26"), "is no time")
    refused(run("data", "affected", "--from", "2026-11-26", "--to", "2026-11-26"), "must lie before")
