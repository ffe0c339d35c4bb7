"""What faults do to a running bot, counted from outside: sent, lost, sent twice without a mark.

The numbers R1, R2 ... are those of the list in docs/faults.md. Each scenario runs in a world of its own; the
test suite runs them small, `bekal bench faults` whole.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.bench.faults.scenarios import SCENARIOS, SIZES
from bot.bench.faults.trial import Found, Trial
from bot.bench.processes import Process
from bot.bench.stores import KINDS, Store, postgresql_store
from bot.bench.world import TookTooLong, taken_over, world

__all__ = ["SCENARIOS", "SIZES", "UnknownScenario", "measure", "run_scenario"]

LINE = "{:5} {:11} {:>7} {:>5} {:>7} {:>9} {:>6} {:5}  {}"
HEAD = LINE.format("", "store", "sent", "lost", "marked", "unmarked", "s", "", "figures")


class UnknownScenario(Exception):
    """There is no such scenario, size or store; the message lists those there are."""


async def measure(
    numbers: Sequence[str] = (), size: str = "full", stores: Sequence[str] = ()
) -> dict[str, Any]:
    """Run scenarios (default: all) on stores (default: SQLite), print one table and give its figures.

    Raises UnknownScenario.
    """
    choices: tuple[tuple[Sequence[str], Sequence[str]], ...]
    choices = ((numbers, tuple(SCENARIOS)), ((size,), SIZES), (stores, KINDS))
    for given, known in choices:
        if unknown := [each for each in given if each not in known]:
            raise UnknownScenario(f"no {', '.join(unknown)} here; there are: {', '.join(known)}")
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="bekal-faults-") as name:
        model = _trained(Path(name) / "model")
        print(HEAD, flush=True)
        for number in numbers or SCENARIOS:
            for kind in stores or KINDS[:1]:
                if kind in SCENARIOS[number].stores:
                    figures[f"{number} {kind}"] = await _one(number, size, kind, model)
    return figures


async def _one(number: str, size: str, kind: str, model: Path) -> dict[str, Any]:
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bekal-fault-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        shutil.copytree(model, folder / "data" / "model")
        store = stack.enter_context(postgresql_store()) if kind == "postgresql" else None
        try:
            found = await run_scenario(number, size, folder, store=store)
        except (TookTooLong, AssertionError) as error:
            print((folder / "bot.log").read_text(errors="replace")[-2000:], file=sys.stderr)
            found = Found(0, 1, 0, 0, {"error": str(error)}, {"ran to its end": False})
    seconds = round(time.monotonic() - started)
    failed = [name for name, held in found.holds.items() if not held]
    told = ", ".join(f"{name} {value}" for name, value in found.figures.items())
    told += "".join(f"; NOT {name}" for name in failed)
    counts = (found.sent, found.lost, found.marked, found.unmarked, seconds)
    print(LINE.format(number, kind, *counts, "ok" if found.passed else "FAIL", told), flush=True)
    return {
        "sent": found.sent,
        "lost": found.lost,
        "marked": found.marked,
        "unmarked": found.unmarked,
        "seconds": seconds,
        "passed": found.passed,
        "figures": found.figures,
        "held": [name for name, held in found.holds.items() if held],
        "failed": failed,
    }


async def run_scenario(
    number: str,
    size: str,
    folder: Path,
    *,
    settings: Mapping[str, str] | None = None,
    store: Store | None = None,
) -> Found:
    """Run one scenario in a folder of its own, in whose `data/model` a trained model may lie."""
    async with world(folder, settings, store) as telegram:
        return await SCENARIOS[number].on(Trial(telegram), size)


def _trained(folder: Path) -> Path:
    """The model, trained once for all worlds."""
    data, log = folder.parent / "training", folder.parent / "train.log"
    data.mkdir(parents=True)
    environ = taken_over() | {"BEKAL_DATA_DIR": str(data)}
    running = Process(["-m", "bot", "nlu", "train"], environ, log)
    if running.popen.wait() != 0:
        print(log.read_text(), file=sys.stderr)
        raise subprocess.CalledProcessError(running.popen.returncode, "nlu train")
    return data / "model"
