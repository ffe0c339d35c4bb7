"""A broadcast under way: the process is killed, or Telegram tells the whole bot to wait."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from datetime import UTC, datetime
from functools import partial

from bot.bench.faults.kills import PARALLEL
from bot.bench.faults.trial import Found, Trial, percentile
from bot.bench.world import until
from storage import Connection, Database, broadcasts, chats

PER_SECOND = "100"
DONE_SECONDS = 600.0
AT_ONCE = 500
REPLY_SECONDS = 5.0


def _now() -> datetime:
    return datetime.now(UTC)


async def _begin(trial: Trial, people: list[int]) -> None:
    """Write a broadcast to these people, who all want news, with a second person's yes."""
    cipher, now = trial.cipher, _now()
    database = Database.open(trial.store.url, cipher, clock=_now)

    def subscribe(conn: Connection, some: list[int]) -> None:
        for person in some:
            new = chats.new(cipher.lane(person), person, now)
            chats.save(conn, cipher, dataclasses.replace(new, news="given", news_at=now))

    def approve(conn: Connection) -> None:
        draft = broadcasts.Draft("Kabar", {"id": "Kabar untuk Anda."})
        row = broadcasts.add(conn, draft, "penulis", now, "uji")
        broadcasts.submit(conn, row, len(people))
        broadcasts.approve(conn, row, "pemeriksa", len(people))

    try:
        for first in range(0, len(people), AT_ONCE):
            some = people[first : first + AT_ONCE]
            await database.write(partial(subscribe, some=some))
        await database.write(approve)
    finally:
        await database.close()


async def _sent(trial: Trial) -> int:
    query = "SELECT count(*) FROM outbox WHERE bulk AND state = 'sent'"
    return await asyncio.to_thread(trial.store.count, query)


async def _done(trial: Trial) -> bool:
    await asyncio.sleep(0.2)
    return await asyncio.to_thread(trial.store.rows, "SELECT state FROM broadcasts") == [("done",)]


async def _figures(trial: Trial) -> dict[str, int]:
    """The report that staff see: whom it reached, and whom it did not."""
    names = ("audience", "sent", "blocked", "failed", "skipped", "gone")
    [row] = await asyncio.to_thread(trial.store.rows, f"SELECT {', '.join(names)} FROM broadcasts")
    return dict(zip(names, map(int, row), strict=True))


async def killed(trial: Trial, *, people: int) -> Found:
    """kill -9 at 37 % of a broadcast: everybody gets it once, those in flight twice at most, marked."""
    telegram = trial.telegram
    environ = telegram.environ("webhook") | {"BEKAL_BROADCAST_PER_SECOND": PER_SECOND}
    recipients = await telegram.people(people)
    async with telegram.bot(environ) as bot:
        await trial.probe()
        await _begin(trial, recipients)

        async def far_enough() -> bool:
            return await _sent(trial) >= people * 0.37

        await until(far_enough, "37 % of the broadcast", DONE_SECONDS)
        bot.kill()
    async with telegram.bot(environ) as bot:
        await until(lambda: _done(trial), "the broadcast to end", DONE_SECONDS)
        await trial.settle()
        await bot.stop()
    found = await trial.account(recipients, 1, 1)
    report = await _figures(trial)
    found.figures |= {f"report_{name}": number for name, number in report.items()}
    found.holds["the report adds up"] = sum(report.values()) == 2 * report["audience"] == 2 * people
    found.holds["repeats at most what was in flight"] = found.figures["sent_twice"] <= PARALLEL
    return found


async def everybody_waits(trial: Trial, *, people: int, seconds: int) -> Found:
    """A 429 for the whole bot in the middle of a broadcast, while people write: replies go first after it."""
    telegram = trial.telegram
    environ = telegram.environ("webhook") | {"BEKAL_BROADCAST_PER_SECOND": PER_SECOND}
    recipients, asking = await telegram.people(people), await telegram.people(20)
    async with telegram.bot(environ) as bot:
        expected = await trial.probe()
        await _begin(trial, recipients)

        async def under_way() -> bool:
            return await _sent(trial) >= people * 0.2

        await until(under_way, "the broadcast to be under way", DONE_SECONDS)
        flood = {"kind": "flood", "everybody": True, "retry_after": seconds, "method": "sendMessage"}
        await telegram.post("faults", flood)
        await asyncio.sleep(0.5)
        start = time.time()
        await trial.write(asking)
        await until(lambda: _done(trial), "the broadcast to end", DONE_SECONDS)
        await trial.settle()
        waits = await trial.waits(asking, start)
        violations = (await telegram.get("calls?limit=0"))["counters"]["violations"]
        await bot.stop()
    found = await trial.account(recipients, 1, len(asking) + 1)
    replies = await trial.account(asking, expected, len(asking) + 1)
    found.sent += replies.sent
    found.lost += replies.lost
    found.unmarked += replies.unmarked
    found.figures |= {
        "calls_before_it_knew": violations,
        "p95_s_of_replies": percentile(waits, 0.95),
        "halt_s": seconds,
    }
    # Telegram does not say whom it means: three chats within five seconds tell it.
    found.holds["no call once it knows"] = violations <= PARALLEL
    found.holds["replies first after it"] = (percentile(waits, 0.95) or 0.0) < seconds + REPLY_SECONDS
    return found
