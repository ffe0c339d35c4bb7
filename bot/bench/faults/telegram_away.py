"""Telegram says wait, breaks, is slow, refuses, or is polled by somebody else."""

from __future__ import annotations

import asyncio
import time

from bot.bench.faults.trial import Found, Trial, percentile
from bot.bench.processes import process
from bot.bench.world import until

LONGEST_PAUSE = 64.0


async def flood_wait(trial: Trial, *, people: int, seconds: int) -> Found:
    """Telegram answers 429 on one chat in ten; the others must not notice."""
    telegram = trial.telegram
    async with telegram.bot(telegram.environ("polling")) as bot:
        expected = await trial.probe()
        calm = await telegram.people(people)
        before_start = time.time()
        await trial.write(calm)
        await trial.settle()
        before = await trial.waits(calm, before_start)
        asking = await telegram.people(people)
        # Three chats within five seconds would mean the whole bot.
        slowed = asking[:: max(people // 2, 1)][:2]
        rules = [{"kind": "flood", "chat": p, "retry_after": seconds, "times": 1} for p in slowed]
        await telegram.post("faults", rules)
        start = time.time()
        await trial.write(asking)
        await trial.settle()
        held = await trial.waits(slowed, start)
        others = await trial.waits([p for p in asking if p not in slowed], start)
        violations = (await telegram.get("calls?limit=0"))["counters"]["violations"]
        await bot.stop()
    found = await trial.account([*calm, *asking], expected, 2 * people + 1)
    found.figures |= {
        "p95_s_before": percentile(before, 0.95),
        "p95_s_of_the_others": percentile(others, 0.95),
        "shortest_wait_of_the_held_s": round(min(held), 1),
        "calls_during_the_halt": violations,
    }
    found.holds["no call during the halt"] = violations == 0
    found.holds["the held wait as told"] = min(held) >= seconds
    found.holds["the others do not"] = (percentile(others, 0.95) or 0) < min(seconds, 5)
    return found


async def breaks(trial: Trial, *, people: int, seconds: float, hang: float = 31.0) -> Found:
    """One call in five fails: 5xx before and after its effect, connections cut, answers that never come."""
    telegram = trial.telegram
    async with telegram.bot(telegram.environ("webhook")) as bot:
        expected = await trial.probe()
        rules = [
            {"kind": "server_error", "code": 502, "share": 0.08, "times": None, "method": "sendMessage"},
            {"kind": "server_error", "code": 500, "share": 0.05, "times": None, "method": "sendMessage"}
            | {"after": True},
            {"kind": "close", "after": True, "share": 0.05, "times": None, "method": "sendMessage"},
            {"kind": "hang", "seconds": hang, "share": 0.02, "times": None, "method": "sendMessage"},
        ]
        before = await telegram.sends()
        await telegram.post("faults", rules)
        asking = await telegram.people(people)
        await trial.write(asking, seconds=seconds)
        await trial.settle()
        calls = await telegram.sends() - before
        await bot.stop()
    found = await trial.account(asking, expected, people + 1)
    ledger = await trial.ledger()
    log = await telegram.calls()
    longest = _longest_pause(log)
    found.figures |= {
        "calls": calls,
        "calls_per_message": round(calls / (people * expected), 2),
        "failed_calls": sum(call["code"] != 200 for call in log),
        "longest_pause_s": round(longest, 1),
        "given_up": ledger.failed,
    }
    found.holds["no storm: at most 2 calls a message"] = calls <= 2 * people * expected
    # The pause begins when the call has failed, at the latest after its own 30 seconds.
    found.holds["pauses of at most 64 s"] = longest <= LONGEST_PAUSE + 32
    found.holds["nothing given up"] = ledger.failed == 0
    return found


def _longest_pause(calls: list[dict[str, object]]) -> float:
    """Seconds between a failed call and the next one in its chat."""
    failed: dict[object, float] = {}
    longest = 0.0
    for call in calls:
        at = float(str(call["at"]))
        if (since := failed.pop(call["chat"], None)) is not None:
            longest = max(longest, at - since)
        if call["code"] != 200:
            failed[call["chat"]] = at
    return longest


async def refuses(trial: Trial, *, people: int) -> Found:
    """People who blocked the bot or are gone, and chats that moved, among people who are there."""
    telegram = trial.telegram
    async with telegram.bot(telegram.environ("webhook")) as bot:
        expected = await trial.probe()
        there = await telegram.people(people)
        blocking, gone, moving = [await telegram.people(max(people // 10, 2)) for _ in range(3)]
        targets = await telegram.people(len(moving))
        rules = [{"kind": "blocked", "chat": p, "times": None} for p in blocking]
        rules += [{"kind": "deactivated", "chat": p, "times": None} for p in gone]
        rules += [
            {"kind": "migrate", "chat": p, "times": None, "to": to}
            for p, to in zip(moving, targets, strict=True)
        ]
        await telegram.post("faults", rules)
        everybody = [*there, *blocking, *gone, *moving]
        await trial.write(everybody)
        await trial.settle()
        calls = await telegram.calls()
        await bot.stop()
    found = await trial.account([*there, *targets], expected, len(everybody) + 1)
    tries = [sum(call["chat"] == person for call in calls) for person in (*blocking, *gone)]
    lanes = {trial.cipher.lane(person) for person in (*blocking, *gone)}
    rows = await asyncio.to_thread(trial.store.rows, "SELECT lane FROM chats WHERE stopped")
    stopped = {row[0] for row in rows}
    found.figures |= {
        "blocked": len(blocking),
        "gone": len(gone),
        "moved": len(moving),
        "most_calls_to_a_refusing_chat": max(tries),
    }
    found.holds["a 403 is never tried again"] = max(tries) == 1
    found.holds["they are stopped, and nobody else"] = stopped == lanes
    return found


async def two_pollers(trial: Trial, *, seconds_first: float) -> Found:
    """A second bot on the same store, by mistake: it leaves with a clear message, the first goes on."""
    telegram = trial.telegram
    first, second = telegram.environ("polling"), telegram.environ("polling")
    reason = "another bot runs on"
    if trial.store.kind == "postgresql":
        reason = "another process polls Telegram with this token"
        second["BEKAL_DATA_DIR"] = str(telegram.second_folder())
    log = telegram.folder / "second.log"
    async with telegram.bot(first) as bot:
        expected = await trial.probe()
        await asyncio.sleep(seconds_first)
        asking = await telegram.people(40)
        async with process(["-m", "bot", "run"], second, log) as other:
            writing = asyncio.create_task(trial.write(asking, seconds=10))

            async def left() -> bool:
                return other.popen.poll() is not None

            await until(left, "the second poller to leave", 90)
            code = other.popen.returncode
        await writing
        await trial.settle()
        alive = bot.popen.poll() is None
        await bot.stop()
    found = await trial.account(asking, expected, len(asking) + 1)
    found.figures |= {"second_exit": code}
    found.holds["the second leaves with a clear message"] = code == 1 and reason in log.read_text("utf-8")
    found.holds["the first goes on"] = alive
    found.holds["nobody is answered twice"] = found.figures["sent_twice"] == 0
    return found
