"""`bekal nlu compare`: the engines side by side, on our messages and on public sets."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot import comparison_rasa
from bot.bench.processes import Process
from bot.comparison_rasa import CannotCompare
from bot.comparison_sets import public_sets, write
from bot.evaluation import EVALUATION
from bot.models import TRAINING
from bot.rasa_commands import Pipeline
from bot.rasa_setup import Places, is_set_up
from bot.settings import ROOT

PUBLIC = ROOT.parent / "shared" / "data"
ENGINES = {"embedded": True, "embedded, no encoder": False}
OURS = "ours"
COLUMNS = {
    "intents": "intents",
    "messages": "messages",
    "first": "accuracy",
    "auroc": "AUROC",
    "train_cpu_s": "training, CPU s",
    "start_s": "start, s",
    "peak_mb": "memory, MB",
    "p50_ms": "p50, ms",
    "p99_ms": "p99, ms",
    "cpu_ms": "CPU ms a message",
    "per_s": "messages/s",
}


def compare(data: Path, places: Places) -> Iterator[dict[str, Any]]:
    """Measure every engine on every set that there is, a row at a time. Raises CannotCompare.

    Rasa's default pipeline is trained and measured where Rasa is set up; its transformer, which trains for
    most of an hour, on our messages only and where `bekal rasa train` has made a model of it.
    """
    with tempfile.TemporaryDirectory(prefix="bekal-compare-") as name:
        folder = Path(name)
        sets: dict[str, tuple[Path, list[Path]]] = {OURS: (TRAINING, sorted(EVALUATION.glob("*.jsonl")))}
        for public in public_sets(data):
            training, messages = write(public, folder / public.name)
            sets[public.name] = training, [messages]
        for set_name, (training, files) in sets.items():
            for engine, encoder in ENGINES.items():
                cache = folder / "cache" / set_name / engine
                task = {"training": str(training), "cache": str(cache), "encoder": encoder}
                trained = _worker(task | {"messages": []}, folder)
                measured = _worker(task | {"messages": [str(file) for file in files]}, folder)
                yield {"set": set_name, "engine": engine, "train_cpu_s": trained["start_cpu_s"], **measured}
            if is_set_up(places):
                model, cpu = comparison_rasa.train(places, training, folder / "rasa" / set_name)
                measured = comparison_rasa.measure(places, model, training, files)
                yield {"set": set_name, "engine": "Rasa", "train_cpu_s": round(cpu, 1), **measured}
        diet = places.models / f"{Pipeline.DIET.value}.tar.gz"
        if is_set_up(places) and diet.exists():
            yield {"set": OURS, "engine": "Rasa DIET", **comparison_rasa.measure(places, diet, *sets[OURS])}


def table(rows: list[dict[str, Any]]) -> str:
    """The rows as a Markdown table."""
    lines = [["set", "engine", *COLUMNS.values()], ["---", "---", *("---:" for _ in COLUMNS)]]
    for row in rows:
        cells = ["-" if row.get(name) is None else str(row[name]) for name in COLUMNS]
        lines.append([row["set"], row["engine"], *cells])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _worker(task: dict[str, Any], folder: Path) -> dict[str, Any]:
    out = folder / "out"
    out.unlink(missing_ok=True)
    arguments = ["-m", "bot.comparison_worker", json.dumps(task)]
    running = Process(arguments, {"OMP_NUM_THREADS": "1"}, out)
    try:
        code = running.popen.wait()
    finally:
        running.kill()
    lines = out.read_text(encoding="utf-8", errors="replace").splitlines()
    if code or not lines:
        raise CannotCompare("\n".join(lines[-5:]) or f"the measured process ended with {code}")
    found: dict[str, Any] = json.loads(lines[-1])
    return found
