"""Faults on real processes, small: the scenarios of `bekal bench faults`, each on one store here.

The benchmark runs all of them on both stores and at full size, see docs/faults.md. Several run side by side,
each in a world of its own: most of their time is waiting.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from pathlib import Path

import psycopg
import pytest

from bot.bench import faults
from bot.bench.faults import kills
from bot.bench.stores import postgresql_store

# Kills on SQLite only: there the next start knows at once that its predecessor is dead. On PostgreSQL the
# leases must run out first.
GROUPS = (
    "R1 sqlite, R3 sqlite, R16 postgresql, R10 postgresql, R18 postgresql",
    "R2 sqlite, R9 sqlite, R13 postgresql, R19 sqlite",
    "R4 postgresql, R5 postgresql, R6 sqlite, R17 sqlite",
    "R7 sqlite, R7b postgresql, R8 postgresql, R12 sqlite",
    "R11 sqlite, R14 sqlite, R15 postgresql, R20 postgresql",
)


def test_every_fault_of_the_list_is_tried() -> None:
    tried = {each.split()[0] for group in GROUPS for each in group.split(", ")}
    assert tried == set(faults.SCENARIOS)


@pytest.mark.parametrize("group", GROUPS)
async def test_faults(
    group: str,
    tmp_path: Path,
    small_model: Path,
    small_settings: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kills, "KILL_AFTER", (0.05, 0.8))

    async def one(number: str, kind: str) -> str:
        with contextlib.ExitStack() as stack:
            store = None
            if kind == "postgresql":
                try:
                    store = stack.enter_context(postgresql_store())
                except psycopg.OperationalError as error:
                    pytest.skip(f"no PostgreSQL answers (BEKAL_TEST_POSTGRES_URL): {error}")
            shutil.copytree(small_model, tmp_path / number / "data" / "model")
            found = await faults.run_scenario(
                number, "small", tmp_path / number, settings=small_settings, store=store
            )
        return "" if found.passed else f"{number} on {kind}: {found}"

    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(one(*each.split())) for each in group.split(", ")]
    assert [problem for task in running if (problem := task.result())] == []
