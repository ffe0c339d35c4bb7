"""Updates that come twice, in disorder, in a burst, too late, or that nobody can answer."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import time
from pathlib import Path
from typing import Any

import aiohttp

from bot.bench.faults.trial import QUESTION, Found, Hook, Trial, message
from bot.bench.proxy import fault_proxy
from bot.bench.world import until
from bot.settings import ROOT

COMMANDS = ("/bantuan", "/privasi", "/menu", "/bahasa", "/darurat")
HOUR = 3600.0


async def three_times_to_two_replicas(trial: Trial, *, updates: int) -> Found:
    """Telegram delivers everything three times, on PostgreSQL to two replicas in turn."""
    telegram = trial.telegram
    environs = [telegram.environ("webhook")]
    if trial.store.kind == "postgresql":
        environs.append(telegram.environ("webhook", telegram.second_folder()))
    ports = [int(each["BEKAL_LISTEN"].rpartition(":")[2]) for each in environs]
    async with fault_proxy(*ports) as balancer:
        for each in environs:
            each["BEKAL_WEBHOOK_URL"] = f"http://127.0.0.1:{balancer.port}/telegram"
        async with contextlib.AsyncExitStack() as running:
            bots = [await running.enter_async_context(telegram.bot(each)) for each in environs]
            expected = await trial.probe()
            await telegram.post("delivery", {"copies": 3})
            people = await telegram.people(updates)
            await trial.write(people, seconds=updates / 400)
            await trial.settle()
            for bot in bots:
                await bot.stop()
    found = await trial.account(people, expected, updates + 1)
    found.figures["replicas"] = len(environs)
    found.holds["answers = updates"] = found.figures["sent_twice"] == 0
    return found


async def in_disorder(trial: Trial, *, people: int, window: int = 1000) -> Found:
    """Shuffled deliveries, and buttons tapped before the message that they follow, or on none at all."""
    telegram = trial.telegram
    environ = telegram.environ("webhook")
    async with telegram.bot(environ) as bot, aiohttp.ClientSession() as session:
        expected = await trial.probe()
        await telegram.post("delivery", {"shuffle": window})
        asking = await telegram.people(people)
        await telegram.write([(person, QUESTION) for person in asking])
        tapping = await telegram.people(people)
        hook = Hook(session, environ["BEKAL_WEBHOOK_URL"])
        now = time.time()
        for number, person in enumerate(tapping):
            await hook.deliver(_tap(person, 3 * number, now))  # of a message that nobody knows
            await hook.deliver(message(person, 3 * number + 2, "/bantuan", now))
            await hook.deliver(message(person, 3 * number + 1, "/menu", now - 1))
        await trial.settle()
        await bot.stop()
    found = await trial.account(asking, expected, people + 1 + 3 * people)
    heard = await trial.heard(tapping)
    ledger = await trial.ledger()
    failed = trial.logged("turn_failed")
    found.sent += sum(heard.values())
    found.figures |= {"failed_turns": failed, "put_aside": ledger.dead}
    found.holds["no exception"] = failed == 0 and ledger.dead == 0
    found.holds["every tap and command answered"] = all(count == 3 for count in heard.values())
    found.holds["answered once"] = found.figures["sent_twice"] == 0
    return found


def _tap(person: int, number: int, date: float) -> dict[str, Any]:
    out_of_reach = {"message_id": 5, "date": 0, "chat": {"id": person, "type": "private", "first_name": "P"}}
    sender = message(person, number, "", date)["message"]["from"]
    query = {"id": str(number), "from": sender, "chat_instance": "1", "message": out_of_reach}
    return {"update_id": 900_000_000 + number, "callback_query": {**query, "data": "1:menu"}}


async def burst_of_one_chat(trial: Trial, *, count: int) -> Found:
    """One person sends so many commands at once; the answers come in that order."""
    telegram = trial.telegram
    environ = telegram.environ("webhook")
    async with telegram.bot(environ) as bot, aiohttp.ClientSession() as session:
        [person] = await telegram.people(1)
        hook = Hook(session, environ["BEKAL_WEBHOOK_URL"])
        # Written a minute apart, as far as the rate limit is concerned; delivered in one burst.
        written = time.time() - 60 * count
        for number in range(count):
            command = COMMANDS[number % len(COMMANDS)]
            await hook.deliver(message(person, number, command, written + 60 * number))
        await trial.settle()
        texts = [m["text"] for m in await telegram.messages(person)]
        await bot.stop()
    first = texts[: len(COMMANDS)]
    in_order = sum(text == first[number % len(first)] for number, text in enumerate(texts))
    ledger = await trial.ledger()
    return Found(
        sent=len(texts),
        lost=count - len(texts) + ledger.unfinished + ledger.unsent,
        marked=ledger.marked_duplicates,
        unmarked=max(len(texts) - count, 0),
        figures={"in_order": in_order},
        holds={"in order": in_order == count and len(set(first)) == len(COMMANDS)},
    )


async def poison(trial: Trial) -> Found:
    """An update that no handler can take: three tries, then it is put aside, and the next one is answered."""
    telegram = trial.telegram
    environ = telegram.environ("webhook")
    async with telegram.bot(environ) as bot, aiohttp.ClientSession() as session:
        [person] = await telegram.people(1)
        hook = Hook(session, environ["BEKAL_WEBHOOK_URL"])
        broken = message(person, 1, QUESTION, 0)
        broken["message"]["date"] = "not a time"
        await hook.deliver(broken)
        await hook.deliver(message(person, 2, "/bantuan", time.time()))
        await trial.settle()
        told = await telegram.messages(person)
        metrics = environ["BEKAL_LISTEN"]
        async with session.get(f"http://{metrics}/metrics") as response:
            alarmed = "bekal_updates_dead_total 1.0" in await response.text()
        await bot.stop()
    ledger = await trial.ledger()
    rows = await asyncio.to_thread(trial.store.rows, "SELECT attempts, error FROM inbox WHERE state = 'dead'")
    return Found(
        sent=len(told),
        lost=ledger.unfinished + ledger.unsent,
        marked=ledger.marked_duplicates,
        unmarked=0,
        figures={"put_aside": ledger.dead, "tries": rows[0][0] if rows else 0},
        holds={
            "put aside after three tries, with the reason": bool(rows)
            and rows[0][0] == 3
            and bool(rows[0][1]),
            "apology, and the next one answered": len(told) == 2,
            "counted for the alarm": alarmed,
        },
    )


async def a_day_late(trial: Trial, *, people: int, each: int) -> Found:
    """On start a day's backlog waits, and a content file is broken while the bot serves."""
    telegram = trial.telegram
    content = telegram.folder / "content"
    environ = telegram.environ("webhook")
    shutil.copytree(environ.get("BEKAL_CONTENT_DIR", str(ROOT / "content")), content)
    environ["BEKAL_CONTENT_DIR"] = str(content)
    environ["BEKAL_LOG_LEVEL"] = "info"
    async with telegram.bot(environ) as bot, aiohttp.ClientSession() as session:
        expected = await trial.probe()
        hook = Hook(session, environ["BEKAL_WEBHOOK_URL"])
        late = await telegram.people(people)
        day_ago = time.time() - 24 * HOUR
        backlog = [
            message(person, number * people + place, QUESTION, day_ago + number * 11 * HOUR / each)
            for number in range(each)
            for place, person in enumerate(late)
        ]
        await asyncio.gather(*(hook.deliver(update) for update in backlog[: people * each]))
        await trial.settle()
        heard = await trial.heard(late)
        _break_an_article(content)
        await until(lambda: _refused(trial), "the broken file to be refused", 30)
        after = await telegram.people(5)
        await trial.write(after)
        await trial.settle()
        await bot.stop()
    found = await trial.account(after, expected, people * each + len(after) + 1)
    most = max(heard.values())
    found.sent += sum(heard.values())
    found.lost += sum(count < 1 for count in heard.values())
    found.figures |= {"backlog": len(backlog), "most_messages_to_one": most}
    found.holds["one apology and one answer each"] = most <= expected + 1
    found.holds["old content serves"] = found.lost == 0
    return found


def _break_an_article(content: Path) -> None:
    article = min((content / "articles" / "id").rglob("*.md"))
    article.write_text("---\ntitle: [broken\n---\n", encoding="utf-8")


async def _refused(trial: Trial) -> bool:
    return trial.logged("content_refused") > 0
