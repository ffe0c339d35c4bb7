"""`bench`: speed, memory, what faults do. Real processes, real HTTP on loopback, ratios within one run."""

from __future__ import annotations

import asyncio
import platform
import sys
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any

from bot.bench import console, faults, path, replicas, store, understanding

Figures = dict[str, Any]
BENCHES: dict[str, Callable[[], Coroutine[Any, Any, Figures]]] = {
    "path": path.measure,
    "faults": faults.measure,
    "understanding": understanding.measure,
    "console": console.measure,
    "replicas": replicas.measure,
    "store": store.measure,
}


class UnknownBench(Exception):
    """There is no benchmark of that name; the message lists those there are."""


def run_bench(
    name: str, *, scenarios: Sequence[str] = (), size: str = "full", stores: Sequence[str] = ()
) -> Figures:
    """Run one benchmark or `all`; prints each table and returns the figures.

    `scenarios`, `size` and `stores` choose among the fault tests. Raises UnknownBench, UnknownScenario.
    """
    if name != "all" and name not in BENCHES:
        raise UnknownBench(f"no benchmark {name!r}; there are: all, {', '.join(BENCHES)}")
    benches = BENCHES | {"faults": partial(faults.measure, scenarios, size, stores)}
    figures: Figures = {"python": platform.python_version(), "machine": platform.machine()}
    for each in BENCHES if name == "all" else (name,):
        print(f"== {each}", file=sys.stderr, flush=True)
        figures[each] = asyncio.run(benches[each]())
    return figures


def table(title: str, rows: Figures) -> None:
    """Print figures, one a line."""
    print(f"\n{title}")
    for key, value in rows.items():
        print(f"  {key:<44} {value}", flush=True)
