"""Faults on real processes, small: kills, a burst, a flood wait, an update that nobody can answer.

`bekal bench faults` runs the same at full size.
"""

from __future__ import annotations

import pytest

from bot.bench import faults
from bot.bench.world import World


@pytest.mark.parametrize("mode", ["webhook", "polling"])
async def test_kills_lose_nothing_and_mark_what_they_repeat(
    telegram: World, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faults, "KILL_AFTER", (0.05, 0.8))
    found = await faults.kills(telegram, mode, updates=120, times=3)
    assert found["kills"] == 3
    assert (found["lost_updates"], found["unanswered_chats"], found["unfinished"]) == (0, 0, 0)
    assert found["sent_twice_unmarked"] == 0
    # At most what was in flight at each kill.
    assert found["sent_twice"] <= 3 * 30


async def test_a_burst_of_one_chat_is_answered_in_its_order(telegram: World) -> None:
    found = await faults.one_chat_in_order(telegram, 200)
    assert (found["answers"], found["in_order"]) == (200, 200)
    assert found["kinds_of_answer"] == len(faults.COMMANDS)


async def test_a_flood_wait_of_some_chats_is_obeyed_and_not_felt_by_the_others(telegram: World) -> None:
    found = await faults.flood_wait(telegram, chats=20, seconds=3)
    assert found["calls_during_the_halt"] == 0
    assert found["unsent"] == 0
    assert found["shortest_wait_of_the_held_s"] >= 3
    assert found["p95_s_of_the_others"] < 3


async def test_an_update_that_cannot_be_answered_is_put_aside(telegram: World) -> None:
    found = await faults.poison(telegram)
    # The apology, and the answer to the next message.
    assert found == {"put_aside": 1, "messages_to_the_person": 2, "unfinished": 0}
