"""The database is away, breaks in the middle, or has no room left, while people write."""

from __future__ import annotations

import asyncio
import contextlib
import random
import resource
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp

from bot.bench.faults.trial import Found, Hook, Trial, message, percentile
from bot.bench.processes import Process
from bot.bench.proxy import FaultProxy, fault_proxy
from bot.bench.world import until

PROBES_PER_SECOND = 10
MOST_PROBES = 2000
DRAINED_WITHIN = 60.0
HEALED_WITHIN = 5.0
REFUSED_WITHIN = 2.0


@contextlib.asynccontextmanager
async def _proxied(trial: Trial, environ: dict[str, str]) -> AsyncIterator[FaultProxy | None]:
    """A proxy before PostgreSQL, which the bot is made to use; None for SQLite."""
    if trial.store.kind == "sqlite":
        yield None
        return
    async with fault_proxy(trial.store.port) as proxy:
        environ["BEKAL_DATABASE_URL"] = trial.store.behind(proxy.port)
        yield proxy


async def _knock(trial: Trial, hook: Hook, stop: asyncio.Event) -> None:
    """Deliver a first message of one person after the other, many a second, whatever comes of it."""
    knocking = set[asyncio.Task[int]]()
    for number, person in enumerate(await trial.telegram.people(MOST_PROBES)):
        if stop.is_set():
            break
        update = message(person, number, "/bantuan", time.time())
        task = asyncio.create_task(hook.post(update))
        knocking.add(task)
        task.add_done_callback(knocking.discard)
        await asyncio.sleep(1 / PROBES_PER_SECOND)
    await asyncio.gather(*knocking)


async def _account(trial: Trial, people: list[int], expected: int, hook: Hook, probed: int) -> Found:
    """As always, and every update that got a 200 must be there."""
    rows = await asyncio.to_thread(trial.store.rows, "SELECT update_id FROM inbox")
    stored = {row[0] for row in rows}
    taken = {update for update, status, _ in hook.answers if status == 200}
    written = len(people) + probed + len(stored & {update for update, _, _ in hook.answers})
    found = await trial.account(people, expected, written)
    found.lost += len(taken - stored)
    refused = hook.seconds(503)
    slowest = refused[-1] if refused else 0.0
    found.figures |= {"refused_503": len(refused), "slowest_503_s": round(slowest, 2)}
    found.holds["503 in less than 2 s"] = slowest < REFUSED_WITHIN
    found.holds["no 200 without a row"] = taken <= stored
    return found


async def away(trial: Trial, *, people: int, seconds: float, kind: str = "refuse") -> Found:
    """PostgreSQL is stopped ("stall": it hangs), SQLite is locked, for a while and under load."""
    telegram = trial.telegram
    environ = telegram.environ("webhook")
    async with _proxied(trial, environ) as proxy, telegram.bot(environ) as bot:
        expected = await trial.probe()
        asking, stop = await telegram.people(people), asyncio.Event()
        async with aiohttp.ClientSession() as session:
            hook = Hook(session, environ["BEKAL_WEBHOOK_URL"])
            writing = asyncio.create_task(trial.write(asking, seconds=seconds + 4))
            knocking = asyncio.create_task(_knock(trial, hook, stop))
            await asyncio.sleep(2)
            back = await _take_away(trial, proxy, kind)
            await asyncio.sleep(seconds)
            await back()
            returned = time.monotonic()
            await writing
            stop.set()
            await knocking
            await trial.settle()
            drained = time.monotonic() - returned
        await bot.stop()
    found = await _account(trial, asking, expected, hook, 1)
    found.figures |= {"away_s": seconds, "drained_after_s": round(drained, 1)}
    found.holds["drained within 60 s"] = drained <= DRAINED_WITHIN
    return found


async def _take_away(trial: Trial, proxy: FaultProxy | None, kind: str) -> Callable[[], Awaitable[None]]:
    """Take the store away -> what brings it back, to be awaited."""
    if proxy is not None:
        if kind == "stall":
            proxy.stall()

            async def flow() -> None:
                proxy.flow()

            return flow
        proxy.refuse()
        return proxy.restore

    def lock() -> sqlite3.Connection:
        other = sqlite3.connect(trial.store.file, isolation_level=None, timeout=30, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        return other

    other = await asyncio.to_thread(lock)

    async def unlock() -> None:
        other.execute("ROLLBACK")
        other.close()

    return unlock


async def restarted(trial: Trial, *, people: int, times: int, pause: float = 2.0, seed: int = 8) -> Found:
    """PostgreSQL restarts again and again: every connection breaks, and it is away for a moment."""
    telegram, chance = trial.telegram, random.Random(seed)
    environ = telegram.environ("webhook")
    healed: list[float] = []
    async with _proxied(trial, environ) as proxy, telegram.bot(environ) as bot:
        assert proxy is not None
        expected = await trial.probe()
        asking, stop = await telegram.people(people), asyncio.Event()
        async with aiohttp.ClientSession() as session:
            hook = Hook(session, environ["BEKAL_WEBHOOK_URL"])
            writing = asyncio.create_task(trial.write(asking, seconds=times * pause))
            knocking = asyncio.create_task(_knock(trial, hook, stop))
            for _ in range(times):
                await asyncio.sleep(pause * chance.uniform(0.5, 1.2))
                proxy.refuse()
                await asyncio.sleep(0.3)
                await proxy.restore()
                healed.append(await _heals(hook))
            await writing
            stop.set()
            await knocking
            await trial.settle()
        await bot.stop()
    found = await _account(trial, asking, expected, hook, 1)
    found.figures |= {"restarts": times, "slowest_to_heal_s": round(max(healed), 2)}
    found.holds["heals in less than 5 s"] = max(healed) < HEALED_WITHIN
    return found


async def _heals(hook: Hook) -> float:
    """Seconds until the next update is taken."""
    start, before = time.monotonic(), len(hook.answers)

    async def taken() -> bool:
        return any(status == 200 for _, status, _ in hook.answers[before:])

    await until(taken, "an update to be taken again", 60)
    return time.monotonic() - start


async def disk_full(trial: Trial, *, people: int, seconds: float) -> Found:
    """The process may not make any file longer: SQLite cannot commit, until there is room again."""
    telegram = trial.telegram
    environ = telegram.environ("webhook")
    async with telegram.bot(environ) as bot:
        expected = await trial.probe()
        asking, stop = await telegram.people(people), asyncio.Event()
        async with aiohttp.ClientSession() as session:
            hook = Hook(session, environ["BEKAL_WEBHOOK_URL"])
            writing = asyncio.create_task(trial.write(asking, seconds=seconds + 3))
            knocking = asyncio.create_task(_knock(trial, hook, stop))
            await asyncio.sleep(1.5)
            _limit_files(bot, trial.store.file.with_name(trial.store.file.name + "-wal").stat().st_size)
            await asyncio.sleep(seconds)
            _limit_files(bot, resource.RLIM_INFINITY)
            returned = time.monotonic()
            await writing
            stop.set()
            await knocking
            await trial.settle()
            drained = time.monotonic() - returned
        code = await bot.stop()
    found = await _account(trial, asking, expected, hook, 1)
    sound = trial.store.rows("PRAGMA integrity_check") == [("ok",)]
    found.figures |= {"full_s": seconds, "drained_after_s": round(drained, 1)}
    found.holds["the disk was full"] = found.figures["refused_503"] > 0
    found.holds["integrity_check ok"] = sound
    found.holds["lives on, exit 0"] = code == 0
    return found


def _limit_files(bot: Process, size: int) -> None:
    resource.prlimit(bot.popen.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


async def intake_while_slow(trial: Trial, *, updates: int, per_second: int, seconds_a_call: float) -> Found:
    """Telegram takes seconds for each call: updates are still taken in at once, and wait in the store."""
    telegram = trial.telegram
    environ = telegram.environ("webhook")
    async with telegram.bot(environ) as bot, aiohttp.ClientSession() as session:
        await trial.probe()
        await telegram.post("latency", {"base": seconds_a_call})
        hook = Hook(session, environ["BEKAL_WEBHOOK_URL"])
        start, posting = time.monotonic(), list[asyncio.Task[int]]()
        writing = await telegram.people(updates)
        for number, person in enumerate(writing):
            await asyncio.sleep(max(start + number / per_second - time.monotonic(), 0))
            update = message(person, number, "/bantuan", time.time())
            posting.append(asyncio.create_task(hook.post(update)))
        await asyncio.gather(*posting)
        await asyncio.sleep(2)
        backlog, memory = (await trial.ledger()).unsent, bot.peak_mb()
        await telegram.post("latency", {"base": 0.0})
        await trial.settle()
        await bot.stop()
    times = hook.seconds(200)
    found = await trial.account(writing, 1, updates + 1)
    found.figures |= {
        "intake_p99_s": percentile(times, 0.99),
        "waiting_in_the_store": backlog,
        "peak_mb": round(memory),
    }
    found.holds["intake p99 below 0.5 s"] = bool(times) and times[int(len(times) * 0.99)] < 0.5
    found.holds["memory below 512 MB"] = memory < 512
    found.holds["the backlog waits in the store"] = backlog > 0
    return found
