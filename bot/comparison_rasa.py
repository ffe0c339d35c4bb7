"""Rasa in the comparison: trained on the same data, and its server asked one message after the other."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import subprocess
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nlu
from bot.bench.processes import free_port
from bot.comparison_worker import measured, peak_mb
from bot.rasa_client import RasaClient
from bot.rasa_commands import LOOPBACK, Pipeline
from bot.rasa_engine import NAME, TopicsByRasa, heard
from bot.rasa_setup import TOKEN_VARIABLE, Places, command_line, outside_world, token

START_SECONDS = 180
MAY_FAIL = 0.01


class CannotCompare(Exception):
    """A measured process failed; the message says how it ended."""


def train(places: Places, training: Path, folder: Path) -> tuple[Path, float]:
    """Train the default pipeline -> the model in `folder`, CPU seconds it took. Raises CannotCompare."""
    folder.mkdir(parents=True)
    domain = folder / "domain.yml"
    lines = ['version: "3.1"', "intents:", *(f"- {json.dumps(name)}" for name in _topics(training))]
    domain.write_text("\n".join(lines) + "\n", encoding="utf-8")
    command = command_line(
        places, "train", "nlu", "--config", Pipeline.LR.config, "--nlu", training,
        "--domain", domain, "--out", folder, "--fixed-model-name", "model",
    )  # fmt: skip
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        command, cwd=places.root, env=outside_world(), capture_output=True, text=True, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise CannotCompare(f"Rasa could not train on {training}: {done.stderr[-1000:]}")
    return folder / "model.tar.gz", after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(places: Places, model: Path, training: Path, files: Sequence[Path]) -> dict[str, Any]:
    """Serve a model and measure it; times and memory are those of its server. Raises CannotCompare."""
    # Danger, country and context are ours with either engine; they need no encoder to be compared.
    embedded = nlu.load(training, None, use_encoder=False)
    with _served(places, model, embedded.model.modules) as (process, client, started):
        asking = Asking(embedded, client)
        while asking.understand("halo", nlu.Context()).engine != NAME:
            if process.poll() is not None or time.perf_counter() - started > START_SECONDS:
                raise CannotCompare(f"Rasa's server did not answer within {START_SECONDS} s")
            time.sleep(0.5)
        start = round(time.perf_counter() - started, 1)
        asking.forget()
        before = cpu_seconds(process.pid)
        found = measured(asking, embedded.model.modules, files)
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
def _served(
    places: Places, model: Path, topics: Collection[str]
) -> Iterator[tuple[subprocess.Popen[bytes], RasaClient, float]]:
    port = free_port()
    command = command_line(
        places, "run", "--enable-api", "--interface", LOOPBACK, "--port", str(port),
        "--model", model, "--quiet",
    )  # fmt: skip
    client = RasaClient(f"http://{LOOPBACK}:{port}", places.token, topics, clock=lambda: datetime.now(UTC))
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


def _topics(training: Path) -> tuple[str, ...]:
    return nlu.training.read(training).intents


def cpu_seconds(pid: int) -> float:
    """What a running process has used of the processor."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
