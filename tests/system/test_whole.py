"""The bot as it runs on a machine: started, used, stopped, and searched for what must not be anywhere."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.bench.ledger import read_ledger
from bot.bench.processes import process
from bot.bench.world import SECRET, TOKEN, World, until
from bot.settings import ROOT
from tests.bot.tools import select

PATIENCE = 30.0
STOP_SECONDS = 25
QUESTION = "cara buat paspor"

# What people type although they should not: each as it is written, and the digits alone.
SEEDS = {
    "NIK": ("3201011708900001", "3201 0117 0890 0001"),
    "passport": ("C1234567",),
    "phone": ("081200000001", "0812-0000-0001", "6281200000001"),
    "bank account": ("8899001122334455", "8899 0011 2233 4455"),
    "e-mail": ("siti.contoh@surat.example",),
    "bot token": ("123456789:AAFakeTokenThatNobodyEverHadOnTelegram",),
}
TYPED = (
    "NIK saya 3201011708900001 atau 3201 0117 0890 0001",
    "nomor paspor saya C1234567, bagaimana cara buat paspor baru?",
    "HP saya 081200000001, +62 812-0000-0001, tulis juga 0812-0000-0001",
    "transfer ke rekening BCA 8899001122334455 atau 8899 0011 2233 4455",
    "email saya siti.contoh@surat.example",
    "token bot saya 123456789:AAFakeTokenThatNobodyEverHadOnTelegram",
    "majikan memukul saya di dusun Blirikwulung, telepon 081200000001",
)


async def bubbles(telegram: World, person: int) -> list[dict[str, Any]]:
    """What the bot has said to a person."""
    return [m for m in await telegram.get(f"chats/{person}/messages") if m["from"]["is_bot"]]


async def answered(telegram: World, person: int, count: int) -> list[dict[str, Any]]:
    """Wait until the bot has said so many things."""

    async def enough() -> bool:
        return len(await bubbles(telegram, person)) >= count

    await until(enough, f"{count} answers", PATIENCE)
    return await bubbles(telegram, person)


async def tap(telegram: World, message: dict[str, Any], label: str) -> None:
    [data] = [
        button["callback_data"]
        for row in message["reply_markup"]["inline_keyboard"]
        for button in row
        if button["text"] == label
    ]
    press = {"chat": message["chat"]["id"], "message_id": message["message_id"], "data": data}
    await telegram.post("callback", press)


async def consenting(telegram: World) -> int:
    """Somebody who has asked something, seen the answer, and agreed with a tap that the chat is kept."""
    [person] = await telegram.people(1)
    await telegram.write([(person, QUESTION)])
    [answer, question] = await answered(telegram, person, 2)
    assert "Paspor dibuat di kantor imigrasi" in answer["text"]
    await tap(telegram, question, "Setuju")
    [*_, thanks] = await answered(telegram, person, 3)
    assert "Terima kasih" in thanks["text"]
    return person


async def settled(telegram: World) -> None:
    async def nothing_left() -> bool:
        if (await telegram.get("updates"))["pending"]:
            return False
        ledger = await asyncio.to_thread(read_ledger, telegram.data_dir)
        return not ledger.unfinished and not ledger.unsent

    await until(nothing_left, "everything to be answered", PATIENCE)


async def text_of(url: str) -> str:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        assert response.status == 200
        return await response.text()


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_it_answers_and_a_stop_under_load_loses_nothing(telegram: World, mode: str) -> None:
    environ = telegram.environ(mode)
    async with telegram.bot(environ) as bot:
        await consenting(telegram)
        if mode == "polling":
            await refuse_a_second_one(telegram, environ)
        people = await telegram.people(60)
        await telegram.write([(person, QUESTION) for person in people])
        started = time.monotonic()
        assert await bot.stop() == 0
        assert time.monotonic() - started < STOP_SECONDS
    taken_in = read_ledger(telegram.data_dir).updates
    waiting = (await telegram.get("updates"))["pending"]
    # The question and the tap of the first person; an update may be stored and not yet confirmed.
    assert taken_in + waiting >= 2 + len(people)
    if mode == "webhook":
        return  # Telegram's own pauses before it comes again would take most of the time of this test
    async with telegram.bot(environ) as bot:
        await settled(telegram)
        await bot.stop()
    for person in people:
        assert len(await bubbles(telegram, person)) == 2
    assert read_ledger(telegram.data_dir).marked_duplicates == 0


async def refuse_a_second_one(telegram: World, environ: dict[str, str]) -> None:
    """Two on one data folder: the second leaves with one line."""
    log = telegram.folder / "second.log"
    async with process(["-m", "bot", "run"], environ, log) as second:
        await asyncio.to_thread(second.popen.wait, PATIENCE)
        assert await second.stop() == 1
    assert log.read_text().startswith(f"bekal: another bot runs on {telegram.data_dir}")
    assert len(log.read_text().splitlines()) == 1


async def test_a_stop_does_not_wait_for_a_model_that_is_being_trained(telegram: World) -> None:
    shutil.rmtree(telegram.data_dir)
    # The real training data, of which there is enough for a minute.
    environ = telegram.environ("polling") | {"PYTHONPATH": str(ROOT)}
    async with process(["-m", "bot", "run"], environ, telegram.folder / "bot.log") as bot:
        store = telegram.data_dir / "bekal.sqlite3"
        health = f"http://{environ['BEKAL_LISTEN']}/healthz"

        async def alive() -> bool:
            try:
                return bool(store.exists() and await text_of(health))
            except aiohttp.ClientError:
                return False

        await until(alive, "the bot to live", PATIENCE)
        started = time.monotonic()
        assert await bot.stop() == 0
        assert time.monotonic() - started < 5


async def test_what_must_not_be_anywhere_is_nowhere(telegram: World) -> None:
    """Raw bytes of everything that the process leaves behind, after good days and bad ones."""
    environ = telegram.environ("webhook") | {"BEKAL_LOG_LEVEL": "debug"}
    async with telegram.bot(environ) as bot:
        person = await consenting(telegram)
        await trouble(telegram, environ, person)
        await telegram.write([(person, typed) for typed in TYPED])
        await settled(telegram)
        [(kept,)] = select(telegram.data_dir / "bekal.sqlite3", "SELECT count(text_sealed) FROM turns")
        assert kept >= len(TYPED)
        metrics = await text_of(f"http://{environ['BEKAL_LISTEN']}/metrics")
        assert "bekal_turns_total" in metrics
        # Twice: while it runs, with the write-ahead log beside the store, and after it has ended.
        before = left_behind(telegram)
        assert any(name.endswith("-wal") for name in before)
        assert await bot.stop() == 0
    found = {**{f"{name} (running)": data for name, data in before.items()}, **left_behind(telegram)}
    found["/metrics"] = metrics.encode()
    log = (telegram.folder / "bot.log").read_text()
    for event in ("send_again", "send_refused", "turn_failed"):
        assert event in log, "the bad day did not happen"
    forbidden = {seed: kind for kind, seeds in SEEDS.items() for seed in seeds}
    forbidden |= {TOKEN: "our token", TOKEN.split(":")[1]: "our token", SECRET: "our webhook's secret"}
    forbidden |= {"Blirikwulung": "their words", "blirikwulung": "their words", str(person): "who they are"}
    hits = [
        f"{kind} in {name}"
        for name, data in found.items()
        for seed, kind in forbidden.items()
        if seed.encode() in data or seed.encode("utf-16-le") in data
    ]
    assert hits == []


async def trouble(telegram: World, environ: dict[str, str], person: int) -> None:
    """A bad day: refusals that quote, broken connections, and an update that cannot be read."""
    quoting = f"Bad Request: can't parse entities: unsupported {TYPED[0]} {TYPED[4]}"
    await telegram.post(
        "faults",
        [
            {"kind": "server_error", "method": "sendMessage", "code": 502, "description": TYPED[0]},
            {"kind": "close", "method": "sendMessage", "after": True},
            {"kind": "error", "method": "sendMessage", "code": 400, "description": quoting},
        ],
    )
    await telegram.write([(person, "cara buat paspor")])
    await settled(telegram)
    # Somebody else's, so that its three tries take their time beside what follows.
    [other] = await telegram.people(1)
    broken = {"message_id": 1, "date": TYPED[2], "chat": {"id": other, "type": "private"}, "text": TYPED[6]}
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    async with aiohttp.ClientSession(headers=headers) as session:
        for body in (b'{"update_id": 900001, "message": %s}' % TYPED[0].encode(), TYPED[3].encode() * 9):
            async with session.post(environ["BEKAL_WEBHOOK_URL"], data=body) as response:
                assert response.status == 400
        async with session.post(
            environ["BEKAL_WEBHOOK_URL"], json={"update_id": 900_002, "message": broken}
        ) as response:
            assert response.status == 200


def left_behind(telegram: World) -> dict[str, bytes]:
    """Every file of the bot: store, model, lock, key, log."""
    files = [telegram.folder / "bot.log", telegram.data_dir.with_name("data.key")]
    for folder, _, names in os.walk(telegram.data_dir):
        files += [Path(folder) / name for name in names]
    return {str(file.relative_to(telegram.folder)): file.read_bytes() for file in files}
