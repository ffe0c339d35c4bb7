"""Faults on real processes, small: kills, a burst, a flood wait, an update that nobody can answer.

`bekal bench faults` runs the same at full size. Here scenarios run side by side, each in a world of its own:
most of their time is waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.bench import faults
from bot.bench.world import World
from tests.system.conftest import NewWorld

Scenario = Callable[[World], Awaitable[dict[str, Any]]]


async def side_by_side(new_world: NewWorld, scenarios: dict[str, Scenario]) -> list[dict[str, Any]]:
    async def run(name: str, scenario: Scenario) -> dict[str, Any]:
        async with new_world(name) as telegram:
            return await scenario(telegram)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(run(name, scenario)) for name, scenario in scenarios.items()]
    return [task.result() for task in tasks]


async def test_kills_lose_nothing_and_mark_what_they_repeat(
    new_world: NewWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faults, "KILL_AFTER", (0.05, 0.8))
    scenarios: dict[str, Scenario] = {
        "webhook": lambda telegram: faults.kills(telegram, "webhook", updates=120, times=3),
        "polling": lambda telegram: faults.kills(telegram, "polling", updates=120, times=3),
    }
    for found in await side_by_side(new_world, scenarios):
        assert found["kills"] == 3
        assert (found["lost_updates"], found["unanswered_chats"], found["unfinished"]) == (0, 0, 0)
        assert found["sent_twice_unmarked"] == 0
        # At most what was in flight at each kill.
        assert found["sent_twice"] <= 3 * 30


async def test_a_burst_a_flood_wait_and_an_update_that_nobody_can_answer(new_world: NewWorld) -> None:
    scenarios: dict[str, Scenario] = {
        "burst": lambda telegram: faults.one_chat_in_order(telegram, 200),
        "flood": lambda telegram: faults.flood_wait(telegram, chats=20, seconds=3),
        "poison": faults.poison,
    }
    burst, flood, poison = await side_by_side(new_world, scenarios)
    assert (burst["answers"], burst["in_order"]) == (200, 200)
    assert burst["kinds_of_answer"] == len(faults.COMMANDS)
    assert (flood["calls_during_the_halt"], flood["unsent"]) == (0, 0)
    assert flood["p95_s_of_the_others"] < 3 <= flood["shortest_wait_of_the_held_s"]
    # The apology, and the answer to the next message.
    assert poison == {"put_aside": 1, "messages_to_the_person": 2, "unfinished": 0}
