"""Advertisers, fake staff and floods: staff hear of them, and nobody else is disturbed."""

from __future__ import annotations

from simulator import Simulator
from storage import Connection, cases, chats
from tests.bot.house import House

LINK = "https://contoh.example/loker?ref="


async def reports(house: House) -> list[tuple[str, str]]:
    """Kind and details of the open cases."""
    cipher = house.app.database.cipher

    def query(conn: Connection) -> list[tuple[str, str]]:
        found = []
        for case in cases.queue(conn):
            details = [each.detail or "" for each in cases.events(conn, cipher, case.id)]
            found.append((case.kind, " ".join(details)))
        return found

    return await house.app.database.read(query)


async def test_whoever_repeats_a_link_becomes_a_report(house: House, sim: Simulator) -> None:
    advertiser = sim.add_user("Petugas resmi", started=True)
    for n in range(4):
        await house.write(advertiser, f"Saya petugas resmi. Daftar lewat {LINK}{n} sekarang")
    ((kind, detail),) = await reports(house)
    assert kind == "report"
    assert "3x" in detail
    assert "contoh.example" not in detail
    said = " ".join(m["text"] for m in sim.messages(advertiser) if m["from"]["is_bot"])
    assert "contoh.example" not in said


async def test_one_number_from_three_people_becomes_a_report(house: House, sim: Simulator) -> None:
    for n, text in enumerate(
        ("0812-0000-0001 itu siapa", "+62 812 0000 0001 nawarin kerja", "wa 081200000001")
    ):
        assert await reports(house) == [], n
        await house.write(sim.add_user(started=True), text)
    ((kind, detail),) = await reports(house)
    assert (kind, "chat: 3" in detail) == ("report", True)
    # The numbers that we name ourselves are no sign of anything.
    for _ in range(3):
        await house.write(sim.add_user(started=True), "nomor +62 800 0000 0001 masih aktif?")
    assert len(await reports(house)) == 1


async def test_a_banned_sender_is_turned_away_but_never_in_danger(house: House, sim: Simulator) -> None:
    user = sim.add_user("Iklan", started=True)
    await house.write(user, "halo")
    cipher = house.app.database.cipher

    def ban(conn: Connection) -> None:
        chat = chats.find(conn, cipher, cipher.lane(user.id))
        assert chat is not None
        chats.update(conn, cipher, chat, banned_at=house.clock())

    await house.app.database.write(ban)
    (notice,) = await house.write(user, "cara buat paspor")
    assert notice["text"].startswith("Mohon maaf, chat ini")
    assert await house.write(user, "cara buat paspor") == []
    card, *_ = await house.write(user, "tolong majikan memukul saya")
    assert card["text"].startswith("Nomor penting")
    assert [kind for kind, _ in await reports(house)] == ["danger"]
