"""Trouble on demand."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import aiohttp
import pytest

from simulator import Simulator, User
from tests.simulator.conftest import Call, FrozenClock


@pytest.fixture
def sari(sim: Simulator) -> User:
    return sim.add_user("Sari", started=True)


async def test_a_flood_halts_one_chat_until_its_time_has_passed(
    call: Call, sim: Simulator, sari: User, clock: FrozenClock
) -> None:
    other = sim.add_user("Other", started=True)
    sim.fail("flood", chat=sari.id, retry_after=30)
    answer = await call("sendMessage", chat_id=sari.id, text="a")
    assert answer == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 30",
        "parameters": {"retry_after": 30},
    }
    clock.forward(seconds=20)
    early = await call("sendMessage", chat_id=sari.id, text="a")
    assert early["parameters"] == {"retry_after": 10}
    assert (await call("sendMessage", chat_id=other.id, text="a"))["ok"]
    clock.forward(seconds=10)
    assert (await call("sendMessage", chat_id=sari.id, text="a"))["ok"]
    assert (sim.calls.violations, sim.calls.by_code[429]) == (1, 2)


async def test_a_flood_for_everybody_halts_all_chats_but_not_answers_to_presses(
    call: Call, sim: Simulator, sari: User
) -> None:
    other = sim.add_user("Other", started=True)
    sim.fail("flood", everybody=True, retry_after=5)
    codes = [
        (await call("sendMessage", chat_id=user.id, text="a")).get("error_code") for user in (sari, other)
    ]
    assert codes == [429, 429]
    assert (await call("getMe"))["ok"]
    assert (await call("answerCallbackQuery", callback_query_id="1"))["error_code"] == 400


async def test_faults_count_down_and_match_by_method_and_chat(call: Call, sim: Simulator, sari: User) -> None:
    other = sim.add_user("Other", started=True)
    sim.fail("server_error", times=2, method="sendMessage", chat=sari.id, code=502)
    plan = [("sendMessage", other), ("sendChatAction", sari), *[("sendMessage", sari)] * 3]
    answers = [
        (await call(method, chat_id=user.id, text="a", action="typing")).get("description", "ok")
        for method, user in plan
    ]
    assert answers == ["ok", "ok", "Bad Gateway", "Bad Gateway", "ok"]
    assert [message["text"] for message in sim.messages(sari)] == ["a"]


@pytest.mark.parametrize(("after", "arrived"), [(False, 0), (True, 1)])
async def test_a_call_that_hangs_may_or_may_not_have_taken_effect(
    call: Call, sim: Simulator, sari: User, after: bool, arrived: int
) -> None:
    sim.fail("hang", seconds=0.05, after=after)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await call("sendMessage", chat_id=sari.id, text="a")
    assert len(sim.messages(sari)) == arrived
    assert [entry.outcome for entry in sim.calls.entries] == ["hang"]


async def test_a_slow_call_answers_in_the_end(call: Call, sim: Simulator, sari: User) -> None:
    sim.fail("hang", seconds=0.05, answer=True)
    assert (await call("sendMessage", chat_id=sari.id, text="a"))["ok"]
    assert sim.calls.entries[-1].seconds >= 0.05


async def test_a_server_error_after_the_message_was_sent(call: Call, sim: Simulator, sari: User) -> None:
    sim.fail("server_error", after=True)
    assert (await call("sendMessage", chat_id=sari.id, text="a"))["error_code"] == 500
    assert len(sim.messages(sari)) == 1


async def test_a_connection_that_breaks(call: Call, sim: Simulator, sari: User) -> None:
    sim.fail("close", after=True)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await call("sendMessage", chat_id=sari.id, text="a")
    assert len(sim.messages(sari)) == 1


@pytest.mark.parametrize(
    ("settings", "code", "description"),
    [
        ({"kind": "blocked"}, 403, "Forbidden: bot was blocked by the user"),
        ({"kind": "deactivated"}, 403, "Forbidden: user is deactivated"),
        ({"kind": "migrate", "to": -1007}, 400, "Bad Request: group chat was upgraded to a supergroup chat"),
        ({"kind": "error", "code": 400, "description": "Bad Request: odd"}, 400, "Bad Request: odd"),
    ],
)
async def test_refusals_on_demand(
    call: Call, control: Call, sari: User, settings: dict[str, Any], code: int, description: str
) -> None:
    await control("faults", settings)
    answer = await call("sendMessage", chat_id=sari.id, text="a")
    assert (answer["error_code"], answer["description"]) == (code, description)
    assert (await call("sendMessage", chat_id=sari.id, text="a"))["ok"]


async def test_a_share_of_the_calls_fails(call: Call, control: Call, sim: Simulator, sari: User) -> None:
    await control("faults", {"kind": "server_error", "times": None, "share": 0.2})
    for _ in range(100):
        await call("sendMessage", chat_id=sari.id, text="a")
    assert 10 <= sim.calls.by_code[500] <= 30


async def test_latency_is_added_to_every_call(call: Call, control: Call, sim: Simulator) -> None:
    await control("latency", {"base": 0.05})
    await call("getMe")
    assert sim.calls.entries[-1].seconds >= 0.05


async def test_updates_come_several_times_and_in_any_order(
    call: Call, control: Call, sim: Simulator, sari: User
) -> None:
    for number in range(20):
        await sim.send_text(sari, str(number))
    await control("delivery", {"copies": 3, "shuffle": 100})
    updates = (await call("getUpdates"))["result"]
    ids = [update["update_id"] for update in updates]
    assert len(ids) == 60
    assert len(set(ids)) == 20
    assert ids != sorted(ids)


async def test_unknown_faults_are_named(http: aiohttp.ClientSession) -> None:
    for body, words in [
        ({"kind": "earthquake"}, "unknown kind of fault 'earthquake'"),
        ({"kin": "x"}, "field"),
    ]:
        async with http.post("/sim/faults", json=body) as answer:
            assert answer.status == 400
            assert words in (await answer.json())["error"]


async def test_clearing_faults_ends_halts_too(
    call: Call, http: aiohttp.ClientSession, sim: Simulator, sari: User
) -> None:
    sim.fail("flood", retry_after=100)
    await call("sendMessage", chat_id=sari.id, text="a")
    async with http.delete("/sim/faults") as answer:
        assert answer.status == 200
    assert (await call("sendMessage", chat_id=sari.id, text="a"))["ok"]


async def test_the_same_seed_gives_the_same_trouble(clock: FrozenClock) -> None:
    async def outcomes() -> list[int]:
        async with Simulator.start(clock=clock, rng=random.Random(5)) as sim:
            sim.fail("server_error", times=None, share=0.5)
            async with aiohttp.ClientSession(base_url=sim.url) as http:
                codes = []
                for _ in range(20):
                    async with http.get(f"/bot{sim.token}/getMe") as answer:
                        codes.append(answer.status)
                return codes

    assert await outcomes() == await outcomes()


async def test_hanging_calls_do_not_hold_up_the_end(clock: FrozenClock) -> None:
    async with asyncio.timeout(3), Simulator.start(clock=clock) as sim:
        sim.fail("hang", seconds=60)
        async with aiohttp.ClientSession(base_url=sim.url) as http:
            hanging = asyncio.create_task(http.get(f"/bot{sim.token}/getMe"))
            await asyncio.sleep(0.05)
            hanging.cancel()
