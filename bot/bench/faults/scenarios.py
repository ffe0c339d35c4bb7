"""Every fault test by its number, with its size in the suite and in the benchmark."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.bench.faults import broadcasts, engine, kills, store_away, telegram_away, updates
from bot.bench.faults.trial import Found, Trial
from bot.bench.stores import KINDS

SIZES = ("small", "full")


@dataclass(frozen=True)
class Scenario:
    """One line of the table of fault tests. `small` and `full` are the sizes: arguments of `run`."""

    number: str
    title: str
    run: Callable[..., Awaitable[Found]]
    full: Mapping[str, Any] = field(default_factory=dict)
    small: Mapping[str, Any] = field(default_factory=dict)
    always: Mapping[str, Any] = field(default_factory=dict)
    stores: tuple[str, ...] = KINDS

    async def on(self, trial: Trial, size: str) -> Found:
        """Run it at "small" or "full" size."""
        return await self.run(trial, **self.always, **(self.small if size == "small" else self.full))


SCENARIOS = {
    scenario.number: scenario
    for scenario in (
        Scenario(
            "R1",
            "kill -9 at 20 random moments, webhook",
            kills.killed_at_random,
            full={"updates": 5000, "kills": 20},
            small={"updates": 120, "kills": 3},
            always={"mode": "webhook"},
        ),
        Scenario(
            "R2",
            "kill -9 at 20 random moments, polling",
            kills.killed_at_random,
            full={"updates": 5000, "kills": 20},
            small={"updates": 120, "kills": 3},
            always={"mode": "polling"},
        ),
        Scenario(
            "R3",
            "kill -9 between Telegram's 200 and our note of it",
            kills.killed_before_the_note,
            full={"people": 500, "in_flight": 25},
            small={"people": 20, "in_flight": 10},
        ),
        Scenario(
            "R4",
            "every update three times; two replicas on PostgreSQL",
            updates.three_times_to_two_replicas,
            full={"updates": 3000},
            small={"updates": 60},
        ),
        Scenario(
            "R5",
            "shuffled within 1,000; buttons before their message",
            updates.in_disorder,
            full={"people": 1000},
            small={"people": 40},
        ),
        Scenario(
            "R6",
            "200 messages of one chat in a burst",
            updates.burst_of_one_chat,
            full={"count": 200},
            small={"count": 200},
        ),
        Scenario(
            "R7",
            "PostgreSQL stopped for 60 s, SQLite locked, under load",
            store_away.away,
            full={"people": 2000, "seconds": 60},
            small={"people": 40, "seconds": 3},
        ),
        Scenario(
            "R7b",
            "PostgreSQL hangs for 60 s without a word, under load",
            store_away.away,
            full={"people": 2000, "seconds": 60},
            small={"people": 40, "seconds": 3},
            always={"kind": "stall"},
            stores=("postgresql",),
        ),
        Scenario(
            "R8",
            "PostgreSQL restarts 10 times, mid-transaction",
            store_away.restarted,
            full={"people": 2000, "times": 10},
            small={"people": 60, "times": 3, "pause": 0.6},
            stores=("postgresql",),
        ),
        Scenario(
            "R9",
            "disk full during SQLite's commits",
            store_away.disk_full,
            full={"people": 2000, "seconds": 30},
            small={"people": 40, "seconds": 2},
            stores=("sqlite",),
        ),
        Scenario(
            "R10",
            "429 for 30 s on some chats",
            telegram_away.flood_wait,
            full={"people": 200, "seconds": 30},
            small={"people": 20, "seconds": 3},
        ),
        Scenario(
            "R11",
            "429 for the whole bot during a broadcast",
            broadcasts.everybody_waits,
            full={"people": 10000, "seconds": 30},
            small={"people": 100, "seconds": 2},
        ),
        Scenario(
            "R12",
            "one call in five fails, for 5 min",
            telegram_away.breaks,
            full={"people": 3000, "seconds": 300},
            small={"people": 30, "seconds": 1, "hang": 2.0},
        ),
        Scenario(
            "R13",
            "Telegram takes 10 s for each call",
            store_away.intake_while_slow,
            full={"updates": 3000, "per_second": 100, "seconds_a_call": 10.0},
            small={"updates": 150, "per_second": 75, "seconds_a_call": 3.0},
        ),
        Scenario(
            "R14",
            "kill -9 at 37 % of a broadcast",
            broadcasts.killed,
            full={"people": 10000},
            small={"people": 120},
        ),
        Scenario(
            "R15",
            "blocked, deactivated and moved chats among others",
            telegram_away.refuses,
            full={"people": 500},
            small={"people": 20},
        ),
        Scenario(
            "R16",
            "SIGTERM under load",
            kills.stopped_under_load,
            full={"updates": 1000},
            small={"updates": 60},
        ),
        Scenario(
            "R17",
            "a second bot by mistake",
            telegram_away.two_pollers,
            full={"seconds_first": 65.0},
            small={"seconds_first": 0.0},
        ),
        Scenario("R18", "an update that nobody can answer", updates.poison),
        Scenario(
            "R19",
            "the engine hangs, then breaks",
            engine.sick,
            full={"people": 200},
            small={"people": 20},
        ),
        Scenario(
            "R20",
            "a day's backlog on start, broken content while serving",
            updates.a_day_late,
            full={"people": 200, "each": 25},
            small={"people": 10, "each": 10},
        ),
    )
}
