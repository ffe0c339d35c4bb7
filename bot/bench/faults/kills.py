"""Ends of the process: at any moment, between Telegram's yes and our note of it, in good order."""

from __future__ import annotations

import asyncio
import random
import time
from typing import Literal

from bot.bench.faults.trial import Found, Trial
from bot.bench.processes import Process
from bot.bench.world import until

KILL_AFTER = (0.1, 2.0)
PARALLEL = 30  # sends that one process has in flight at most
STOP_SECONDS = 25.0

Mode = Literal["webhook", "polling"]


async def killed_at_random(trial: Trial, mode: Mode, *, updates: int, kills: int, seed: int = 1) -> Found:
    """Kill the bot again and again while people write, each one message."""
    telegram, chance = trial.telegram, random.Random(seed)
    environ = telegram.environ(mode)
    async with telegram.bot(environ) as bot:
        expected = await trial.probe()
        await bot.stop()
    people = await telegram.people(updates)
    writing = asyncio.create_task(trial.write(people, seconds=kills * 2.5))
    for _ in range(kills):
        running = Process(["-m", "bot", "run"], environ, telegram.folder / "bot.log")
        try:
            await telegram.until_ready(running, environ)
            await asyncio.sleep(chance.uniform(*KILL_AFTER))
        finally:
            running.kill()
    await writing
    async with telegram.bot(environ) as bot:
        await trial.settle()
        await bot.stop()
    found = await trial.account(people, expected, updates + 1)
    found.figures["kills"] = kills
    found.holds["repeats at most what was in flight"] = found.figures["sent_twice"] <= kills * PARALLEL
    return found


async def killed_before_the_note(trial: Trial, *, people: int, in_flight: int) -> Found:
    """Telegram has the message and the process dies before it can note so: twice at most, marked."""
    telegram = trial.telegram
    environ = telegram.environ("webhook")
    async with telegram.bot(environ) as bot:
        expected = await trial.probe()
        calm = await telegram.people(people)
        await trial.write(calm)
        await trial.settle()
        struck = await telegram.people(in_flight)
        rules = [
            {"kind": "hang", "chat": person, "method": "sendMessage", "after": True, "seconds": 60}
            for person in struck
        ]
        await telegram.post("faults", rules)
        await trial.write(struck)

        async def all_there() -> bool:
            return all((await trial.heard(struck)).values())

        await until(all_there, "the messages to arrive at Telegram", 30)
        bot.kill()
    async with telegram.bot(environ) as bot:
        await trial.settle()
        await bot.stop()
    found = await trial.account([*calm, *struck], expected, people + in_flight + 1)
    heard = await trial.heard([*calm, *struck])
    found.figures["in_flight"] = in_flight
    found.holds["each in flight at most twice"] = all(heard[one] <= expected + 1 for one in struck)
    found.holds["nobody else touched"] = all(heard[one] == expected for one in calm)
    return found


async def stopped_under_load(trial: Trial, *, updates: int) -> Found:
    """SIGTERM while everybody writes: out within 25 seconds with code 0, and the next start loses nothing."""
    telegram = trial.telegram
    environ = telegram.environ("webhook")
    async with telegram.bot(environ) as bot:
        expected = await trial.probe()
        people = await telegram.people(updates)
        await telegram.post("latency", {"base": 0.2})
        writing = asyncio.create_task(trial.write(people, seconds=3.0))
        await asyncio.sleep(1.5)
        started = time.monotonic()
        code = await bot.stop()
        took = time.monotonic() - started
        taken = (await trial.ledger()).updates
        await writing
        later = (await trial.ledger()).updates
    await telegram.post("latency", {"base": 0.0})
    async with telegram.bot(environ) as bot:
        await trial.settle()
        await bot.stop()
    found = await trial.account(people, expected, updates + 1)
    found.figures |= {"stopped_after_s": round(took, 1), "exit": code, "taken_before": taken - 1}
    found.holds["exit 0 within 25 s"] = code == 0 and took <= STOP_SECONDS
    found.holds["nothing taken in after it"] = taken == later
    found.holds["nothing sent twice"] = found.figures["sent_twice"] == 0
    return found
