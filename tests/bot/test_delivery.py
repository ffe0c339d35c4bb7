"""Messages out: in the order of each chat, each once, honest about what is repeated."""

from __future__ import annotations

import asyncio
import io
import random
from collections import defaultdict

import pytest

from bot.client import TelegramClient
from bot.delivery import LEASE, Delivery
from bot.files import as_param
from bot.metrics import Metrics
from simulator import Simulator, User
from storage import BROADCAST, Database, chats, outbox
from tests.bot.conftest import Locked
from tests.bot.post import OWNER, Post, texts
from tests.bot.tools import until
from tests.transcripts.driver import Clock


@pytest.fixture
def user(sim: Simulator) -> User:
    return sim.add_user("Sari", started=True)


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
