"""Shared phones: what a notification shows, and what is left on the screen."""

from __future__ import annotations

from simulator import Simulator
from tests.bot.house import House


async def test_one_tap_takes_everything_sensitive_from_the_screen(house: House, sim: Simulator) -> None:
    user = sim.add_user("Sari", started=True)
    await house.write(user, "visa kerja itu apa")
    before = [m["text"] for m in sim.messages(user)]
    card, waiting = await house.write(user, "majikan memukul saya")
    for message in (card, waiting):
        preview = message["text"][:60].lower()
        assert not any(
            word in preview for word in ("pukul", "majikan", "disakiti", "aman", "polisi setempat")
        )
    await house.press(user, waiting, "Buka")
    opened = sim.chat(user).messages[waiting["message_id"]]
    assert "Kalau Anda disakiti" in opened["text"]
    await house.write(user, "kalau majikan kasar bagaimana")
    await house.press(user, opened, "Tutup cepat")
    left = [m["text"] for m in sim.messages(user)]
    assert left == [*before, "Bekal: catatan persiapan kerja. Ketik /menu untuk mulai."]
    # The chat goes on as if nothing had been.
    await house.write(user, "/menu")
    assert [m["text"] for m in sim.messages(user)][: len(left)] == left
