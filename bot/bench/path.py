"""The whole path on loopback: update in, understood, logged, answered; beside a stock echo bot."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from bot.bench.processes import Process, process
from bot.bench.questions import QUESTIONS
from bot.bench.world import TOKEN, World, until, world

UPDATES = 3000
PEOPLE = 1000
DRAIN_SECONDS = 240.0
IDLE_MESSAGES = 40
RATE, RATE_SECONDS = 100, 15
ROUNDS = 3


async def measure() -> dict[str, Any]:
    """Updates a second and CPU an update of both bots in turn, then our latency, idle and under load."""
    from bot.bench import table

    with tempfile.TemporaryDirectory(prefix="bekal-bench-") as name:
        folder = Path(name)
        ours: list[dict[str, float]] = []
        echo: list[dict[str, float]] = []
        async with world(folder) as telegram:
            for _ in range(ROUNDS):
                async with telegram.bot(telegram.environ("polling")) as bot:
                    ours.append(await _burst(telegram, bot))
                arguments = ["-m", "bot.bench.echo_bot", TOKEN, telegram.url]
                async with process(arguments, {}, folder / "echo.log") as bot:
                    echo.append(await _burst(telegram, bot))
            async with telegram.bot(telegram.environ("webhook")) as bot:
                webhook = await _burst(telegram, bot)
            async with telegram.bot(telegram.environ("polling")) as bot:
                idle = await _latency(telegram, IDLE_MESSAGES, 4)
                loaded = await _latency(telegram, RATE * RATE_SECONDS, RATE)
    figures: dict[str, Any] = {
        "updates": UPDATES,
        "ours_updates_per_s": _median(ours, "rate"),
        "ours_cpu_ms_per_update": _median(ours, "cpu_ms"),
        "ours_peak_mb": _median(ours, "peak_mb"),
        "ours_webhook_updates_per_s": round(webhook["rate"], 1),
        "ours_webhook_cpu_ms_per_update": round(webhook["cpu_ms"], 2),
        "echo_updates_per_s": _median(echo, "rate"),
        "echo_cpu_ms_per_update": _median(echo, "cpu_ms"),
        "echo_peak_mb": _median(echo, "peak_mb"),
        "ratio_updates_per_s": round(_median(ours, "rate") / _median(echo, "rate"), 2),
        "ratio_cpu": round(_median(ours, "cpu_ms") / _median(echo, "cpu_ms"), 2),
        "idle_p50_ms": idle["p50"],
        "idle_p95_ms": idle["p95"],
        f"at_{RATE}_per_s_p50_ms": loaded["p50"],
        f"at_{RATE}_per_s_p95_ms": loaded["p95"],
    }
    table("The whole path (durable, understood, logged) beside an echo bot", figures)
    return figures


def _median(runs: list[dict[str, float]], key: str) -> float:
    return round(statistics.median(run[key] for run in runs), 2)


async def _burst(telegram: World, bot: Process) -> dict[str, float]:
    """Many updates at once; counted until every chat has had an answer for each."""
    people = await telegram.people(PEOPLE)
    # The first question of each person costs extra (a new chat, the question about consent): not measured.
    await telegram.write([(person, "/start") for person in people])
    answered = _Answered(telegram, dict.fromkeys(people, 1))
    await until(answered, "the first answers", DRAIN_SECONDS)
    await asyncio.sleep(1)
    per_person = UPDATES // PEOPLE
    messages = [
        (person, QUESTIONS[(number * 7 + turn * 5) % len(QUESTIONS)])
        for turn in range(per_person)
        for number, person in enumerate(people)
    ]
    cpu, start = bot.cpu_seconds(), time.perf_counter()
    await telegram.write(messages)

    async def drained() -> bool:
        return (await telegram.get("updates"))["pending"] == 0 and await _quiet(telegram)

    await until(drained, f"{UPDATES} answers", DRAIN_SECONDS)
    last = (await telegram.calls())[-1]["at"]
    seconds = time.perf_counter() - start - max(time.time() - last, 0)
    return {
        "rate": len(messages) / seconds,
        "cpu_ms": (bot.cpu_seconds() - cpu) / len(messages) * 1000,
        "peak_mb": bot.peak_mb(),
    }


QUIET_SECONDS = 2.5


async def _quiet(telegram: World) -> bool:
    """No call for a while: everything is answered."""
    before = await telegram.sends()
    await asyncio.sleep(QUIET_SECONDS)
    return await telegram.sends() == before


class _Answered:
    """Whether each chat has had at least so many messages from the bot."""

    def __init__(self, telegram: World, wanted: dict[int, int]) -> None:
        self._telegram = telegram
        self._wanted = wanted
        self._seen: dict[int, int] = {}
        self._after = 0

    async def __call__(self) -> bool:
        page = (await self._telegram.get(f"calls?method=sendMessage&after={self._after}&limit=5000"))["calls"]
        for call in page:
            self._after = call["number"]
            if call["code"] == 200:
                self._seen[call["chat"]] = self._seen.get(call["chat"], 0) + 1
        return all(self._seen.get(chat, 0) >= count for chat, count in self._wanted.items())


async def _latency(telegram: World, count: int, per_second: int) -> dict[str, float]:
    """From a person's message to the bot's first message in that chat, in ms."""
    people = await telegram.people(count)
    written: dict[int, float] = {}
    start = time.perf_counter()
    for number, person in enumerate(people):
        await asyncio.sleep(max(start + number / per_second - time.perf_counter(), 0))
        written[person] = time.time()
        await telegram.write([(person, QUESTIONS[number % len(QUESTIONS)])])
    await until(_Answered(telegram, dict.fromkeys(people, 1)), "all answers", DRAIN_SECONDS)
    first: dict[int, float] = {}
    for call in await telegram.calls():
        if call["chat"] in written and call["code"] == 200:
            first.setdefault(call["chat"], call["at"] + call["seconds"])
    waits = sorted((first[person] - written[person]) * 1000 for person in people)
    return {"p50": round(waits[len(waits) // 2], 1), "p95": round(waits[int(len(waits) * 0.95)], 1)}
