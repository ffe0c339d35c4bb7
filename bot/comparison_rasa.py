"""Rasa in the comparison: its own server, asked about our messages one after the other."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nlu
from bot.bench.processes import free_port
from bot.comparison_worker import measured, peak_mb
from bot.evaluation import EVALUATION
from bot.models import TRAINING
from bot.rasa_client import RasaClient
from bot.rasa_engine import NAME, TopicsByRasa, heard
from bot.rasa_setup import TOKEN_VARIABLE, Places, command_line, is_set_up, outside_world, token

PIPELINES = ("lr", "diet")
START_SECONDS = 180
MAY_FAIL = 0.01


class CannotCompare(Exception):
    """A measured process failed; the message says how it ended."""


def trained(places: Places) -> list[str]:
    """The pipelines that have a model, made by `bekal rasa train`; none where Rasa is not set up."""
    return [name for name in PIPELINES if is_set_up(places) and _model(places, name).exists()]


def measure(places: Places, pipeline: str) -> dict[str, Any]:
    """Serve one pipeline and measure it; times and memory are those of its server. Raises CannotCompare."""
    # Danger, country and context are ours with either engine; they need no encoder to be compared.
    embedded = nlu.load(TRAINING, None, use_encoder=False)
    with _served(places, pipeline) as (process, client, started):
        asking = Asking(embedded, client)
        while asking.understand("halo", nlu.Context()).engine != NAME:
            if process.poll() is not None or time.perf_counter() - started > START_SECONDS:
                raise CannotCompare(f"Rasa's server with {pipeline} did not answer within {START_SECONDS} s")
            time.sleep(0.5)
        start = round(time.perf_counter() - started, 1)
        asking.forget()
        before = cpu_seconds(process.pid)
        found = measured(asking, embedded.model.modules, sorted(EVALUATION.glob("*.jsonl")))
        if asking.unanswered > MAY_FAIL * found["messages"]:
            raise CannotCompare(f"Rasa left {asking.unanswered} messages unanswered: is the machine busy?")
        cpu = round(1000 * (cpu_seconds(process.pid) - before) / found["messages"], 1)
        return {"start_s": start, "cpu_ms": cpu, "peak_mb": peak_mb(process.pid), **found}


class Asking:
    """Understands with the topics of Rasa; the watch counts the time that Rasa takes."""

    def __init__(self, embedded: nlu.Understander, client: RasaClient) -> None:
        self._topics = TopicsByRasa(embedded)
        self._client = client
        self.forget()

    def forget(self) -> None:
        """Begin to measure."""
        self.milliseconds: list[float] = []
        self.unanswered = 0

    def understand(self, text: str, context: nlu.Context) -> nlu.Understanding:
        """Must not be called from a running event loop."""
        before = time.perf_counter()
        ranking = asyncio.run(self._client.rank(text))
        self.milliseconds.append((time.perf_counter() - before) * 1000)
        self.unanswered += ranking is None
        return self._topics.understand(text, heard(context, ranking))


@contextmanager
def _served(places: Places, pipeline: str) -> Iterator[tuple[subprocess.Popen[bytes], RasaClient, float]]:
    port = free_port()
    command = command_line(
        places, "run", "--enable-api", "--interface", "127.0.0.1", "--port", str(port),
        "--model", _model(places, pipeline), "--quiet",
    )  # fmt: skip
    client = RasaClient(f"http://127.0.0.1:{port}", places.token, _topics(), clock=lambda: datetime.now(UTC))
    environment = outside_world(**{TOKEN_VARIABLE: token(places)})
    process = subprocess.Popen(
        command, cwd=places.root, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    started = time.perf_counter()
    try:
        yield process, client, started
    finally:
        process.kill()
        process.wait()


def _topics() -> frozenset[str]:
    return frozenset(nlu.training.read(TRAINING).intents)


def _model(places: Places, pipeline: str) -> Path:
    return places.models / f"{pipeline}.tar.gz"


def cpu_seconds(pid: int) -> float:
    """What a running process has used of the processor."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
