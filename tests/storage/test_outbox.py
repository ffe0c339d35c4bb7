"""Calls are sent in order, replies first, one at a time in a chat, and a doubt is marked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from storage import BROADCAST, REPLY, STAFF, Cipher, Database, OutboxRow, chats, lanes, outbox
from tests.storage.conftest import LEASE, NOW

SECOND = timedelta(seconds=1)
CHAT = 998877665544


@pytest.fixture
def steps(db: Database, cipher: Cipher) -> Steps:
    return Steps(db, cipher)


class Steps:
    """The calls of this module as one worker makes them."""

    def __init__(self, db: Database, cipher: Cipher) -> None:
        self.db = db
        self.cipher = cipher

    async def put(self, lane: str, words: str, priority: int = REPLY, **options: Any) -> int:
        options = {"now": NOW, **options}
        return await self.db.write(
            lambda conn: outbox.put(
                conn, self.cipher, lane, CHAT, "sendMessage", {"text": words}, priority=priority, **options
            )
        )

    async def claim(
        self, owner: str = "one", *, now: Any = NOW, limit: int = 10, **options: Any
    ) -> list[OutboxRow]:
        until = now + (LEASE - NOW)
        return await self.db.write(
            lambda conn: outbox.claim(conn, self.cipher, owner, now, until, limit, **options)
        )

    async def send(self, *, now: Any = NOW, **options: Any) -> list[str]:
        """Send whatever may be sent, round by round; returns the texts in the order of sending."""
        sent: list[str] = []
        while rows := await self.claim(now=now, **options):
            for row in rows:
                await self.do(outbox.sent, row, 100 + row.id, now)
            sent += texts(rows)
        return sent

    async def do(self, call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        return await self.db.write(lambda conn: call(conn, *arguments, **named))

    async def states(self) -> list[str]:
        states = "SELECT state FROM outbox ORDER BY id"
        return await self.do(lambda conn: list(conn.execute(text(states)).scalars()))


def texts(rows: list[OutboxRow]) -> list[str]:
    return [row.params["text"] for row in rows]


async def test_a_claim_returns_what_was_put(steps: Steps) -> None:
    row_id = await steps.put("a", "halo", STAFF, turn_id=17)
    (row,) = await steps.claim("me")
    assert row == OutboxRow(
        row_id, "a", CHAT, "sendMessage", {"text": "halo"}, 0, STAFF, False, NOW, 17, False, "me"
    )
    assert "halo" not in repr(row)
    assert str(CHAT) not in repr(row)


async def test_a_chat_gets_its_calls_in_order_one_at_a_time(steps: Steps) -> None:
    for words in ("a1", "a2"):
        await steps.put("a", words)
    await steps.put("b", "b1")
    rows = await steps.claim()
    assert sorted(texts(rows)) == ["a1", "b1"]
    assert await steps.claim("two") == []
    await steps.do(outbox.sent, next(row for row in rows if row.lane == "a"), 5, NOW)
    assert texts(await steps.claim("two")) == ["a2"]


async def test_replies_go_before_staff_and_staff_before_broadcasts(steps: Steps) -> None:
    await steps.put("a", "broadcast", BROADCAST)
    await steps.put("b", "staff", STAFF)
    await steps.put("c", "reply")
    assert [texts(await steps.claim(limit=1)) for _ in range(4)] == [["reply"], ["staff"], ["broadcast"], []]


async def test_a_broadcast_never_keeps_a_reply_of_its_chat_back(steps: Steps) -> None:
    await steps.put("a", "broadcast 1", BROADCAST)
    await steps.put("a", "broadcast 2", BROADCAST)
    await steps.put("a", "reply 1")
    await steps.put("a", "staff", STAFF)
    await steps.put("a", "reply 2")
    assert await steps.send() == ["reply 1", "staff", "reply 2", "broadcast 1", "broadcast 2"]


async def test_a_claim_can_be_limited_to_what_its_pace_allows(steps: Steps) -> None:
    await steps.put("a", "reply")
    await steps.put("a", "broadcast a", BROADCAST)
    await steps.put("b", "broadcast b", BROADCAST)
    assert texts(await steps.claim(priorities=(BROADCAST,))) == ["broadcast b"]
    assert await steps.send(priorities=(REPLY, STAFF)) == ["reply"]
    assert await steps.send(priorities=(BROADCAST,)) == ["broadcast a"]


async def test_what_is_meant_for_later_waits_and_keeps_nothing_back(steps: Steps) -> None:
    await steps.put("a", "tomorrow", due_at=NOW + 86400 * SECOND)
    await steps.put("a", "in a minute", due_at=NOW + 60 * SECOND)
    await steps.put("a", "now")
    assert await steps.send() == ["now"]
    assert await steps.send(now=NOW + 59 * SECOND) == []
    assert await steps.send(now=NOW + 60 * SECOND) == ["in a minute"]
    assert await steps.send(now=NOW + 86400 * SECOND) == ["tomorrow"]


async def test_a_retry_waits_and_keeps_its_chat_in_order(steps: Steps) -> None:
    await steps.put("a", "first")
    await steps.put("a", "second")
    (row,) = await steps.claim()
    await steps.do(outbox.again, row, NOW + 8 * SECOND, "timeout", maybe_sent=True, now=NOW)
    assert await steps.send(now=NOW + 7 * SECOND) == []
    (row,) = await steps.claim(now=NOW + 8 * SECOND)
    assert (row.params["text"], row.attempts, row.possible_duplicate) == ("first", 1, True)
    await steps.do(outbox.sent, row, 1, NOW + 8 * SECOND)
    assert await steps.send(now=NOW + 8 * SECOND) == ["second"]


async def test_a_broadcast_that_is_tried_again_keeps_only_broadcasts_back(steps: Steps) -> None:
    await steps.put("a", "broadcast 1", BROADCAST)
    await steps.put("a", "broadcast 2", BROADCAST)
    (row,) = await steps.claim()
    await steps.do(outbox.again, row, NOW + 8 * SECOND, "timeout", maybe_sent=False, now=NOW)
    await steps.put("a", "reply")
    assert await steps.send(now=NOW + SECOND) == ["reply"]
    assert await steps.send(now=NOW + 8 * SECOND) == ["broadcast 1", "broadcast 2"]


async def test_a_reply_put_while_a_broadcast_is_under_way_is_next(steps: Steps) -> None:
    await steps.put("a", "broadcast 1", BROADCAST)
    await steps.put("a", "broadcast 2", BROADCAST)
    (row,) = await steps.claim()
    await steps.put("a", "reply")
    assert await steps.claim("two") == []
    await steps.do(outbox.sent, row, 1, NOW)
    assert await steps.send() == ["reply", "broadcast 2"]


async def test_only_a_doubtful_call_is_marked(steps: Steps) -> None:
    await steps.put("a", "refused")
    (row,) = await steps.claim()
    await steps.do(outbox.again, row, NOW, "connection_refused", maybe_sent=False, now=NOW)
    assert await steps.states() == ["new"]
    (row,) = await steps.claim()
    assert not row.possible_duplicate
    await steps.do(outbox.again, row, NOW, "timeout", maybe_sent=True, now=NOW)
    assert await steps.states() == ["unknown"]
    (row,) = await steps.claim()
    await steps.do(outbox.again, row, NOW, "connection_refused", maybe_sent=False, now=NOW)
    (row,) = await steps.claim()
    assert row.possible_duplicate


async def test_a_held_chat_gets_nothing_before_its_time(steps: Steps) -> None:
    await steps.put("a", "first")
    (row,) = await steps.claim()
    until = NOW + 30 * SECOND
    await steps.do(outbox.again, row, until, "too_many", maybe_sent=False, now=NOW)
    await steps.do(outbox.hold_lane, "a", until)
    await steps.put("a", "second", now=NOW + SECOND)
    await steps.put("b", "other", now=NOW + SECOND)
    assert await steps.send(now=NOW + 29 * SECOND) == ["other"]
    assert await steps.send(now=until) == ["first", "second"]


async def test_a_chat_can_be_held_while_it_has_nothing_waiting_or_something_under_way(steps: Steps) -> None:
    until = NOW + 30 * SECOND
    await steps.do(outbox.hold_lane, "a", until)
    await steps.put("a", "first", now=NOW + SECOND)
    assert await steps.send(now=NOW + 29 * SECOND) == []
    await steps.put("b", "b1")
    await steps.put("b", "b2")
    (row,) = await steps.claim()
    await steps.do(outbox.hold_lane, "b", until)
    await steps.do(outbox.sent, row, 1, NOW)
    assert await steps.send(now=NOW + 29 * SECOND) == []
    assert sorted(await steps.send(now=until)) == ["b2", "first"]
    assert await steps.do(lanes.sweep, until) == 0


async def test_a_hold_without_work_is_swept_away_after_its_time(steps: Steps) -> None:
    await steps.do(outbox.hold_lane, "a", NOW + SECOND)
    assert await steps.do(lanes.sweep, NOW) == 0
    assert await steps.do(lanes.sweep, NOW + SECOND) == 1


async def test_what_a_dead_worker_had_in_hand_is_sent_again_and_marked(steps: Steps) -> None:
    await steps.put("a", "first")
    await steps.put("a", "second")
    await steps.claim("dead")
    assert await steps.do(outbox.recover, LEASE - SECOND) == 0
    assert await steps.do(outbox.recover, LEASE) == 1
    assert await steps.states() == ["unknown", "new"]
    (row,) = await steps.claim(now=LEASE)
    assert (row.params["text"], row.possible_duplicate, row.attempts) == ("first", True, 1)


async def test_a_dead_worker_can_be_named(steps: Steps) -> None:
    await steps.put("a", "first")
    await steps.claim("dead")
    assert await steps.do(outbox.recover, NOW, dead_owner="another") == 0
    assert await steps.do(outbox.recover, NOW, dead_owner="dead") == 1


async def test_a_worker_that_stops_gives_back_what_it_has_not_begun(steps: Steps) -> None:
    await steps.put("a", "first")
    await steps.claim("one")
    assert await steps.do(outbox.release, "one") == 1
    (row,) = await steps.claim("two")
    assert (row.possible_duplicate, row.attempts) == (False, 0)


async def test_two_workers_on_one_row_after_a_lost_lease_end_with_it_sent(steps: Steps) -> None:
    await steps.put("a", "first")
    await steps.put("a", "second")
    (old,) = await steps.claim("one")
    await steps.do(outbox.recover, LEASE)
    (new,) = await steps.claim("two", now=LEASE)
    assert new.possible_duplicate
    await steps.do(outbox.sent, old, 1, LEASE)
    await steps.do(outbox.again, old, LEASE, "timeout", maybe_sent=True, now=LEASE)
    assert await steps.claim("three", now=LEASE) == []
    await steps.do(outbox.sent, new, 2, LEASE)
    assert await steps.states() == ["sent", "new"]
    assert await steps.send(now=LEASE) == ["second"]


async def test_a_failed_call_lets_the_next_pass_and_forgets_its_content(steps: Steps) -> None:
    await steps.put("a", "first")
    await steps.put("a", "second")
    (row,) = await steps.claim()
    await steps.do(outbox.failed, row, "Bad Request: can't parse 'tolong'", NOW)
    stored = "SELECT state, error, body_sealed FROM outbox ORDER BY id"
    first = await steps.do(lambda conn: conn.execute(text(stored)).first())
    assert tuple(first) == ("failed", "unspecified", None)
    assert await steps.send() == ["second"]


async def test_a_chat_that_stopped_the_bot_gets_nothing_and_nothing_is_tried(
    steps: Steps, cipher: Cipher
) -> None:
    await steps.do(chats.ensure, cipher, "a", CHAT, NOW)
    await steps.put("a", "first")
    await steps.put("a", "second")
    await steps.put("b", "other")
    rows = {row.lane: row for row in await steps.claim()}
    await steps.do(outbox.failed, rows["a"], "blocked", NOW)
    await steps.do(chats.stop, "a", "blocked", NOW)
    await steps.put("a", "third", BROADCAST)
    assert await steps.send(now=NOW + SECOND) == []
    stored = "SELECT state, error, body_sealed FROM outbox WHERE lane = 'a' ORDER BY id"
    found = await steps.do(lambda conn: [tuple(row) for row in conn.execute(text(stored))])
    assert found == [("failed", "blocked", None), ("failed", "stopped", None), ("failed", "stopped", None)]


async def test_what_was_stopped_leaves_no_lane_behind(steps: Steps, cipher: Cipher) -> None:
    await steps.do(chats.ensure, cipher, "a", CHAT, NOW)
    await steps.put("a", "first")
    await steps.do(chats.stop, "a", "blocked", NOW)
    assert await steps.do(lanes.sweep, NOW) == 1
    chat = await steps.do(chats.find, cipher, "a")
    await steps.do(chats.update, cipher, chat, stopped=False)
    await steps.put("a", "welcome back")
    assert await steps.send() == ["welcome back"]


async def test_a_row_to_be_forgotten_is_gone_when_it_is_sent(steps: Steps) -> None:
    await steps.put("a", "goodbye", forget=True)
    assert await steps.send() == ["goodbye"]
    assert await steps.states() == []


async def test_message_ids_of_the_last_days_can_be_deleted(steps: Steps) -> None:
    first, second, _ = [await steps.put("a", words) for words in ("old", "new", "waiting")]
    for at, limit in ((NOW, 1), (NOW + 3600 * SECOND, 1)):
        for row in await steps.claim(now=at, limit=limit):
            await steps.do(outbox.sent, row, 100 + row.id, at)
    assert await steps.do(outbox.deletable, "a", NOW) == [100 + first, 100 + second]
    assert await steps.do(outbox.deletable, "a", NOW + SECOND) == [100 + second]
    assert await steps.do(outbox.deletable, "b", NOW) == []


async def test_content_is_cleared_before_the_row_is_purged(steps: Steps) -> None:
    first = await steps.put("a", "old")
    await steps.put("b", "waiting", due_at=NOW + 9 * SECOND)
    await steps.send()
    assert await steps.do(outbox.clear, NOW) == 0
    assert await steps.do(outbox.clear, NOW + SECOND) == 1
    assert await steps.do(outbox.clear, NOW + SECOND) == 0
    assert await steps.do(outbox.deletable, "a", NOW) == [100 + first]
    assert await steps.do(outbox.purge, NOW + SECOND) == 1
    assert await steps.states() == ["new"]
    assert await steps.send(now=NOW + 9 * SECOND) == ["waiting"]


async def test_many_replies_are_put_at_once_in_order(steps: Steps, cipher: Cipher) -> None:
    calls = [("sendMessage", {"text": str(n)}) for n in range(5)]
    await steps.do(outbox.put_all, cipher, "a", CHAT, calls, now=NOW)
    await steps.do(outbox.put_all, cipher, "a", CHAT, [], now=NOW)
    assert await steps.send() == ["0", "1", "2", "3", "4"]


async def test_a_damaged_call_keeps_nobody_waiting(steps: Steps) -> None:
    first = await steps.put("a", "damaged")
    await steps.put("a", "second")
    await steps.put("b", "other")
    damage = text("UPDATE outbox SET body_sealed = :sealed WHERE id = :id")
    await steps.do(lambda conn: conn.execute(damage, {"sealed": b"no such key", "id": first}))
    assert sorted(await steps.send()) == ["other", "second"]
    assert await steps.states() == ["failed", "sent", "sent"]


async def test_the_number_of_waiting_rows_is_known(steps: Steps) -> None:
    for lane in "abc":
        await steps.put(lane, "words")
    (row, _) = await steps.claim(limit=2)
    await steps.do(outbox.again, row, NOW, "timeout", maybe_sent=True, now=NOW)
    assert await steps.do(outbox.count) == {"new": 1, "leased": 1, "unknown": 1}
