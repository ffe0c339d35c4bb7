"""What the desk asks of the store, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from storage import (
    Cipher,
    Connection,
    Database,
    audit,
    cases,
    chats,
    staff,
    staff_desk,
    staff_live,
    staff_sessions,
)
from tests.storage.conftest import NOW


@pytest.fixture
async def store(db: Database) -> AsyncIterator[Database]:
    """The audit log lets nobody delete from it, so a database that is used again is emptied otherwise."""
    yield db

    def empty(conn: Connection) -> None:
        if conn.dialect.name == "postgresql":
            conn.execute(text("TRUNCATE audit"))

    await db.write(empty)


async def test_the_chain_holds_and_tells_where_it_was_broken(store: Database, cipher: Cipher) -> None:
    for number in range(4):
        await store.write(lambda c, n=number: audit.add(c, cipher, NOW, "sari", "did", f"case:{n}"))
    whole = await store.read(lambda c: audit.verify(c, cipher))
    assert (whole.rows, whole.broken_at) == (4, None)
    assert [deed.subject for deed in await store.read(lambda c: audit.page(c, before=4, limit=2))] == [
        "case:2",
        "case:1",
    ]
    for deed in ("UPDATE audit SET actor = 'x'", "DELETE FROM audit"):
        with pytest.raises(Exception, match="only be added to"):
            await store.write(lambda c, d=deed: c.execute(text(d)))

    def forge(conn: Connection) -> None:
        rest = "at, actor, what, subject, detail, outcome, hash"
        columns = f"id, {rest}"
        conn.execute(text(f"INSERT INTO audit ({columns}) SELECT 5, {rest} FROM audit LIMIT 1"))

    await store.write(forge)
    assert (await store.read(lambda c: audit.verify(c, cipher))).broken_at == 5


async def test_a_list_goes_on_where_the_last_page_ended(store: Database, cipher: Cipher) -> None:
    def fill(conn: Connection) -> list[int]:
        made = []
        for number in range(9):
            chat = chats.ensure(conn, cipher, f"{number:032x}", number + 1, NOW)
            at = NOW + timedelta(seconds=number // 3)
            made.append(cases.open(conn, cipher, chat.id, "danger" if number < 3 else "person", now=at))
        return made

    made = await store.write(fill)
    for tab in ("unassigned", "danger", "closed"):
        seen: list[int] = []
        after = None
        while True:
            page = await store.read(
                lambda c, t=tab, a=after: staff_desk.lines(c, cipher, t, "sari", NOW, after=a, limit=2)
            )
            if not page:
                break
            seen += [line.case.id for line in page]
            after = staff_desk.cursor(tab, page[-1].case)
        assert seen == {"unassigned": made, "danger": made[:3], "closed": []}[tab]
    counted = await store.read(lambda c: staff_desk.counts(c, "sari", NOW))
    assert counted == {"danger": 3, "mine": 0, "unassigned": 9, "waiting": 0}
    for case_id in made[:4]:
        at = NOW + timedelta(minutes=case_id)
        await store.write(lambda c, i=case_id, t=at: cases.close(c, cipher, i, "sari", t))
    first = await store.read(lambda c: staff_desk.lines(c, cipher, "closed", "sari", NOW, limit=3))
    after = staff_desk.cursor("closed", first[-1].case)
    rest = await store.read(lambda c: staff_desk.lines(c, cipher, "closed", "sari", NOW, after=after))
    assert [line.case.id for line in [*first, *rest]] == made[3::-1]


async def test_news_comes_in_order_and_once(store: Database, cipher: Cipher) -> None:
    def report(conn: Connection, kind: str) -> int:
        chat = chats.ensure(conn, cipher, "a" * 32, 7, NOW)
        return cases.open(conn, cipher, chat.id, kind, now=NOW)

    before = await store.read(staff_live.newest)
    await store.write(lambda c: report(c, "person"))
    await store.write(lambda c: report(c, "danger"))
    news = await store.read(lambda c: staff_live.since(c, before))
    assert [(each.what, each.danger) for each in news] == [("reported", False), ("reported", True)]
    assert await store.read(lambda c: staff_live.since(c, news[-1].id)) == []


async def test_failures_lock_and_are_forgotten(store: Database) -> None:
    keys = {"account": "sari", "address": "10.0.0.1"}
    outcomes = [await store.write(lambda c: staff_sessions.attempt(c, keys, NOW)) for _ in range(6)]
    assert outcomes == [None] * 5 + [NOW + staff_sessions.FIRST_LOCK]
    await store.write(lambda c: staff_sessions.forget_failures(c, "sari"))
    assert await store.write(lambda c: staff_sessions.attempt(c, keys, NOW)) is None


async def test_an_account_is_made_once_and_its_codes_are_its_own(store: Database, cipher: Cipher) -> None:
    first = await store.write(lambda c: staff.add(c, " Sari ", "agent", NOW))
    second = await store.write(lambda c: staff.add(c, "budi", "agent", NOW))
    assert first is not None
    assert second is not None
    assert await store.write(lambda c: staff.add(c, "SARI", "admin", NOW)) is None
    for each in (first, second):
        await store.write(lambda c, i=each: staff.set_up(c, cipher, i, "hash", "secret", None, ["a-b"]))
    assert await store.write(lambda c: staff.use_recovery(c, first, "a-b"))
    assert not await store.write(lambda c: staff.use_recovery(c, first, "a-b"))
    assert await store.write(lambda c: staff.use_recovery(c, second, "a-b"))
    assert [
        await store.write(lambda c, s=step: staff.use_totp_step(c, first, s)) for step in (5, 5, 4, 6)
    ] == [
        True,
        False,
        False,
        True,
    ]
