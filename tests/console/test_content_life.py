"""An article from a new sentence to its answer on Telegram, in a real browser, without a restart."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.async_api import Page, expect

from bot.console import serve_console
from simulator import Simulator
from tests.bot import house as bot_house
from tests.bot.house import opened, working
from tests.conftest import SMALL_CONTENT
from tests.console.chromium import admit, complaints_of, needs_chromium, opened_page
from tests.console.conftest import Console
from tests.console.content_folder import VISA
from tests.console.test_life import free_port
from tests.console.test_pages import AXE, serious
from tests.transcripts.driver import Clock

pytestmark = needs_chromium
SENTENCE = "Visa kerja dicetak di paspor; fotonya simpan di rumah."


async def usable(page: Page, width: int = 1280) -> None:
    """Nothing that axe calls serious, by day or night, and no scrolling sideways on the smallest phone."""
    await page.evaluate(AXE)
    assert await serious(page) == []
    await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert await serious(page, "color-contrast") == []
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": 320, "height": 640})
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320
    await page.set_viewport_size({"width": width, "height": 800})


async def test_a_new_sentence_is_written_approved_and_answered_without_restart(
    clock: Clock, tmp_path: Path, small_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(SMALL_CONTENT, tmp_path / "content"))
    monkeypatch.setattr(bot_house, "SMALL_CONTENT", folder)
    listen = f"127.0.0.1:{free_port()}"
    async with (
        opened_page() as page,
        Simulator.start(clock=clock, rng=random.Random(7)) as sim,
        opened(sim, clock, tmp_path / "data", small_model, monkeypatch) as house,
    ):
        complaints = complaints_of(page, f"http://{listen}")
        house.app.settings = house.app.settings.model_copy(update={"console_listen": listen})
        services: Any = SimpleNamespace(database=house.app.database, url=f"http://{listen}")
        console = Console(services, clock, services.url)
        async with serve_console(house.app), working(house):
            wati = sim.add_user("Wati")
            before = "".join(each["text"] for each in await house.write(wati, "visa kerja itu apa"))
            assert SENTENCE not in before

            # Sari finds the article, writes, and sees at once what people would get.
            await admit(page, console, "sari", "publisher")
            await page.goto(f"{console.url}/content")
            await page.get_by_role("link", name="Visa kerja", exact=True).click()
            summary = page.get_by_label("Jawaban singkat")
            await summary.fill(f"{await summary.input_value()} {SENTENCE}")
            await expect(page.locator("#preview")).to_contain_text(SENTENCE)
            await page.get_by_label("Kontak untuk bertanya").fill("pusat-pangilan")
            await page.get_by_role("button", name="Simpan dan minta persetujuan").click()
            await expect(page.locator("#f-ask-e")).to_contain_text("pusat-panggilan")
            await usable(page)
            await page.get_by_label("Kontak untuk bertanya").fill("pusat-panggilan")
            await page.get_by_label("Pesan untuk yang menyetujui").fill("Tambahan soal foto visa")
            await page.get_by_role("button", name="Simpan dan minta persetujuan").click()
            await expect(page.get_by_text("Orang lain yang harus menyetujuinya")).to_be_visible()
            await expect(page.get_by_role("button", name="Setuju dan terbitkan")).to_have_count(0)

            # Budi reads what changes and says yes.
            await admit(page, console, "budi", "publisher")
            await page.goto(f"{console.url}/content")
            await page.get_by_role("link", name=f"Periksa {VISA}").click()
            await expect(page.locator(".diff ins")).to_contain_text(SENTENCE)
            await usable(page)
            await page.get_by_role("button", name="Setuju dan terbitkan").click()
            await expect(page.get_by_text("Bot sudah memakai teks baru")).to_be_visible()
            await usable(page)

            after = "".join(each["text"] for each in await house.write(wati, "visa kerja itu apa"))
            assert SENTENCE in after
            for path in (
                "edit/contacts.yml",
                "row/contacts.yml?row=0",
                f"edit/{VISA.replace('/id/', '/en/')}",
            ):
                await page.goto(f"{console.url}/content/{path}")
                await usable(page)
            # The refused form is told of in the browser's own console, too.
            assert [each for each in complaints if "status of 400" not in each] == []
            await page.goto("about:blank")
