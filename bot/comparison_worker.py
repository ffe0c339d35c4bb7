"""One engine measured on one set, in a process of its own: `python -m bot.comparison_worker TASK`.

TASK is JSON: `training` and `cache` (folders), `encoder` (bool), `messages` (files of labelled lines; none to
train only). Writes one JSON object.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


def run(task: dict[str, Any]) -> dict[str, Any]:
    """Train or load, then understand every message -> figures.

    Times are those of the clock and, for what a busy machine would spoil, of the processor."""
    started = time.perf_counter()
    import nlu

    engine = nlu.load(Path(task["training"]), Path(task["cache"]), use_encoder=task["encoder"])
    engine.understand("halo")
    found: dict[str, Any] = {
        "start_s": round(time.perf_counter() - started, 2),
        "start_cpu_s": round(time.process_time(), 2),
    }
    if task["messages"]:
        before = time.process_time()
        found |= measured(Timed(engine), engine.model.modules, [Path(name) for name in task["messages"]])
        found["cpu_ms"] = round(1000 * (time.process_time() - before) / found["messages"], 1)
    return found | {"peak_mb": peak_mb()}


def peak_mb(process: int | str = "self") -> int:
    """The most memory that a running process held at once; getrusage would count its parent's as well."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM"))


def measured(timed: Any, modules: Mapping[str, str], files: Iterable[Path]) -> dict[str, Any]:
    """Have an engine with a watch (as `Timed`) understand all messages; the topics are those of `modules`."""
    from nlu.evaluate import evaluate, read_labels
    from nlu.evaluate_figures import figures

    whole = figures(evaluate(timed, [talk for file in files for talk in read_labels(file)]), modules)
    times = sorted(timed.milliseconds)
    return {
        "intents": len(modules),
        "messages": whole["messages"],
        "first": whole["topic"]["first"],
        "auroc": whole["out_of_scope_auroc"],
        "p50_ms": round(times[len(times) // 2], 2),
        "p99_ms": round(times[int(len(times) * 0.99)], 2),
        "per_s": round(1000 * len(times) / sum(times)),
    }


class Timed:
    """An engine with a watch: how long it took for each message."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self.milliseconds: list[float] = []

    def understand(self, text: str, context: Any) -> Any:
        """As the engine does."""
        before = time.perf_counter()
        seen = self._engine.understand(text, context)
        self.milliseconds.append((time.perf_counter() - before) * 1000)
        return seen


if __name__ == "__main__":
    print(json.dumps(run(json.loads(sys.argv[1]))))
