"""Two processes on one database: nothing is lost, nothing is done twice, no chat is in two hands."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

from storage import Cipher, Database, chats, inbox, outbox
from storage.unit import TurnOutcome, finish_turn
from tests.storage.conftest import LEASE, NOW

CHATS, EACH = 12, 8
UPDATES = CHATS * EACH


class Hands:
    """Who has which chat in hand; a second one is an error."""

    def __init__(self) -> None:
        self._held: set[str] = set()

    def take(self, lane: str) -> None:
        assert lane not in self._held, "two workers have one chat"
        self._held.add(lane)

    def leave(self, lane: str) -> None:
        self._held.discard(lane)


async def test_updates_delivered_three_times_to_two_replicas_are_answered_once_and_in_order(
    db: Database, replica: Database, cipher: Cipher
) -> None:
    hands, answered = Hands(), []

    async def accept(database: Database) -> None:
        for n in range(UPDATES):
            item = (n, f"lane{n % CHATS}", b"{}")
            await database.write(lambda conn, item=item: inbox.accept(conn, cipher, 1, [item], NOW))

    async def work(database: Database, owner: str) -> None:
        while len(answered) < UPDATES:
            rows = await database.write(lambda conn: inbox.claim(conn, cipher, owner, NOW, LEASE, 3, 2))
            for lane in {row.lane for row in rows}:
                hands.take(lane)
            left = Counter(row.lane for row in rows)
            for row in rows:
                left[row.lane] -= 1
                if not left[row.lane]:
                    hands.leave(row.lane)  # the commit below frees the chat
                chat = chats.new(row.lane, 1, NOW)
                calls = [("sendMessage", {"text": str(row.update_id)})]
                outcome = TurnOutcome(calls=calls)
                await database.write(
                    lambda conn, row=row, chat=chat, outcome=outcome: finish_turn(
                        conn, cipher, row, chat, outcome, NOW
                    )
                )
                answered.append(row.update_id)
            await asyncio.sleep(0)

    sent: list[tuple[str, int]] = []

    async def deliver(database: Database, owner: str) -> None:
        while len(sent) < UPDATES:
            rows = await database.write(lambda conn: outbox.claim(conn, cipher, owner, NOW, LEASE, 5))
            for row in rows:
                sent.append((row.lane, int(row.params["text"])))
                await database.write(lambda conn, row=row: outbox.sent(conn, row, row.id, NOW))
            await asyncio.sleep(0)

    async with asyncio.timeout(60):
        await asyncio.gather(
            *(accept(each) for each in (db, replica, db)),
            *(work(each, f"{place}") for place, each in enumerate((db, replica, db, replica))),
            deliver(db, "d1"),
            deliver(replica, "d2"),
        )
    assert Counter(answered) == Counter(range(UPDATES))
    assert Counter(n for _, n in sent) == Counter(range(UPDATES))
    for lane in range(CHATS):
        mine = [n for name, n in sent if name == f"lane{lane}"]
        assert mine == sorted(mine)


async def test_one_of_two_replicas_recovers_what_a_third_left(
    db: Database, replica: Database, cipher: Cipher
) -> None:
    items = [(n, f"lane{n}", b"{}") for n in range(40)]
    await db.write(lambda conn: inbox.accept(conn, cipher, 1, items, NOW))
    await db.write(lambda conn: inbox.claim(conn, cipher, "dead", NOW, LEASE, 40, 1))
    later = LEASE + timedelta(seconds=1)
    found = await asyncio.gather(
        *(each.write(lambda conn: inbox.recover(conn, later)) for each in (db, replica, db, replica))
    )
    assert sum(found) == 40
    rows = await replica.write(
        lambda conn: inbox.claim(conn, cipher, "alive", later, later + timedelta(minutes=1), 99, 1)
    )
    assert [row.attempts for row in rows] == [1] * 40
