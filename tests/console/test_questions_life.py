"""An unanswered question is learned and then understood, in a real browser, with the real bot."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from playwright.async_api import expect

import bot.retraining
from bot.console import serve_console
from simulator import Simulator
from storage import Connection, staff, staff_sessions
from tests.bot.house import House, opened, working
from tests.console.chromium import complaints_of, free_port, needs_chromium, opened_page
from tests.transcripts.driver import Clock

pytestmark = needs_chromium
LABEL = (
    '{"text": "berapa ongkos bikin paspor", "topics": ["passport"], "destination": null, '
    '"asks_for": "self", "language": "id", "danger": [], "style": "plain"}\n'
)
TOKEN = f"{'rina':-<43}"


async def admit(house: House, name: str) -> None:
    now = house.clock()

    def unit(conn: Connection) -> None:
        staff_id = staff.add(conn, name, "publisher", now)
        assert staff_id is not None
        staff.set_up(conn, house.app.database.cipher, staff_id, "hash", "SECRET", None, [])
        staff_sessions.begin(conn, staff_id, TOKEN, staff_sessions.FULL, "Chrome", now)

    await house.app.database.write(unit)


async def test_an_unanswered_question_becomes_training_data_and_is_understood(
    clock: Clock, tmp_path: Path, small_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = tmp_path / "labels"
    labels.mkdir()
    (labels / "id.jsonl").write_text(LABEL, encoding="utf-8")
    monkeypatch.setattr(bot.retraining, "EVALUATION", labels)
    listen = f"127.0.0.1:{free_port()}"
    async with (
        opened_page() as page,
        Simulator.start(clock=clock, rng=random.Random(7)) as sim,
        opened(sim, clock, tmp_path / "data", small_model, monkeypatch) as house,
    ):
        complaints = complaints_of(page, f"http://{listen}")
        house.app.settings = house.app.settings.model_copy(update={"console_listen": listen})
        async with serve_console(house.app), working(house):
            # Two people ask what the bot does not know.
            wati, siti = sim.add_user("Wati"), sim.add_user("Siti")
            asked = [(wati, "gigi ompong"), (siti, "gigi ompong satu")]
            for who, text in asked:
                await house.consent(who)
                clock.forward(3600)  # so that nothing is read as going on with what was asked there
                answer = (await house.write(who, text))[0]["text"]
                assert "belum tahu" in answer or "di luar yang saya tahu" in answer, answer

            # Their questions are one group; staff say what it is about.
            await admit(house, "rina")
            await page.context.add_cookies([{"name": "bekal", "value": TOKEN, "url": f"http://{listen}"}])
            await page.goto(f"http://{listen}/questions")
            await page.get_by_role("link", name="2 pertanyaan").click()
            await page.locator('select[name="topic"]').select_option("medical-check")
            await page.get_by_role("button", name="Jadikan contoh topik ini").click()
            await expect(page.get_by_text("Tidak ada pertanyaan yang menunggu")).to_be_visible()

            # Trained beside the bot, compared, and in use only after somebody's yes.
            await page.get_by_role("link", name="Latih ulang").click()
            await page.get_by_role("button", name="Latih ulang dan bandingkan").click()
            assert house.app.library is not None
            title = house.app.library.catalog.article("medical-check", "id").title
            before = (await house.write(wati, "gigi depan ompong"))[0]["text"]
            assert not before.startswith(title)
            await expect(page.get_by_role("heading", name="Perbandingan")).to_be_visible(timeout=60_000)
            await page.get_by_role("button", name="Pakai model ini").click()
            await expect(page.get_by_text("Model ini sedang dipakai")).to_be_visible()
            after = (await house.write(wati, "gigi depan ompong"))[0]["text"]
            assert after.startswith(title)

            # One click back.
            await page.get_by_role("button", name="Kembali ke model bawaan").click()
            await expect(page.get_by_role("button", name="Pakai model ini")).to_be_visible()
            again = (await house.write(wati, "gigi depan ompong"))[0]["text"]
            assert not again.startswith(title)
            assert complaints == []
            await page.goto("about:blank")
