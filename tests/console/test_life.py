"""The life of a danger case in a real browser, with the real bot and the local Telegram."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bot.console import serve_console
from simulator import Simulator
from storage import Connection, staff
from tests.bot.house import House, opened, working
from tests.bot.tools import until
from tests.console.chromium import complaints_of, free_port, needs_chromium, opened_page
from tests.console.conftest import PASSWORD, QUICK, SECRET
from tests.transcripts.driver import Clock

pytestmark = needs_chromium


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with opened_page() as opened:
        yield opened


async def admit(house: House, name: str) -> None:
    hashed = await QUICK.hash(PASSWORD)
    cipher, now = house.app.database.cipher, house.clock()

    def unit(conn: Connection) -> None:
        staff_id = staff.add(conn, name, "agent", now)
        assert staff_id is not None
        staff.set_up(conn, cipher, staff_id, hashed, SECRET, None, ["aaaa-bbbb-cccc"])

    await house.app.database.write(unit)


async def test_a_danger_case_from_the_first_word_to_the_bots_return(
    page: Page, clock: Clock, tmp_path: Path, small_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listen = f"127.0.0.1:{free_port()}"
    complaints = complaints_of(page, f"http://{listen}")
    async with (
        Simulator.start(clock=clock, rng=random.Random(7)) as sim,
        opened(sim, clock, tmp_path, small_model, monkeypatch) as house,
    ):
        house.app.settings = house.app.settings.model_copy(update={"console_listen": listen})
        await admit(house, "sari")
        async with serve_console(house.app), working(house):
            # In: password, then a code.
            await page.goto(f"http://{listen}/")
            await page.get_by_label("Nama").fill("sari")
            await page.get_by_label("Kata sandi").fill(PASSWORD)
            await page.keyboard.press("Enter")
            await page.get_by_label("Kode dari aplikasi").fill("aaaa-bbbb-cccc")
            await page.keyboard.press("Enter")
            await expect(page.get_by_text("Tidak ada tanda bahaya")).to_be_visible()
            await page.wait_for_selector("body[data-connected]")

            # The message rings at the desk, without a reload.
            wati = sim.add_user("Wati")
            [card, *_] = await house.write(wati, "majikan memukul saya, tolong <b>")
            assert card["text"].startswith("Nomor penting")
            await expect(page.get_by_role("alert")).to_contain_text("Kasus bahaya baru")
            assert "Kasus bahaya baru" in await page.title()
            await page.locator("#list .case").click()
            await expect(page.locator("#live")).to_contain_text("kekerasan")
            await expect(page.locator("#live")).to_contain_text("bot menjawab")

            # Taken: the bot is silent, says so once, and the words reach the desk.
            await page.get_by_role("button", name="Pegang kasus ini").click()
            await expect(page.locator("#live")).to_contain_text("bot diam sampai")
            [told] = await house.write(wati, "visa kerja itu apa")
            assert told["text"].startswith("Petugas sedang membalas Anda")
            assert await house.write(wati, "nomor saya 0812-0000-0001") == []
            await expect(page.locator("#live")).to_contain_text("visa kerja itu apa")
            await expect(page.locator("#live")).to_contain_text("nomor saya [HP]")

            # The reply arrives in the chat, and its state is seen here.
            await page.get_by_label("Balas").fill("Kami bantu. Anda aman sekarang?")
            await page.get_by_role("button", name="Pratinjau").first.click()
            await expect(page.locator("#preview strong")).to_have_text("Petugas")
            await page.get_by_label("Balas").press("Control+Enter")
            await until(lambda: sim.messages(wati)[-1]["text"].endswith("Anda aman sekarang?"))
            assert sim.messages(wati)[-1]["text"].startswith("Petugas\n")
            await expect(page.locator(".state.sent")).to_be_visible()

            # Closed: the person is asked, and the bot answers again.
            await page.get_by_role("button", name="Selesaikan kasus").click()
            await expect(page.locator("#live")).to_contain_text("Kasus selesai")
            await until(lambda: "sudah terjawab?" in sim.messages(wati)[-1]["text"])
            question = sim.messages(wati)[-1]
            [thanks] = await house.press(wati, question, "Sudah terjawab")
            assert thanks["text"].startswith("Terima kasih")
            await expect(page.locator("#live")).to_contain_text("sudah terjawab")
            answer = (await house.write(wati, "visa kerja itu apa"))[0]["text"]
            assert answer.startswith("Visa kerja")
            assert complaints == []
            await page.goto("about:blank")
