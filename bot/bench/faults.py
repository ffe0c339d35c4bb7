"""What faults do to a running bot: kills, a flood wait, one chat in a hurry, an unanswerable update.

Each scenario takes its size, so that the test suite runs it small and `bekal bench faults` runs it whole.
The numbers R1, R2 ... are those of the list of fault tests in docs/operations.md.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp

from bot.bench.ledger import Ledger, read_ledger
from bot.bench.processes import Process
from bot.bench.world import SECRET, World, until, world

QUESTION = "cara cek PT resmi atau tidak gimana"
COMMANDS = ("/bantuan", "/privasi", "/menu", "/bahasa", "/darurat")
DRAIN_SECONDS = 300.0
KILL_AFTER = (0.1, 2.0)
CHUNK = 20


async def measure() -> dict[str, Any]:
    """All scenarios at full size, each in a world of its own."""
    from bot.bench import table

    figures: dict[str, Any] = {}
    for name, scenario in (
        ("R1 webhook, 20 kills, 2000 updates", lambda w: kills(w, "webhook", updates=2000, times=20)),
        ("R2 polling, 20 kills, 2000 updates", lambda w: kills(w, "polling", updates=2000, times=20)),
        ("R6 200 messages of one chat", lambda w: one_chat_in_order(w, 200)),
        ("R10 429 for 30 s on one chat in ten", lambda w: flood_wait(w, chats=50, seconds=30)),
        ("R18 an update that cannot be answered", poison),
    ):
        with tempfile.TemporaryDirectory(prefix="bekal-faults-") as folder:
            async with world(Path(folder)) as telegram:
                figures[name] = await scenario(telegram)
        table(name, figures[name])
    return figures


async def kills(telegram: World, mode: str, *, updates: int, times: int, seed: int = 1) -> dict[str, Any]:
    """Kill the bot `times` times at random moments while `updates` people write one message each."""
    chance = random.Random(seed)
    environ = telegram.environ(mode)
    async with telegram.bot(environ) as bot:
        [probe] = await telegram.people(1)
        await telegram.write([(probe, QUESTION)])
        await until(lambda: _settled(telegram), "the probe's answer", DRAIN_SECONDS)
        expected = await _bot_messages(telegram, probe)
        assert expected >= 1
        await bot.stop()
    people = await telegram.people(updates)
    writing = asyncio.create_task(_write_slowly(telegram, people, updates, times))
    killed = 0
    while killed < times:
        running = Process(["-m", "bot", "run"], environ, telegram.folder / "bot.log")
        try:
            await telegram.until_ready(running)
            await asyncio.sleep(chance.uniform(*KILL_AFTER))
        finally:
            running.kill()
        killed += 1
    await writing
    async with telegram.bot(environ) as bot:
        await until(lambda: _settled(telegram), "everything answered after the last kill", DRAIN_SECONDS)
        await bot.stop()
    seen = Counter(call["chat"] for call in await telegram.calls() if call["code"] == 200)
    ledger = read_ledger(telegram.data_dir)
    extra = sum(max(seen[person] - expected, 0) for person in people)
    return {
        "updates": updates,
        "kills": killed,
        "lost_updates": updates + 1 - ledger.updates,
        "unanswered_chats": sum(seen[person] < expected for person in people),
        "unfinished": ledger.unfinished + ledger.unsent,
        "sent_twice": extra,
        "sent_twice_unmarked": max(extra - ledger.marked_duplicates, 0),
        "marked_possible_duplicates": ledger.marked_duplicates,
        "messages": ledger.messages,
    }


async def _write_slowly(telegram: World, people: list[int], updates: int, times: int) -> None:
    """Spread the messages over the time that the kills will take."""
    pause = times * 3.0 / max(updates / CHUNK, 1)
    for start in range(0, len(people), CHUNK):
        await telegram.write([(person, QUESTION) for person in people[start : start + CHUNK]])
        await asyncio.sleep(pause)


async def one_chat_in_order(telegram: World, count: int) -> dict[str, Any]:
    """One person sends `count` commands at once; the answers come in that order."""
    environ = telegram.environ("webhook")
    async with telegram.bot(environ) as bot:
        [person] = await telegram.people(1)
        url = environ["BEKAL_WEBHOOK_URL"]
        commands = [COMMANDS[number % len(COMMANDS)] for number in range(count)]
        # Written a minute apart, as far as the rate limit is concerned; delivered in one burst.
        written = int(time.time()) - 60 * count
        for number, command in enumerate(commands):
            await _deliver(url, _message(person, 10_000 + number, command, written + 60 * number))
        await until(lambda: _settled(telegram), "all answers", DRAIN_SECONDS)
        texts = [m["text"] for m in await telegram.get(f"chats/{person}/messages") if m["from"]["is_bot"]]
        await bot.stop()
    first = texts[: len(COMMANDS)]
    in_order = sum(text == first[number % len(first)] for number, text in enumerate(texts))
    return {"written": count, "answers": len(texts), "in_order": in_order, "kinds_of_answer": len(set(first))}


async def flood_wait(telegram: World, *, chats: int, seconds: int) -> dict[str, Any]:
    """Telegram answers 429 on one chat in ten; the others must not notice."""
    async with telegram.bot(telegram.environ("polling")) as bot:
        calm = await telegram.people(chats)
        await telegram.write([(person, QUESTION) for person in calm])
        await until(lambda: _settled(telegram), "answers before", DRAIN_SECONDS)
        before = await _waits(telegram, calm, time.time() - 3600)
        people = await telegram.people(chats)
        slowed = people[::10]
        await telegram.post(
            "faults", [{"kind": "flood", "chat": p, "retry_after": seconds, "times": 1} for p in slowed[:2]]
        )
        start = time.time()
        await telegram.write([(person, QUESTION) for person in people])
        await until(lambda: _settled(telegram), "answers after", DRAIN_SECONDS + seconds)
        others = await _waits(telegram, [p for p in people if p not in slowed[:2]], start)
        held = await _waits(telegram, slowed[:2], start)
        violations = (await telegram.get("calls?limit=0"))["counters"]["violations"]
        await bot.stop()
    ledger = read_ledger(telegram.data_dir)
    return {
        "p95_s_without_flood": _p95(before) if before else None,
        "p95_s_of_the_others": _p95(others),
        "shortest_wait_of_the_held_s": round(min(held), 1),
        "calls_during_the_halt": violations,
        "unsent": ledger.unsent,
    }


async def poison(telegram: World) -> dict[str, Any]:
    """An update that no handler can take: three tries, then it is put aside, and the next one is answered."""
    environ = telegram.environ("webhook")
    async with telegram.bot(environ) as bot:
        [person] = await telegram.people(1)
        url = environ["BEKAL_WEBHOOK_URL"]
        broken = _message(person, 20_000, QUESTION, 0)
        broken["message"]["date"] = "not a time"
        await _deliver(url, broken)
        await _deliver(url, _message(person, 20_001, "/bantuan", int(time.time())))
        await until(lambda: _settled(telegram), "the next message's answer", DRAIN_SECONDS)
        answers = await _bot_messages(telegram, person)
        await bot.stop()
    ledger = read_ledger(telegram.data_dir)
    return {"put_aside": ledger.dead, "messages_to_the_person": answers, "unfinished": ledger.unfinished}


async def _settled(telegram: World) -> bool:
    """Telegram has handed out everything, and the bot has nothing left to answer or to send."""
    if (await telegram.get("updates"))["pending"]:
        return False
    ledger: Ledger = await asyncio.to_thread(read_ledger, telegram.data_dir)
    return ledger.updates > 0 and not ledger.unfinished and not ledger.unsent


async def _bot_messages(telegram: World, person: int) -> int:
    return sum(m["from"]["is_bot"] for m in await telegram.get(f"chats/{person}/messages"))


async def _waits(telegram: World, people: list[int], start: float) -> list[float]:
    """Seconds from `start` to the first answer of each person."""
    first: dict[int, float] = {}
    for call in await telegram.calls():
        if call["code"] == 200 and call["chat"] in people:
            first.setdefault(call["chat"], call["at"] - start)
    return sorted(first.values())


def _p95(waits: list[float]) -> float:
    return round(waits[int(len(waits) * 0.95)], 2)


def _message(person: int, number: int, text: str, date: int) -> dict[str, Any]:
    sender = {"id": person, "is_bot": False, "first_name": "P", "language_code": "id"}
    message: dict[str, Any] = {
        "message_id": number,
        "date": date,
        "chat": {"id": person, "type": "private", "first_name": "P"},
        "from": sender,
        "text": text,
    }
    if text.startswith("/"):
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text)}]
    return {"update_id": 900_000 + number, "message": message}


async def _deliver(url: str, update: dict[str, Any]) -> None:
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, json=update, headers=headers) as response,
    ):
        assert response.status == 200, f"the webhook answers {response.status}"
