"""The chat page in a real browser: somebody talks with a small bot."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Error, Page, async_playwright, expect

from simulator import Simulator
from simulator.people import PIXEL
from tests.simulator.conftest import Call

NASTY = '<img src=x onerror="document.title=1"> <b>tebal</b> </script>'
CHROMIUM = os.environ.get("CHROMIUM") or next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium found; install it or set CHROMIUM to its path"
)


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        try:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        except Error as error:
            pytest.skip(f"Chromium at {CHROMIUM} does not start: {error.message.splitlines()[0]}")
        context = await browser.new_context(viewport={"width": 320, "height": 640}, locale="id-ID")
        yield await context.new_page()
        await browser.close()


async def test_a_conversation_on_a_small_phone(
    sim: Simulator, call: Call, page: Page, tmp_path: Path
) -> None:
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("request", lambda r: None if r.url.startswith(sim.url) else complaints.append(r.url))
    await call("setMyCommands", commands=[{"command": "menu", "description": "Pilih topik"}])
    await call("setMyDescription", description="Bekal sebelum berangkat")

    await page.goto(f"{sim.url}/?user=Sari&start=poster-7")
    await expect(page.get_by_text("Bekal sebelum berangkat")).to_be_visible()
    await page.get_by_role("button", name="START").click()
    [sari] = sim.world.users.values()
    await sim.wait_until(sari, lambda chat: len(chat.messages) == 1)
    assert sim.messages(sari)[0]["text"] == "/start poster-7"

    buttons = {"inline_keyboard": [[{"text": "Ya", "callback_data": "yes"}]]}
    bold = [{"type": "bold", "offset": 0, "length": 4}]
    await call("sendMessage", chat_id=sari.id, text=NASTY, entities=bold, reply_markup=buttons)
    await expect(page.get_by_role("article").last).to_contain_text(NASTY)
    await page.get_by_role("button", name="Ya", exact=True).click()
    await sim.wait_until(sari, lambda chat: bool(sim.bot.presses))
    [(query, press)] = sim.bot.presses.items()
    assert press.message_id == sim.messages(sari)[-1]["message_id"]
    await call("answerCallbackQuery", callback_query_id=query, text="Tersimpan")
    await expect(page.get_by_role("status")).to_have_text("Tersimpan")

    await page.get_by_role("textbox", name="Pesan").fill("biaya ke Taiwan?")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("article").last).to_contain_text("biaya ke Taiwan?")
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("option", name="/menu").click()
    await expect(page.get_by_role("article").last).to_contain_text("/menu")
    await call("sendChatAction", chat_id=sari.id, action="typing")
    await expect(page.locator("#status")).to_contain_text("mengetik")
    picture = tmp_path / "ktp.png"
    picture.write_bytes(PIXEL)
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="Lampirkan").click()
        await page.get_by_role("menuitem", name="Foto").click()
    await (await chooser.value).set_files(picture)
    await expect(page.get_by_role("img", name="Foto")).to_be_visible()

    await page.get_by_role("button", name="Kembali ke daftar").click()
    await page.get_by_role("button", name="Tambah orang lain").click()
    await page.get_by_label("Nama").fill("Joko")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="START")).to_be_visible()
    assert [user.first_name for user in sim.world.users.values()] == ["Sari", "Joko"]
    assert await page.evaluate("document.documentElement.scrollWidth") == 320
    assert await page.title() == "Bekal simulator"
    assert complaints == []
