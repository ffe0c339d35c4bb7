"""A store that does not say whether it has stored, and one that holds what nobody can read any more."""

from __future__ import annotations

import contextlib
import io
import sqlite3
from collections.abc import Callable
from typing import Any

from bot.intake import Intake
from bot.lanes import Lanes
from bot.metrics import Metrics
from simulator import Simulator, User
from storage import Connection, Database, StoreUnavailable
from tests.bot.house import House, working
from tests.bot.post import Post, texts
from tests.bot.tools import until, written
from tests.bot.worker import OWNER, Worker, running
from tests.transcripts.driver import Clock


class Silent:
    """A database that carries out its `number`-th unit and loses the connection before it says so."""

    def __init__(self, database: Database, number: int) -> None:
        self.cipher = database.cipher
        self._database = database
        self._left = number

    async def write(self, unit: Callable[[Connection], Any]) -> Any:
        result = await self._database.write(unit)
        self._left -= 1
        if not self._left:
            raise StoreUnavailable("the connection broke during the commit")
        return result


async def test_chats_that_were_claimed_unheard_are_worked_on_at_once(
    database: Database, clock: Clock, metrics: Metrics
) -> None:
    """Not only when the lease runs out, which the clock here never lets happen."""
    silent: Any = Silent(database, 1)
    lanes = Lanes(silent, owner=OWNER, clock=clock, metrics=metrics)
    worker = lanes.turns = Worker(database, clock)
    intake = Intake(database, 777, clock=clock, wake=lanes.wake, metrics=metrics)
    await intake.accept([written(number, chat=number % 3) for number in range(9)], "webhook")
    async with running(lanes):
        await until(lambda: sum(map(len, worker.taken.values())) == 9)
    assert worker.taken == {0: [0, 3, 6], 1: [1, 4, 7], 2: [2, 5, 8]}
    assert worker.given_up == []


async def test_messages_that_were_claimed_unheard_are_sent_at_once_and_marked(
    post: Post, sim: Simulator
) -> None:
    post.delivery._database = Silent(post.database, 1)  # type: ignore[assignment]
    user = sim.add_user("Sri", started=True)
    await post.put(user.id, "satu", "dua")
    async with post.running():
        await until(lambda: not post.open)
    assert texts(sim, user) == ["satu", "dua"]
    assert post.rows("possible_duplicate") == [1, 0]


def damage(house: House, table: str, column: str) -> None:
    """What a bad sector does."""
    with contextlib.closing(sqlite3.connect(house.store_file)) as other, other:
        changed = other.execute(f"UPDATE {table} SET {column} = randomblob(64)")
        assert changed.rowcount


async def test_what_nobody_can_read_any_more_costs_no_answer_and_is_reported_once(
    idle: House, sim: Simulator, log: io.StringIO
) -> None:
    sari, budi = (sim.add_user(name, started=True) for name in ("Sari", "Budi"))
    async with working(idle):
        await idle.consent(sari)
        damage(idle, "chats", "chat_id_sealed")
        damage(idle, "chats", "context_sealed")
        damage(idle, "turns", "text_sealed")
        assert await idle.write(sari, "/bantuan")
        assert await idle.write(sari, "/dataku")
        assert await idle.write(budi, "/bantuan")
        mended = await idle.chat(sari)
    assert mended is not None
    assert (mended.chat_id, mended.consent) == (sari.id, "given")
    assert idle.select("SELECT count(*) FROM inbox WHERE state = 'dead'") == [(0,)]
    events = [line for line in log.getvalue().splitlines() if "cannot_decrypt" in line]
    assert sorted(line.count("chats.") for line in events) == [0, 1, 1]


async def test_a_damaged_update_and_a_damaged_message_are_put_aside_and_the_rest_goes_on(
    idle: House, sim: Simulator, log: io.StringIO
) -> None:
    user: User = sim.add_user("Sari", started=True)
    await idle.app.intake.accept([written(1, "/bantuan", user.id)], "webhook")
    damage(idle, "inbox", "payload_sealed")
    await idle.app.intake.accept([written(2, "/bantuan", user.id)], "webhook")
    async with working(idle):
        await until(lambda: len(sim.messages(user)) == 1)
        await idle.settled()
    assert idle.select("SELECT state, error FROM inbox ORDER BY id") == [
        ("dead", "CannotDecrypt"),
        ("done", None),
    ]
    assert log.getvalue().count("cannot_decrypt") == 1
