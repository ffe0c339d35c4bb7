"""Trying the bot out in the console: answered as anybody is, and nothing is kept of it."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import pytest

from bot.metrics import Metrics
from bot.models import search_in
from bot.trial import Trials
from bot.understanding import UnderstandingService
from bot.wording import load_wording
from content import Library
from handlers import Services
from storage import Database, outbox
from tests.conftest import SMALL_TRAINING
from tests.console.conftest import Browser, Console, Page, served
from tests.transcripts.driver import Clock


@pytest.fixture
async def console(
    database: Database, clock: Clock, small_library: Library, small_model: Path
) -> AsyncIterator[Console]:
    import nlu

    engine = nlu.load(
        SMALL_TRAINING, small_model, search=search_in(lambda: small_library.catalog), use_encoder=False
    )
    understanding = UnderstandingService(engine, clock=clock, metrics=Metrics())
    services = Services(
        understand=understanding, library=small_library, say=load_wording(), clock=clock, retention_days=180
    )
    trials = Trials(services, understanding)
    async with served(database, clock, small_library, trial=lambda: trials) as running:
        yield running
    understanding.close()


def memory(page: Page) -> str:
    found = re.search(r'id="memory" value="([^"]*)"', page.text)
    assert found
    return unescape(found[1])


async def said(browser: Browser, text: str, **fields: str) -> Page:
    return await browser.post("/try", text=text, memory=memory(browser.page), **fields)


async def test_the_chat_goes_on_as_on_telegram_and_tells_why(console: Console) -> None:
    viewer = await console.signed_in("sari", "viewer")
    await viewer.get("/try")
    page = await said(viewer, "visa kerja itu apa")
    assert "<strong>Visa kerja" in page.text
    assert "<dt>Langkah</dt><dd>menjawab</dd>" in page.text
    assert re.search(r"Visa kerja[^<]* · \d+%", page.text)

    # The country of one turn is known in the next, and a button can be tapped.
    page = await said(viewer, "kalau ke taiwan?")
    assert "<dt>Negara</dt><dd>TW</dd>" in page.text
    assert json.loads(memory(page))["destination"] == "TW"
    button = re.search(r'<button name="data" value="([^"]+)">([^<]+)</button>', page.text)
    assert button
    page = await viewer.post("/try", data=button[1], memory=memory(page))
    assert f"Tombol: {button[1].partition(' ')[2]}" in page.text
    assert "Kenapa?" not in page.text

    page = await said(viewer, "majikan memukul saya")
    assert "Petugas akan mendapat kasus: Bahaya" in page.text
    assert "kekerasan" in page.text
    page = await said(viewer, "/menu")
    assert "keys-row" in page.text


async def test_nothing_is_kept_or_sent(console: Console) -> None:
    agent = await console.signed_in("sari", "agent")
    await agent.get("/try")
    before = await console.deeds()
    for text in ("majikan memukul saya", "xyzzy plugh", "/hapus", "/petugas"):
        assert (await said(agent, text)).status == 200
    assert await console.deeds() == before
    assert not sum((await console.database.read(outbox.count)).values())
    assert (await agent.get("/desk?tab=danger")).text.count("is-danger") == 0


async def test_the_language_can_be_chosen_and_htmx_gets_the_new_part_alone(console: Console) -> None:
    agent = await console.signed_in("sari", "agent")
    await agent.get("/try")
    english = await said(agent, "visa kerja itu apa", locale="en")
    assert "Source:" in english.text
    form = {"csrf": agent.page.csrf, "text": "paspor", "memory": "no json", "locale": "xx"}
    part = await agent.raw("/try", form, Origin=console.url, **{"HX-Request": "true"})
    assert part.text.lstrip().startswith("<li")
    assert 'hx-swap-oob="true"' in part.text
    assert "<html" not in part.text


async def test_while_the_model_loads_there_is_no_answer(
    database: Database, clock: Clock, small_library: Library
) -> None:
    async with served(database, clock, small_library) as console:
        agent = await console.signed_in("sari", "agent")
        await agent.get("/try")
        assert (await said(agent, "visa")).status == 503
