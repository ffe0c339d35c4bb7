"""Updates in: durable before Telegram hears yes, each once, whatever Telegram or a stranger sends."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bot.intake
import simulator.feed
from bot.client import TelegramClient
from bot.intake import Intake, OtherInstanceRuns, Poller, chat_of
from bot.metrics import Metrics
from simulator import Simulator
from storage import Database, StoreUnavailable, inbox
from tests.bot.conftest import Locked
from tests.bot.tools import stored_updates, until, written
from tests.transcripts.driver import Clock

ACCOUNT = 777
PERSON = {"id": 11, "is_bot": False, "first_name": "Sri"}
CHAT = {"id": -22, "type": "supergroup", "title": "Grup"}
PRIVATE = {"id": 11, "type": "private"}


@pytest.fixture
def wakes() -> list[int]:
    return []


@pytest.fixture
def intake(database: Database, clock: Clock, metrics: Metrics, wakes: list[int]) -> Intake:
    return Intake(database, ACCOUNT, clock=clock, wake=lambda: wakes.append(1), metrics=metrics)


@pytest.mark.parametrize(
    ("kind", "body", "chat"),
    [
        ("message", {"chat": CHAT, "from": PERSON}, -22),
        ("edited_message", {"chat": PRIVATE, "from": PERSON}, 11),
        ("channel_post", {"chat": CHAT}, -22),
        ("edited_channel_post", {"chat": CHAT}, -22),
        ("business_connection", {"user": PERSON, "user_chat_id": 12}, 11),
        ("business_message", {"chat": PRIVATE, "from": PERSON}, 11),
        ("edited_business_message", {"chat": PRIVATE, "from": PERSON}, 11),
        ("deleted_business_messages", {"chat": PRIVATE, "message_ids": [1]}, 11),
        ("message_reaction", {"chat": CHAT, "user": PERSON}, -22),
        ("message_reaction_count", {"chat": CHAT}, -22),
        ("inline_query", {"from": PERSON, "query": ""}, 11),
        ("chosen_inline_result", {"from": PERSON, "query": ""}, 11),
        ("callback_query", {"from": PERSON, "message": {"chat": CHAT, "date": 0}}, -22),
        ("callback_query", {"from": PERSON, "inline_message_id": "x"}, 11),
        ("shipping_query", {"from": PERSON}, 11),
        ("pre_checkout_query", {"from": PERSON}, 11),
        ("purchased_paid_media", {"from": PERSON}, 11),
        ("poll", {"id": "1", "question": "?"}, 0),
        ("poll_answer", {"poll_id": "1", "user": PERSON}, 11),
        ("my_chat_member", {"chat": PRIVATE, "from": PERSON}, 11),
        ("chat_member", {"chat": CHAT, "from": PERSON}, -22),
        ("chat_join_request", {"chat": CHAT, "from": PERSON}, -22),
        ("chat_boost", {"chat": CHAT, "boost": {}}, -22),
        ("removed_chat_boost", {"chat": CHAT}, -22),
        ("something_of_next_year", {"chat": CHAT}, -22),
        ("something_else_of_next_year", {"who": "knows"}, 0),
    ],
)
def test_every_kind_of_update_has_its_chat(kind: str, body: dict[str, Any], chat: int) -> None:
    assert chat_of({"update_id": 1, kind: body}) == chat


NAMES = st.sampled_from(["message", "chat", "from", "user", "id", "callback_query"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | NAMES,
    lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner),
    max_leaves=12,
)


@settings(max_examples=50)
@given(st.dictionaries(NAMES, JSON))
def test_whatever_stands_in_an_update_it_has_a_chat(update: dict[str, Any]) -> None:
    assert type(chat_of({"update_id": 1, **update})) is int


async def test_what_was_accepted_is_on_the_disk(
    intake: Intake, store_file: Path, wakes: list[int], metrics: Metrics
) -> None:
    await intake.accept([written(5), written(3)], "polling")
    assert stored_updates(store_file) == [5, 3]
    assert wakes == [1]
    assert b'bekal_updates_total{mode="polling"} 2.0' in metrics.text()


async def test_what_comes_again_is_stored_once_and_wakes_nobody(
    intake: Intake, store_file: Path, wakes: list[int], metrics: Metrics
) -> None:
    await intake.accept([written(1)], "webhook")
    await intake.accept([written(1), written(2), written(1)], "webhook")
    await intake.accept([written(2, "other words")], "webhook")
    assert stored_updates(store_file) == [1, 2]
    assert wakes == [1, 1]
    assert b"bekal_update_duplicates_total 3.0" in metrics.text()


async def test_halves_of_characters_and_all_else_come_back_as_they_were(
    intake: Intake, database: Database, clock: Clock
) -> None:
    text = "nol \x00 separuh \ud83d akhir 🧳"
    await intake.accept([written(1, text)], "polling")
    [row] = await database.write(
        lambda conn: inbox.claim(conn, database.cipher, "w", clock(), clock(), 1, 1, ())
    )
    assert json.loads(row.payload)["message"]["text"] == text


async def test_a_store_that_cannot_write_says_so(intake: Intake, locked: Locked, store_file: Path) -> None:
    with locked(), pytest.raises(StoreUnavailable):
        await intake.accept([written(1)], "polling")
    assert stored_updates(store_file) == []


# Polling


@contextlib.asynccontextmanager
async def polling(client: TelegramClient, intake: Intake, clock: Clock) -> AsyncIterator[asyncio.Task[None]]:
    stop = asyncio.Event()
    task = asyncio.create_task(Poller(client, intake, clock).run(stop))
    try:
        yield task
    finally:
        stop.set()
        await asyncio.wait({task}, timeout=5)
        assert task.done()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses fifty times as short."""
    pause = bot.intake._pause

    async def shorter(seconds: float, stop: asyncio.Event) -> None:
        await pause(seconds / 50, stop)

    monkeypatch.setattr(bot.intake, "_pause", shorter)
    monkeypatch.setattr(simulator.feed, "CONFLICT_PAUSE_SECONDS", 0.02)


async def test_telegram_hears_yes_only_after_the_commit(
    sim: Simulator, client: TelegramClient, intake: Intake, clock: Clock, store_file: Path
) -> None:
    confirmed: list[tuple[int, bool]] = []
    sim.bot.feed.on_taken = lambda update: confirmed.append(
        (update.id, update.id in stored_updates(store_file))
    )
    user = sim.add_user("Sari")
    async with polling(client, intake, clock):
        for number in range(20):
            await sim.send_text(user, f"pesan {number}")
        await until(lambda: len(confirmed) == 20)
    assert all(committed for _, committed in confirmed)


async def test_ids_that_start_anew_are_taken_as_well(
    sim: Simulator, client: TelegramClient, intake: Intake, clock: Clock, store_file: Path
) -> None:
    """After a quiet week Telegram may start anywhere; an offset out of the store would skip these."""
    await intake.accept([written(900_000_000)], "polling")
    await sim.send_text(sim.add_user("Sari"), "halo")
    [waiting] = sim.bot.feed.pending
    assert waiting < 900_000_000
    async with polling(client, intake, clock):
        await until(lambda: stored_updates(store_file) == [900_000_000, waiting])


@pytest.mark.usefixtures("quick")
async def test_a_store_that_is_down_gets_the_update_again(
    sim: Simulator,
    client: TelegramClient,
    intake: Intake,
    clock: Clock,
    store_file: Path,
    locked: Locked,
) -> None:
    user = sim.add_user("Sari")
    async with polling(client, intake, clock):
        with locked():
            await sim.send_text(user, "halo")
            await until(lambda: sim.calls.by_method["getUpdates"] >= 3)
            assert len(sim.bot.feed.pending) == 1
        await until(lambda: not sim.bot.feed.pending)
    assert len(stored_updates(store_file)) == 1


@pytest.mark.usefixtures("quick")
async def test_telegram_in_trouble_is_asked_again(
    sim: Simulator, client: TelegramClient, intake: Intake, clock: Clock, store_file: Path
) -> None:
    sim.fail("server_error", method="getUpdates", times=2, code=502)
    sim.fail("close", method="getUpdates")
    sim.fail("flood", method="getUpdates", retry_after=1)
    async with polling(client, intake, clock):
        await sim.send_text(sim.add_user("Sari"), "halo")
        await until(lambda: len(stored_updates(store_file)) == 1)


@pytest.mark.usefixtures("quick")
async def test_a_newcomer_leaves_when_somebody_else_polls(
    client: TelegramClient, intake: Intake, clock: Clock
) -> None:
    await client.call("setWebhook", {"url": "http://127.0.0.1:9/hook"})
    async with polling(client, intake, clock) as task:
        with pytest.raises(OtherInstanceRuns, match="another process polls"):
            await asyncio.wait_for(asyncio.shield(task), 5)


@pytest.mark.usefixtures("quick")
async def test_of_two_pollers_the_one_that_came_later_leaves(
    sim: Simulator,
    client: TelegramClient,
    other_client: TelegramClient,
    intake: Intake,
    clock: Clock,
    store_file: Path,
) -> None:
    user = sim.add_user("Sari")
    async with polling(client, intake, clock) as first:
        await sim.send_text(user, "halo")
        await until(lambda: not sim.bot.feed.pending)
        clock.forward(61)
        async with polling(other_client, intake, clock) as second:
            with pytest.raises(OtherInstanceRuns):
                await asyncio.wait_for(asyncio.shield(second), 10)
        assert not first.done()
        await sim.send_text(user, "masih di sana?")
        await until(lambda: len(stored_updates(store_file)) == 2)


async def test_a_stop_does_not_wait_for_the_poll(
    sim: Simulator, client: TelegramClient, intake: Intake, clock: Clock
) -> None:
    async with polling(client, intake, clock):
        await until(lambda: sim.bot.feed._poll is not None)
        started = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - started < 0.5
