"""Two replicas on one PostgreSQL beside one: updates a second, and where the CPU time goes.

Telegram answers after 50 ms, and each replica has the same few sends in flight, so that waiting and not the
processor is the bound; the last rows take that limit away.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

from bot.bench.faults.trial import Trial
from bot.bench.processes import Process, cpu_seconds
from bot.bench.proxy import fault_proxy
from bot.bench.stores import Store, postgresql_store
from bot.bench.world import World, world

ANSWER_SECONDS = 0.05
UPDATES = {4: 400, 8: 800, 30: 1500}  # by sends in flight
ROUNDS = 2
HEAD = "{:>9} {:>8} {:>10} {:>10} {:>10} {:>10} {:>7}"
LINE = "{:9} {:8} {:10.1f} {:10.2f} {:10.2f} {:10.2f} {:7.2f}"


async def measure() -> dict[str, Any]:
    """Updates a second of one and of two replicas, for several numbers of sends in flight."""
    print(HEAD.format("in flight", "replicas", "updates/s", "bot ms", "store ms", "telegr. ms", "cores"))
    figures: dict[str, Any] = {}
    for in_flight in UPDATES:
        rates: dict[int, float] = {}
        for replicas in (1, 2):
            best = max([await _run(in_flight, replicas) for _ in range(ROUNDS)], key=lambda row: row["rate"])
            rates[replicas] = best["rate"]
            figures[f"{replicas} of {in_flight}"] = best
            print(LINE.format(in_flight, replicas, *best.values()), flush=True)
        figures[f"gain of {in_flight}"] = round(rates[2] / rates[1], 2)
        print(f"{'':9} two are {rates[2] / rates[1]:.2f} times one", flush=True)
    return figures


async def _run(in_flight: int, replicas: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="bekal-bench-") as name, postgresql_store() as store:
        async with world(Path(name), store=store) as telegram, contextlib.AsyncExitStack() as stack:
            # One after the other: the first trains the model, which the second takes over.
            bots = [await _start(telegram, stack, in_flight, place) for place in range(replicas)]
            ports = [int(environ["BEKAL_LISTEN"].rpartition(":")[2]) for environ, _ in bots]
            balancer = await stack.enter_async_context(fault_proxy(*ports))
            url = f"http://127.0.0.1:{balancer.port}/telegram"
            await telegram.set_webhook(url)
            return await _burst(telegram, [bot for _, bot in bots], UPDATES[in_flight])


async def _start(
    telegram: World, stack: contextlib.AsyncExitStack, in_flight: int, place: int
) -> tuple[dict[str, str], Process]:
    folder = telegram.second_folder() if place else None
    environ = telegram.environ("webhook", folder)
    arguments = ["-m", "bot.bench.replicas", str(in_flight)]
    bot = Process(arguments, environ, telegram.folder / "bot.log")
    stack.callback(bot.kill)
    await telegram.until_ready(bot, environ)
    return environ, bot


async def _burst(telegram: World, bots: list[Process], updates: int) -> dict[str, float]:
    trial = Trial(telegram)
    await trial.probe()
    people = await telegram.people(updates)
    await telegram.post("latency", {"base": ANSWER_SECONDS})
    before, start = _cpu(telegram, bots), time.time()
    wall = time.perf_counter()
    await trial.write(people)
    await trial.settle()
    seconds = (await telegram.calls())[-1]["at"] - start
    spent = [after - then for after, then in zip(_cpu(telegram, bots), before, strict=True)]
    milliseconds = [part / updates * 1000 for part in spent]
    cores = sum(spent) / (time.perf_counter() - wall)
    names = ("bot_ms", "store_ms", "telegram_ms")
    return {"rate": updates / seconds, **dict(zip(names, milliseconds, strict=True)), "cores": cores}


def _cpu(telegram: World, bots: list[Process]) -> list[float]:
    """CPU seconds so far of the bots, of the database's backends for them, of the simulator."""
    return [
        sum(bot.cpu_seconds() for bot in bots),
        sum(cpu_seconds(pid) for pid in _backends(telegram.store)),
        telegram.simulator.cpu_seconds(),
    ]


def _backends(store: Store) -> list[int]:
    query = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    return [row[0] for row in store.rows(query)]


def run_limited(in_flight: int) -> int:
    """Run the bot with so many sends in flight."""
    import bot.wiring
    from bot import logs
    from bot.delivery import Delivery
    from bot.runner import run_until_signal
    from bot.settings import load_settings

    limited = partial(Delivery, parallel=in_flight)
    setattr(bot.wiring, "Delivery", limited)  # noqa: B010
    settings = load_settings()
    logs.configure(settings.log_level)
    return run_until_signal(settings)


if __name__ == "__main__":
    sys.exit(run_limited(int(sys.argv[1])))
