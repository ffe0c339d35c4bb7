"""When Telegram says wait, fails or is away: obeyed to the second, nothing lost, no storm."""

from __future__ import annotations

import pytest

import bot.request
from bot.delivery import MAX_UNANSWERED
from bot.metrics import Metrics
from simulator import Simulator, User
from tests.bot.post import Post, texts
from tests.bot.tools import until
from tests.transcripts.driver import Clock


@pytest.fixture
def user(sim: Simulator) -> User:
    return sim.add_user("Sari", started=True)


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
