"""The engine alone: training, loading, memory, milliseconds a message, with and without encoder."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from bot.bench.processes import Process

MEASURE = """
import json, statistics, sys, time
from pathlib import Path
start = time.perf_counter()
import nlu
from bot.bench.questions import QUESTIONS
from bot.comparison_worker import peak_mb
from bot.models import TRAINING
from nlu.encoder import Encoder
asked = []
encode = Encoder.encode
Encoder.encode = lambda self, texts: asked.append(texts) or encode(self, texts)
engine = nlu.load(TRAINING, Path(sys.argv[1]), use_encoder=sys.argv[2] == "encoder")
loaded = time.perf_counter() - start
asked.clear()
for text in QUESTIONS:
    engine.understand(text)
encoded = len(asked) / len(QUESTIONS)
times = []
for turn in range(20):
    for text in QUESTIONS:
        before = time.perf_counter()
        engine.understand(f"{text} {'ya' * (turn % 3)}")
        times.append((time.perf_counter() - before) * 1000)
times.sort()
print(json.dumps({
    "load_s": round(loaded, 2),
    "p50_ms": round(statistics.median(times), 2),
    "p99_ms": round(times[int(len(times) * 0.99)], 2),
    "encoder_calls_a_message": round(encoded, 2),
    "peak_mb": peak_mb(),
    "engine": engine.understand("halo").engine,
}))
"""


async def measure() -> dict[str, Any]:
    """Train from scratch, load from the cache, and time messages, each in a process of its own."""
    from bot.bench import table

    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="bekal-bench-") as name:
        for kind in ("encoder", "lexical"):
            for step in ("train", "cached"):
                figures[f"{kind}_{step}"] = await _run(Path(name), kind)
    for key, row in figures.items():
        table(key, row)
    return figures


async def _run(folder: Path, kind: str) -> dict[str, Any]:
    out = folder / "out.json"
    out.unlink(missing_ok=True)
    running = Process(["-c", MEASURE, str(folder / kind), kind], {"OMP_NUM_THREADS": "1"}, out)
    code = await asyncio.to_thread(running.popen.wait)
    text = out.read_text(encoding="utf-8")
    if code:
        print(text, file=sys.stderr)
        raise RuntimeError(f"the measured process ended with {code}")
    figures: dict[str, Any] = json.loads(text.splitlines()[-1])
    return figures
