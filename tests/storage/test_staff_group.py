"""What the staff's group is still to be told, whose Telegram is whose, and kept lists, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from storage import (
    Cipher,
    Connection,
    Database,
    cases,
    chats,
    mask,
    outbox,
    people,
    saved_filters,
    staff,
    staff_group,
    staff_telegram,
)
from storage.staff_models import StaffTopic
from tests.storage.conftest import NOW

GROUP = -1001


def report(
    conn: Connection,
    cipher: Cipher,
    person: int,
    kind: str = "danger",
    at: datetime = NOW,
    words: str = "threat",
) -> int:
    chat = chats.ensure(conn, cipher, f"{person:032x}", person, at)
    return cases.open(conn, cipher, chat.id, kind, now=at, detail=mask(words))


async def test_fresh_danger_is_due_once_and_whatever_changes_is_due_again(
    db: Database, replica: Database, cipher: Cipher
) -> None:
    old = NOW - staff_group.FRESH - timedelta(hours=1)
    await db.write(lambda c: report(c, cipher, 1, at=old))
    await db.write(lambda c: report(c, cipher, 2, "person"))
    case_id = await db.write(lambda c: report(c, cipher, 3, words="threat, violence: dia mengancam"))

    async def due(at: datetime, store: Database = db) -> list[staff_group.Topic]:
        return await store.write(lambda c: staff_group.due(c, cipher, GROUP, at))

    [topic] = await due(NOW)
    assert (topic.case_id, topic.first, topic.danger) == (case_id, True, ("threat", "violence"))
    assert "mengancam" not in repr(topic)
    # Leased: neither here nor at another process before the lease ends.
    assert await due(NOW, replica) == []
    assert len(await due(NOW + staff_group.LEASE, replica)) == 1
    await db.write(lambda c: staff_group.made(c, topic.id, 77))
    await db.write(lambda c: staff_group.told(c, topic, NOW))
    assert await due(NOW) == []
    assert await db.read(lambda c: staff_group.case_of(c, GROUP, 77)) == case_id
    assert await db.read(lambda c: staff_group.case_of(c, GROUP - 1, 77)) is None
    # A clock that another process reads a little behind hides nothing.
    await db.write(lambda c: report(c, cipher, 3, "person", at=NOW - timedelta(milliseconds=1)))
    [again] = await due(NOW)
    assert [(step.what, step.kind) for step in again.steps] == [("reported", "person")]
    assert (again.first, again.thread_id) == (False, 77)
    await db.write(lambda c: staff_group.lost(c, topic.id, NOW))
    [anew] = await due(NOW)
    assert (anew.first, anew.thread_id) == (True, None)
    await db.write(lambda c: staff_group.later(c, [topic.id], NOW + timedelta(seconds=9)))
    assert await due(NOW + timedelta(seconds=8)) == []
    assert len(await due(NOW + timedelta(seconds=9))) == 1


async def test_a_closed_case_is_told_once_its_last_message_has_a_fate(db: Database, cipher: Cipher) -> None:
    case_id = await db.write(lambda c: report(c, cipher, 3))

    def close(conn: Connection) -> int:
        sent = outbox.put(conn, cipher, f"{3:032x}", 3, "sendMessage", {"text": "x"}, now=NOW)
        cases.happened(conn, cipher, case_id, "asked", NOW, actor="sari", outbox_id=sent)
        cases.close(conn, cipher, case_id, "sari", NOW + timedelta(seconds=1))
        return sent

    await db.write(close)

    async def told() -> staff_group.Topic | None:
        topics = await db.write(lambda c: staff_group.due(c, cipher, GROUP, NOW))
        for topic in topics:
            await db.write(lambda c, t=topic: staff_group.told(c, t, NOW))
        return topics[0] if topics else None

    # A case that was closed before anybody heard of it is no news.
    assert await told() is None
    other = await db.write(lambda c: report(c, cipher, 4))
    first = await told()
    assert first is not None
    await db.write(lambda c: staff_group.made(c, first.id, 5))

    def close_other(conn: Connection) -> None:
        sent = outbox.put(conn, cipher, f"{4:032x}", 4, "sendMessage", {"text": "x"}, now=NOW)
        cases.happened(conn, cipher, other, "asked", NOW, actor="sari", outbox_id=sent)
        cases.close(conn, cipher, other, "sari", NOW + timedelta(seconds=1))

    await db.write(close_other)
    closing = await told()
    assert closing is not None
    assert (closing.closed, closing.fate, closing.awaited is not None) == (True, None, True)
    await db.write(lambda c: chats.stop(c, f"{4:032x}", "blocked", NOW))
    last = await told()
    assert last is not None
    assert (last.fate, last.writer, last.steps) == ("blocked", "sari", ())
    assert await told() is None


async def test_erasing_leaves_only_the_topic_to_be_deleted(db: Database, cipher: Cipher) -> None:
    await db.write(lambda c: report(c, cipher, 3))
    [topic] = await db.write(lambda c: staff_group.due(c, cipher, GROUP, NOW))
    await db.write(lambda c: staff_group.made(c, topic.id, 5))
    await db.write(lambda c: staff_group.told(c, topic, NOW))
    await db.write(lambda c: people.erase(c, f"{3:032x}", NOW))
    [orphan] = await db.write(lambda c: staff_group.due(c, cipher, GROUP, NOW))
    assert (orphan.case_id, orphan.thread_id) == (None, 5)
    await db.write(lambda c: staff_group.drop(c, orphan.id))
    assert await db.read(lambda c: c.execute(select(StaffTopic)).all()) == []


async def test_a_code_links_one_account_once_and_in_time(db: Database, cipher: Cipher) -> None:
    def hire(conn: Connection) -> list[int]:
        made = []
        for name in ("ani", "budi"):
            staff_id = staff.add(conn, name, "agent", NOW)
            assert staff_id is not None
            staff.set_up(conn, cipher, staff_id, "hash", "JBSWY3DPEHPK3PXP", None, [])
            made.append(staff_id)
        return made

    ani, budi = await db.write(hire)

    async def link(code: str, telegram_id: int, at: datetime = NOW) -> str | None:
        found = await db.write(lambda c: staff_telegram.link(c, cipher, code, telegram_id, at))
        return found.name if found else None

    async def member(telegram_id: int) -> str | None:
        found = await db.read(lambda c: staff_telegram.member(c, cipher, telegram_id))
        return found.name if found else None

    await db.write(lambda c: staff_telegram.offer(c, ani, "one", NOW))
    await db.write(lambda c: staff_telegram.offer(c, ani, "two", NOW))
    assert await link("one", 9) is None  # replaced
    assert await link("two", 9, NOW + staff_telegram.LASTS) is None  # too late
    await db.write(lambda c: staff_telegram.offer(c, ani, "three", NOW))
    assert await link("three", 9) == "ani"
    assert await link("three", 8) is None
    assert (await member(9), await member(8)) == ("ani", None)
    # The same account for a colleague: it is theirs alone now.
    await db.write(lambda c: staff_telegram.offer(c, budi, "four", NOW))
    assert await link("four", 9) == "budi"
    assert not await db.read(lambda c: staff_telegram.linked(c, ani))
    await db.write(lambda c: staff.disable(c, budi))
    await db.write(lambda c: staff.disable(c, budi, False))
    assert await member(9) is None


async def test_lists_are_kept_by_name_for_each(db: Database) -> None:
    ani, budi = await db.write(lambda c: [staff.add(c, name, "agent", NOW) for name in ("ani", "budi")])
    assert ani is not None
    assert budi is not None
    for name, query in (("b", "x=1"), ("A", "x=2"), ("b", "x=3")):
        assert await db.write(lambda c, n=name, q=query: saved_filters.keep(c, ani, n, q))
    kept = await db.read(lambda c: saved_filters.of_staff(c, ani))
    assert [(each.name, each.query) for each in kept] == [("A", "x=2"), ("b", "x=3")]
    assert await db.read(lambda c: saved_filters.of_staff(c, budi)) == []
    assert not await db.write(lambda c: saved_filters.forget(c, budi, kept[0].id))
    assert await db.write(lambda c: saved_filters.forget(c, ani, kept[0].id))
