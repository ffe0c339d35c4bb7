"""Broadcasts in the console: written, counted, approved by a second person, paused, stopped; corrections."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.broadcaster import Broadcaster
from bot.wording import load_wording
from content import Library
from handlers import Services as BotServices
from handlers.broadcasts import BroadcastMessages
from storage import Connection, Database, broadcasts, chats, outbox
from tests.conftest import SMALL_CONTENT
from tests.console.conftest import Console, served
from tests.console.desk import visitor
from tests.transcripts.driver import Clock

WRONG = date(2026, 11, 20)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """The small content, in which the visa article was corrected."""
    folder = Path(shutil.copytree(SMALL_CONTENT, tmp_path / "content"))
    article = next(folder.glob("articles/id/*/visa.md"))
    text = article.read_text(encoding="utf-8")
    marked = text.replace("---\n", f'---\ncorrection: {{date: {WRONG}, what: "Biayanya salah."}}\n', 1)
    article.write_text(marked, encoding="utf-8")
    return Library(folder)


@pytest.fixture
def bot(database: Database, clock: Clock, library: Library) -> Broadcaster:
    async def understand(text: str, context: object) -> Any:
        raise AssertionError

    services = BotServices(
        understand=understand, library=library, say=load_wording(), clock=clock, retention_days=180
    )
    return Broadcaster(
        database,
        BroadcastMessages(services).word,
        lambda: library.catalog,
        per_second=100,
        clock=clock,
        wake_delivery=lambda: None,
    )


@pytest.fixture
async def console(
    database: Database, clock: Clock, library: Library, bot: Broadcaster
) -> AsyncIterator[Console]:
    async with served(database, clock, library, broadcasts=lambda: bot) as running:
        yield running


async def subscribers(console: Console, count: int, **told: Any) -> None:
    cipher = console.database.cipher

    def unit(conn: Connection) -> None:
        for number in range(count):
            chat = chats.ensure(conn, cipher, cipher.lane(9000 + number), 9000 + number, console.clock())
            chats.update(conn, cipher, chat, **{"news": "given", "locale": "id", **told})

    await console.database.write(unit)


async def sent_texts(console: Console) -> list[str]:
    cipher, now = console.database.cipher, console.clock()

    def unit(conn: Connection) -> list[str]:
        rows = outbox.claim(conn, cipher, "worker", now, now + timedelta(seconds=9), 1000)
        for row in rows:
            outbox.sent(conn, row, 1, now)
        return [row.params["text"] for row in rows]

    return await console.database.write(unit)


async def finished(console: Console, bot: Broadcaster, number: int) -> broadcasts.BroadcastRecord:
    for _ in range(20):
        console.clock.forward(1)
        await bot.step()
        await sent_texts(console)
        found = await console.database.read(lambda conn: broadcasts.get(conn, number))
        if found.over:
            return found
    raise AssertionError(found)


FORM = {"name": "Penipuan baru", "text-id": "Ada lowongan palsu <b>.", "text-en": "Fake jobs around."}


async def test_from_draft_to_report_with_a_second_person(console: Console, bot: Broadcaster) -> None:
    await subscribers(console, 3)
    editor = await console.signed_in("sari", "publisher")
    await editor.get("/broadcasts/new")
    page = await editor.post("/broadcasts/new", **FORM | {"text-id": " "})
    assert (page.status, "Tulis pesannya dalam bahasa Indonesia" in page.text) == (400, True)
    assert "Fake jobs around." in page.text
    page = await editor.post("/broadcasts/new", **FORM, topic="passport", destination="XX")
    assert page.url.endswith("/broadcasts/1")
    assert "3 orang" in page.text
    assert "Ada lowongan palsu &lt;b&gt;." in page.text
    for stop in ("Berhenti menerima kabar", "Stop the news", "Mandheg nampa kabar", "Eureun narima kabar"):
        assert page.text.count(stop) == 1
    page = await editor.post("/broadcasts/1", **FORM | {"text-id": "Awas."}, destination="TW")
    assert "0 orang" in page.text
    await editor.post("/broadcasts/1", **FORM)
    await editor.post("/broadcasts/1/submit")
    # Neither its author nor a lower role can let it go; nobody changes it under the approver's eyes.
    page = await editor.post("/broadcasts/1/approve")
    assert (page.status, "Penulis tidak bisa menyetujui" in page.text) == (409, True)
    assert (await editor.post("/broadcasts/1", **FORM)).status == 409
    other = await console.signed_in("tono", "editor")
    await other.get("/broadcasts/1")
    assert (await other.post("/broadcasts/1/approve", follow=False)).status == 403
    assert not (await bot.step()).running
    approver = await console.signed_in("budi", "publisher")
    page = await approver.get("/broadcasts/1")
    assert "3 orang" in page.text
    assert "9000" not in page.text
    await approver.post("/broadcasts/1/approve")
    done = await finished(console, bot, 1)
    assert (done.sent, done.left, done.approved_by) == (3, 0, "budi")
    page = await approver.get("/broadcasts/1")
    assert "selesai" in page.text
    assert "hx-trigger" not in page.text
    assert 'max="3" value="3"' in page.text
    assert (await approver.get("/broadcasts")).text.count("/broadcasts/1") == 1
    assert [deed.what for deed in await console.deeds() if deed.subject == "broadcast:1"] == [
        "broadcast written",
        "broadcast rewritten",
        "broadcast rewritten",
        "broadcast submitted",
        "broadcast approved",
    ]


async def test_it_waits_for_its_time_and_can_be_paused_and_stopped(
    console: Console, bot: Broadcaster
) -> None:
    await subscribers(console, 300)
    editor = await console.signed_in("sari", "editor")
    await editor.get("/broadcasts/new")
    assert (await editor.post("/broadcasts/new", **FORM, due="besok")).status == 400
    await editor.post("/broadcasts/new", **FORM, due="2026-11-24T10:20")  # 03:20 UTC
    await editor.post("/broadcasts/1/submit")
    approver = await console.signed_in("budi", "publisher")
    await approver.get("/broadcasts/1")
    assert "mulai 24 Nov, 10.20 WIB" in (await approver.post("/broadcasts/1/approve")).text.replace(":", ".")
    assert not (await bot.step()).running
    console.clock.forward(20 * 60)
    while (await bot.step()).hurry:
        pass
    console.clock.forward(1)
    assert (await bot.step()).put == 100
    await editor.get("/broadcasts/1")
    await editor.post("/broadcasts/1/pause")
    assert await sent_texts(console) == []
    assert (await editor.get("/broadcasts/1/live")).text.count("hx-get") == 1
    await editor.get("/broadcasts/1")
    assert (await editor.post("/broadcasts/1/resume", follow=False)).status == 403
    await approver.get("/broadcasts/1")
    await approver.post("/broadcasts/1/resume")
    console.clock.forward(1)
    await bot.step()
    assert len(await sent_texts(console)) == 100
    await editor.get("/broadcasts/1")
    page = await editor.post("/broadcasts/1/stop")
    await bot.step()
    page = await editor.get("/broadcasts/1")
    assert "dihentikan" in page.text
    numbers = dict(zip(("Penerima", "terkirim", "belum dikirim"), (300, 100, 200), strict=True))
    text = " ".join(page.text.split())
    assert f"<dt>Penerima</dt><dd><strong>{numbers['Penerima']}</strong>" in text
    assert f"<dt>terkirim</dt><dd>{numbers['terkirim']}</dd>" in text
    assert f"<dt>belum dikirim</dt><dd>{numbers['belum dikirim']}</dd>" in text
    assert (await editor.post("/broadcasts/1/pause")).status == 409
    assert (await editor.get("/broadcasts/99")).status == 404


async def test_a_sensitive_topic_makes_a_neutral_message(console: Console, bot: Broadcaster) -> None:
    editor = await console.signed_in("sari", "editor")
    library = console.services.library()
    assert library is not None
    danger = next(t for t in library.catalog.topics if library.catalog.article(t, "id").danger)
    await editor.get("/broadcasts/new")
    page = await editor.post("/broadcasts/new", **FORM, asked=danger)
    assert (page.status, "Topik itu sensitif" in page.text) == (400, True)
    await editor.post("/broadcasts/new", **FORM, asked=danger, topic=danger)
    found = await console.database.read(lambda conn: broadcasts.get(conn, 1))
    for locale in ("id", "en", "jv", "su"):
        call = bot.word(found, locale)
        assert call is not None
        shown = str(call[1])
        for article in (library.catalog.article(danger, "id"), library.catalog.article(danger, locale)):
            assert article.title not in shown
        assert "lowongan" not in shown
        assert f"1:topic:{danger}" in shown


async def test_a_correction_goes_out_once_after_a_second_yes(console: Console, bot: Broadcaster) -> None:
    one, two = await visitor(console, 1), await visitor(console, 2, locale="en")
    console.clock.forward(-7 * 86400)
    await one.talked("visa", "jawaban lama", "visa")
    await two.talked("passport", "lain", "passport")
    console.clock.forward(7 * 86400)
    await sent_texts(console)
    editor = await console.signed_in("sari", "publisher")
    page = await editor.get("/broadcasts")
    assert "Biayanya salah." in page.text
    page = await editor.post("/broadcasts/correction", topic="visa")
    assert page.url.endswith("/broadcasts/1")
    assert "1 orang" in page.text
    assert "Biayanya salah." in page.text
    await editor.get("/broadcasts")
    assert "Siapkan" not in editor.page.text
    await editor.get("/broadcasts/1")
    assert (await editor.post("/broadcasts/correction", topic="visa")).url.endswith("/broadcasts/1")
    assert (await editor.post("/broadcasts/correction", topic="passport", follow=False)).status == 400
    await editor.post("/broadcasts/1/submit")
    approver = await console.signed_in("budi", "publisher")
    await approver.get("/broadcasts/1")
    await approver.post("/broadcasts/1/approve")
    told: list[str] = []
    for _ in range(5):
        console.clock.forward(1)
        await bot.step()
        told += await sent_texts(console)
    assert len(told) == 1
    assert told[0].startswith("Kabar dari Bekal\n\nAda jawaban yang sudah kami perbaiki.")
    assert told[0].endswith("Biayanya salah.")
    done = await console.database.read(lambda conn: broadcasts.get(conn, 1))
    assert (done.state, done.audience, done.sent) == ("done", 1, 1)
    # Replaced by a newer correction, it says nothing any more.
    assert bot.word(dataclasses.replace(done, correction="0" * 16), "id") is None
