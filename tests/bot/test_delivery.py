"""Messages out: in the order of each chat, obeying Telegram to the second, honest about what is repeated."""

from __future__ import annotations

import asyncio
import contextlib
import io
import random
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

import bot.request
from bot.client import TelegramClient
from bot.delivery import LEASE, MAX_UNANSWERED, Delivery
from bot.files import as_param
from bot.metrics import Metrics
from simulator import Simulator, User
from storage import BROADCAST, Database, chats, outbox
from tests.bot.conftest import Locked
from tests.bot.tools import select, until
from tests.transcripts.driver import Clock

OWNER = "sender"


class Post:
    """Puts messages into the outbox and lets the delivery run."""

    def __init__(
        self, database: Database, client: TelegramClient, clock: Clock, metrics: Metrics, store_file: Path
    ) -> None:
        self.database = database
        self.clock = clock
        self.delivery = Delivery(database, client, owner=OWNER, clock=clock, metrics=metrics)
        self._store_file = store_file

    async def put(self, chat_id: int, *texts: str, **options: Any) -> list[int]:
        return [await self.put_call(chat_id, "sendMessage", {"text": text}, **options) for text in texts]

    async def put_call(self, chat_id: int, method: str, params: dict[str, Any], **options: Any) -> int:
        lane = self.database.cipher.lane(chat_id)
        return await self.database.write(
            lambda conn: outbox.put(
                conn, self.database.cipher, lane, chat_id, method, params, now=self.clock(), **options
            )
        )

    def rows(self, columns: str = "state") -> list[Any]:
        found = select(self._store_file, f"SELECT {columns} FROM outbox ORDER BY id")
        return [row[0] for row in found] if "," not in columns else found

    @property
    def open(self) -> int:
        return sum(state not in ("sent", "failed") for state in self.rows())

    async def forward(self, seconds: float) -> None:
        """Time passes; whatever is due then gets its chance."""
        self.clock.forward(seconds)
        self.delivery.wake()
        await asyncio.sleep(0.05)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.Event]:
        stop = asyncio.Event()
        task = asyncio.create_task(self.delivery.run(stop))
        try:
            yield stop
        finally:
            stop.set()
            self.delivery.wake()
            await asyncio.wait_for(task, 5)


@pytest.fixture
def post(
    database: Database, client: TelegramClient, clock: Clock, metrics: Metrics, store_file: Path
) -> Post:
    return Post(database, client, clock, metrics, store_file)


@pytest.fixture
def user(sim: Simulator) -> User:
    return sim.add_user("Sari", started=True)


def texts(sim: Simulator, who: User | int) -> list[str]:
    return [message["text"] for message in sim.messages(who)]


async def test_every_chat_gets_its_messages_in_their_order(sim: Simulator, post: Post) -> None:
    chance = random.Random(2)
    sim.faults.latency.jitter = 0.005
    users = [sim.add_user(started=True) for _ in range(20)]
    expected: dict[int, list[str]] = defaultdict(list)
    for number in range(200):
        chat = chance.choice(users).id
        expected[chat].append(f"pesan {number}")
        await post.put(chat, f"pesan {number}")
    async with post.running():
        await until(lambda: not post.open, 20)
    assert {user.id: texts(sim, user) for user in users} == expected
    assert set(post.rows("possible_duplicate")) == {0}
    assert None not in post.rows("message_id")
    assert sim.calls.total == 200


async def test_replies_go_before_broadcasts(
    sim: Simulator, post: Post, database: Database, client: TelegramClient, clock: Clock, metrics: Metrics
) -> None:
    users = [sim.add_user(started=True) for _ in range(6)]
    for each in users[:3]:
        await post.put(each.id, "siaran", priority=BROADCAST)
    for each in users[3:]:
        await post.put(each.id, "jawaban")
    post.delivery = Delivery(database, client, owner=OWNER, clock=clock, metrics=metrics, parallel=1)
    async with post.running():
        await until(lambda: not post.open)
    order = [entry.chat for entry in sim.calls.entries]
    assert sorted(order[:3]) == [each.id for each in users[3:]]


# Floods


async def test_a_429_holds_this_chat_to_the_second_and_no_other(
    sim: Simulator, post: Post, user: User
) -> None:
    other = sim.add_user(started=True)
    sim.fail("flood", chat=user.id, retry_after=30)
    await post.put(user.id, "satu", "dua")
    async with post.running():
        await until(lambda: sim.calls.total == 1)
        await post.put(other.id, "halo")
        post.delivery.wake()
        await until(lambda: texts(sim, other) == ["halo"])
        # What comes meanwhile waits as well.
        await post.put(user.id, "tiga")
        await post.forward(29.9)
        assert texts(sim, user) == []
        await post.forward(0.2)
        await until(lambda: texts(sim, user) == ["satu", "dua", "tiga"])
    assert sim.calls.violations == 0
    assert set(post.rows("possible_duplicate")) == {0}


async def test_429_from_three_chats_at_once_halts_everything(
    sim: Simulator, post: Post, clock: Clock, metrics: Metrics
) -> None:
    users = [sim.add_user(started=True) for _ in range(40)]
    for each in users[:3]:
        sim.fail("flood", chat=each.id, retry_after=10)
        await post.put(each.id, "halo")
    async with post.running():
        await until(lambda: sim.calls.by_code[429] == 3)
        await until(lambda: not post.delivery.in_flight)
        for each in users[3:]:
            await post.put(each.id, "halo")
        await post.forward(9.9)
        assert sim.calls.total == 3
        await post.forward(0.2)
        await until(lambda: not post.open)
    assert sim.calls.violations == 0
    assert b"bekal_telegram_429_total 3.0" in metrics.text()


async def test_three_chats_one_after_the_other_halt_nothing(sim: Simulator, post: Post) -> None:
    users = [sim.add_user(started=True) for _ in range(4)]
    async with post.running():
        for each in users[:3]:
            sim.fail("flood", chat=each.id, retry_after=60)
            await post.put(each.id, "halo")
            before = sim.calls.total
            post.delivery.wake()
            await until(lambda before=before: sim.calls.total == before + 1)
            await post.forward(5.1)
        await post.put(users[3].id, "halo")
        post.delivery.wake()
        await until(lambda: texts(sim, users[3]) == ["halo"])


async def test_a_flood_costs_no_attempt_that_a_message_needs_later(
    sim: Simulator, post: Post, user: User
) -> None:
    """However often Telegram says wait, the message arrives, and a later fault is not the last straw."""
    sim.fail("flood", chat=user.id, retry_after=1, times=MAX_UNANSWERED + 3)
    await post.put(user.id, "halo")
    async with post.running():
        for number in range(MAX_UNANSWERED + 3):
            await until(lambda number=number: sim.calls.total == number + 1)
            await until(lambda: not post.delivery.in_flight)
            if number == MAX_UNANSWERED + 2:
                sim.fail("server_error", chat=user.id)
            await post.forward(1.01)
        await until(lambda: sim.calls.by_code[500] == 1)
        await until(lambda: not post.delivery.in_flight)
        await post.forward(65)
        await until(lambda: texts(sim, user) == ["halo"])


# Faults whose outcome is known or not


@pytest.mark.parametrize("kind", ["server_error", "close"])
async def test_a_fault_backs_off_and_marks_what_may_come_twice(
    sim: Simulator, post: Post, user: User, kind: str
) -> None:
    sim.fail(kind, times=2, after=True)
    await post.put(user.id, "satu", "dua")
    async with post.running():
        await until(lambda: sim.calls.total == 1)
        await until(lambda: not post.delivery.in_flight)
        await post.forward(0.9)
        assert sim.calls.total == 1
        await post.forward(0.2)
        await until(lambda: sim.calls.total == 2)
        await until(lambda: not post.delivery.in_flight)
        await post.forward(0.9)
        assert sim.calls.total == 2
        await post.forward(1.2)
        await until(lambda: not post.open)
    # It was carried out each time, and the message behind it did not overtake it.
    assert texts(sim, user) == ["satu", "satu", "satu", "dua"]
    assert post.rows("possible_duplicate") == [1, 0]


async def test_a_bad_day_at_telegram_loses_nothing_and_makes_no_storm(sim: Simulator, post: Post) -> None:
    """One call in five goes wrong, after or before it took effect."""
    users = [sim.add_user(started=True) for _ in range(20)]
    wanted = [f"pesan {number}" for number in range(5)]
    for each in users:
        await post.put(each.id, *wanted)
    for after in (False, True):
        sim.fail("server_error", share=0.1, times=None, after=after)
    async with post.running():
        for _ in range(200):
            if not post.open:
                break
            await post.forward(1)
    assert not post.open
    assert set(post.rows()) == {"sent"}
    for each in users:
        got = texts(sim, each)
        assert list(dict.fromkeys(got)) == wanted
        assert got == sorted(got)
    repeated = sum(len(texts(sim, each)) for each in users) - 100
    assert repeated <= sum(post.rows("possible_duplicate"))
    assert sim.calls.total <= 2 * 100


async def test_no_answer_in_time_marks_it(
    sim: Simulator, post: Post, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.request, "READ_TIMEOUT", 0.1)
    sim.fail("hang", seconds=2.0)
    await post.put(user.id, "halo")
    async with post.running():
        await until(lambda: post.rows() == ["unknown"])
        await post.forward(1.1)
        await until(lambda: not post.open)
    assert texts(sim, user) == ["halo"]
    assert post.rows("state, possible_duplicate, error") == [("sent", 1, None)]


async def test_without_a_connection_nothing_is_marked_and_nothing_is_given_up(
    sim: Simulator, post: Post, user: User
) -> None:
    """An hour without internet: the answers wait for it."""
    port = int(sim.url.rpartition(":")[2])
    await sim.close()
    await post.put(user.id, "halo")
    async with post.running():
        for _ in range(20):
            await post.forward(180)
        await until(lambda: not post.delivery.in_flight)
        assert post.rows("state, possible_duplicate") == [("new", 0)]
        await sim.open(port=port)
        await post.forward(65)
        await until(lambda: not post.open)
    assert texts(sim, user) == ["halo"]
    assert post.rows("state, possible_duplicate") == [("sent", 0)]


async def test_what_fails_each_time_is_given_up_and_the_next_one_goes(
    sim: Simulator, post: Post, user: User, clock: Clock
) -> None:
    sim.fail("server_error", times=MAX_UNANSWERED + 1)
    await post.put(user.id, "satu", "dua")
    pauses = []
    async with post.running():
        for number in range(1, MAX_UNANSWERED + 2):
            await until(lambda number=number: sim.calls.total >= number)
            await until(lambda: not post.delivery.in_flight)
            if number <= MAX_UNANSWERED:
                pauses.append(round(post.rows("due_at")[0] / 1e6 - clock().timestamp()))
                await post.forward(pauses[-1] + 0.001)
        await until(lambda: not post.open)
    assert post.rows("state, error") == [("failed", "server_error"), ("sent", None)]
    assert texts(sim, user) == ["dua"]
    assert pauses == [1, 1, 2, 4, 8, 16, 32, *[64] * (MAX_UNANSWERED - 7)]


# Refusals


@pytest.mark.parametrize(("state", "reason"), [("blocked", "blocked"), ("deactivated", "gone")])
async def test_who_blocked_the_bot_is_never_written_to_again(
    sim: Simulator, post: Post, user: User, database: Database, clock: Clock, state: str, reason: str
) -> None:
    lane = database.cipher.lane(user.id)
    await database.write(lambda conn: chats.ensure(conn, database.cipher, lane, user.id, clock()))
    sim.people.set_state(sim.bot, user.id, state)
    await post.put(user.id, "satu", "dua", "tiga")
    async with post.running():
        await until(lambda: not post.open)
        await post.put(user.id, "empat")
        await post.forward(3600)
    assert post.rows("state, error") == [("failed", reason), *[("failed", "stopped")] * 3]
    assert sim.calls.total == 1
    chat = await database.read(lambda conn: chats.find(conn, database.cipher, lane))
    assert chat is not None
    assert (chat.stopped, chat.stopped_reason) == (True, reason)


async def test_a_group_that_moved_is_written_to_where_it_is_now(sim: Simulator, post: Post) -> None:
    group = sim.add_group("Grup")
    sim.people.set_state(sim.bot, group.id, "upgraded")
    await post.put(group.id, "halo")
    async with post.running():
        await until(lambda: not post.open)
    assert post.rows() == ["sent"]
    [*_, last] = sim.messages(sim.bot.chats[group.upgraded_to])
    assert last["text"] == "halo"


async def test_a_refused_call_is_failed_once_and_the_next_one_goes(
    sim: Simulator, post: Post, user: User, log: io.StringIO
) -> None:
    secret = "nama saya Siti Contoh"
    await post.put_call(user.id, "sendMessage", {"text": f"<{secret}>", "parse_mode": "HTML"})
    await post.put(user.id, "dua")
    async with post.running():
        await until(lambda: not post.open)
    assert post.rows("state, error") == [("failed", "refused_can_t_parse_entities"), ("sent", None)]
    assert sim.calls.total == 2
    assert "send_refused" in log.getvalue()
    assert "siti" not in log.getvalue().lower()


async def test_a_token_that_is_refused_costs_no_message(sim: Simulator, post: Post, user: User) -> None:
    """Somebody renewed the token at BotFather: nothing is lost until the setting is mended."""
    good, sim.world.tokens = sim.world.tokens, ("999:" + "Z" * 35,)
    await post.put(user.id, "halo")
    async with post.running():
        await until(lambda: sim.calls.by_code[401] == 1)
        await until(lambda: not post.delivery.in_flight)
        sim.world.tokens = good
        await post.forward(30)
        assert sim.calls.by_code[401] == 1
        await post.forward(31)
        await until(lambda: not post.open)
    assert texts(sim, user) == ["halo"]
    assert post.rows("possible_duplicate") == [0]


# Kills, stops, stores


async def test_what_a_dead_process_had_in_hand_is_sent_again_and_marked(
    sim: Simulator, post: Post, user: User, database: Database, clock: Clock
) -> None:
    other = sim.add_user(started=True)
    await post.put(user.id, "satu", "dua")
    await database.write(
        lambda conn: outbox.claim(conn, database.cipher, OWNER, clock(), clock() + LEASE, 9, ())
    )
    await post.put(other.id, "halo")
    await database.write(lambda conn: outbox.recover(conn, clock(), dead_owner=OWNER))
    assert post.rows("state, possible_duplicate") == [("unknown", 1), ("new", 0), ("new", 0)]
    async with post.running():
        await until(lambda: not post.open)
    assert texts(sim, user) == ["satu", "dua"]
    assert post.rows("state, possible_duplicate") == [("sent", 1), ("sent", 0), ("sent", 0)]


async def test_a_stop_finishes_what_is_in_flight_and_begins_nothing_more(
    sim: Simulator, post: Post, user: User
) -> None:
    sim.faults.latency.base = 0.2
    await post.put(user.id, "satu", "dua")
    async with post.running() as stop:
        await until(lambda: post.delivery.in_flight == 1)
        stop.set()
    assert texts(sim, user) == ["satu"]
    assert post.rows() == ["sent", "new"]


async def test_a_store_that_is_down_for_a_moment_makes_no_duplicate(
    sim: Simulator, post: Post, user: User, locked: Locked
) -> None:
    sim.faults.latency.base = 0.1
    await post.put(user.id, "satu", "dua")
    async with post.running():
        await until(lambda: post.delivery.in_flight == 1)
        with locked():
            await until(lambda: texts(sim, user) == ["satu"])
            await asyncio.sleep(0.3)
        await until(lambda: not post.open)
    assert texts(sim, user) == ["satu", "dua"]
    assert post.rows("state, possible_duplicate") == [("sent", 0), ("sent", 0)]


async def test_a_file_arrives_as_it_was(sim: Simulator, post: Post, user: User) -> None:
    content = bytes(range(256)) * 40
    await post.put_call(user.id, "sendDocument", {"document": as_param("data.json", content)})
    async with post.running():
        await until(lambda: not post.open)
    [message] = sim.messages(user)
    assert message["document"]["file_name"] == "data.json"
    assert sim.world.files.by_id[message["document"]["file_id"]].data == content
