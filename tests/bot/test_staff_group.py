"""The staff's Telegram group: what it hears of danger cases, and how staff answer from there."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.staff_group import StaffGroup, join
from console.codes import new_recovery
from simulator import Simulator, User
from simulator.world import Chat
from storage import Connection, audit, people, staff, staff_actions, staff_telegram
from storage.staff_actions import Deed
from tests.bot.house import House
from tests.bot.tools import until

WORDS = "majikan memukul saya, tolong"


@pytest.fixture
def group(sim: Simulator) -> Chat:
    return sim.add_group("Petugas", "supergroup")


@pytest.fixture
def relay(house: House, group: Chat) -> StaffGroup:
    return join(house.app, group.id)


@pytest.fixture
def wati(sim: Simulator) -> User:
    return sim.add_user("Wati", username="wati_asli", started=True)


def told(group: Chat, thread: int | None = None) -> list[str]:
    """What the bot wrote in the group, or in one topic of it."""
    return [
        message["text"]
        for message in group.messages.values()
        if message["from"]["is_bot"] and thread in (None, message.get("message_thread_id"))
    ]


async def employ(house: House, sim: Simulator, name: str, role: str = "agent", *, link: bool = True) -> User:
    """A member of the staff with a Telegram account, linked as the console does it."""
    cipher, now, code = house.app.database.cipher, house.clock(), new_recovery()[0]

    def unit(conn: Connection) -> None:
        staff_id = staff.add(conn, name, role, now)
        assert staff_id is not None
        staff.set_up(conn, cipher, staff_id, "hash", "JBSWY3DPEHPK3PXP", None, [])
        staff_telegram.offer(conn, staff_id, code, now)

    await house.app.database.write(unit)
    user = sim.add_user(name.capitalize())
    if link:
        group = next(chat for chat in sim.bot.chats.values() if chat.type == "supergroup")
        await sim.send(group, user=user.id, text=f"/hubungkan {code}")
        await house.settled()
        assert told(group)[-1].startswith("Terhubung")
    return user


async def says(
    house: House, sim: Simulator, group: Chat, who: User, text: str, thread: int, **more: Any
) -> None:
    house.clock.forward(3)
    await sim.send(group, user=who.id, message_thread_id=thread, **({"text": text} if text else {}), **more)
    await house.settled()


async def deeds(house: House) -> list[tuple[str, str, str, bool]]:
    log = await house.app.database.read(lambda conn: audit.page(conn, limit=100))
    return [(each.actor, each.what, each.detail, each.done) for each in reversed(log)]


async def case_of(house: House) -> int:
    [(case_id,)] = house.select("SELECT max(id) FROM cases")
    return int(case_id)


async def test_a_danger_case_becomes_a_topic_without_a_word_of_the_person(
    house: House, sim: Simulator, relay: StaffGroup, group: Chat, wati: User
) -> None:
    await house.consent(wati)
    await house.write(wati, "cara buat paspor")
    await relay.tell()
    assert told(group) == []
    await house.write(wati, WORDS + " nama saya Wati 0812-0000-0001")
    await relay.tell()
    chat = await house.chat(wati)
    assert chat is not None
    [(thread, title)] = group.topics.items()
    assert title == f"⚠ {chat.pseudonym} · kekerasan"
    [head] = told(group, thread)
    assert head.startswith("Kasus bahaya: kekerasan.")
    assert f"/desk/{await case_of(house)}" in head
    everything = str(list(group.messages.values())) + title
    for secret in ("majikan", "Wati", "wati_asli", str(wati.id), "0812", "[HP]"):
        assert secret not in everything
    # Once: nothing new, nothing said; more from the person is one line, and another sign of danger is one.
    await relay.tell()
    assert len(told(group)) == 1
    await house.write(wati, "/petugas")
    await house.write(wati, "masih di sini")
    await relay.tell()
    assert len(told(group)) == 2
    assert told(group)[-1].startswith(f"{chat.pseudonym} menulis.")
    await house.write(wati, "saya dikurung di rumah dan tidak boleh keluar")
    await relay.tell()
    assert "tanda bahaya lagi (disekap)" in told(group)[-1]
    assert len(group.topics) == 1


async def test_what_staff_write_there_reaches_the_person_and_its_fate_is_told(
    house: House, sim: Simulator, relay: StaffGroup, group: Chat, wati: User
) -> None:
    await house.write(wati, WORDS)
    await relay.tell()
    [thread] = group.topics
    sari = await employ(house, sim, "sari")
    await says(house, sim, group, sari, "Kami bantu. Anda aman <b>sekarang</b>?", thread)
    assert sim.messages(wati)[-1]["text"] == "Petugas\nKami bantu. Anda aman <b>sekarang</b>?"
    await relay.tell()
    assert told(group, thread)[-1] == "sari memegang kasus ini.\n✓ Pesan sari sampai."
    # The bot is silent in that chat now, and the person's answer is announced.
    [notice] = await house.write(wati, "sudah aman")
    assert notice["text"].startswith("Petugas sedang membalas")
    await relay.tell()
    assert " menulis." in told(group, thread)[-1]
    # A note stays here; what was written outside of a topic goes nowhere.
    before = len(sim.messages(wati))
    await says(house, sim, group, sari, "// tetangganya menelepon", thread)
    assert told(group, thread)[-1].startswith("Dicatat")
    await sim.send(group, user=sari.id, text="rapat jam 10")
    await house.settled()
    for kind in ("photo", "voice", "sticker"):
        await says(house, sim, group, sari, "", thread, **{kind: True})
        assert "hanya tulisan" in told(group, thread)[-1]
    await says(house, sim, group, sari, "dari grup lain", thread, forward_from="Agen")
    assert "hanya tulisan" in told(group, thread)[-1]
    await says(house, sim, group, sari, "/hapus", thread)
    assert "Perintah itu tidak ada" in told(group, thread)[-1]
    assert len(sim.messages(wati)) == before
    # Closed from there: the person is asked, the topic is closed, and nothing goes through any more.
    await says(house, sim, group, sari, "/selesai", thread)
    assert "sudah terjawab?" in sim.messages(wati)[-1]["text"]
    await relay.tell()
    assert "Kasus selesai." in told(group, thread)[-1]
    assert sim.calls.by_method["closeForumTopic"] == 1
    await says(house, sim, group, sari, "satu lagi", thread)
    assert told(group, thread)[-1] == "Belum terkirim: kasus ini sudah selesai."
    assert await deeds(house) == [
        ("sari", "telegram linked", "telegram group", True),
        ("sari", "reply sent", "telegram group", True),
        ("sari", "note added", "telegram group", True),
        ("sari", "case closed", "telegram group", True),
    ]


async def test_only_linked_staff_who_may_answer_are_heard(
    house: House, sim: Simulator, relay: StaffGroup, group: Chat, wati: User
) -> None:
    await house.write(wati, WORDS)
    await relay.tell()
    [thread] = group.topics
    stranger, vina = sim.add_user("Asing"), await employ(house, sim, "vina", "viewer")
    gone, unlinked = await employ(house, sim, "lama"), await employ(house, sim, "baru", link=False)
    await house.app.database.write(lambda conn: staff.disable(conn, 2))
    before = len(sim.messages(wati))
    for who in (stranger, gone, unlinked):
        await says(house, sim, group, who, "transfer dulu ke 123", thread)
        assert "belum terhubung" in told(group, thread)[-1]
        await says(house, sim, group, who, "/ambil", thread)
        await sim.send(group, user=who.id, text="/hubungkan aaaa-bbbb-cccc")
        await house.settled()
        assert "tidak berlaku" in told(group)[-1]
    await says(house, sim, group, vina, "halo", thread)
    assert "hanya boleh membaca" in told(group, thread)[-1]
    assert len(sim.messages(wati)) == before
    assert house.select("SELECT taken_by FROM cases") == [(None,)]
    refused = [each for each in await deeds(house) if not each[3]]
    assert [each[:3] for each in refused].count(("-", "reply refused", "telegram group; not linked")) == 6
    assert ("vina", "reply refused", "telegram group", False) in refused


async def test_a_colleagues_case_needs_a_takeover_there_too(
    house: House, sim: Simulator, relay: StaffGroup, group: Chat, wati: User
) -> None:
    await house.write(wati, WORDS)
    case_id, app = await case_of(house), house.app
    await relay.tell()
    [thread] = group.topics
    sari = await employ(house, sim, "sari")
    house.clock.forward(3)

    def take(conn: Connection) -> None:
        staff_actions.take(
            Deed(conn, app.database.cipher, case_id, "budi", house.clock(), timedelta(hours=1))
        )

    await app.database.write(take)
    await relay.tell()
    assert told(group, thread)[-1] == "budi memegang kasus ini."
    await says(house, sim, group, sari, "halo", thread)
    assert "budi sedang memegang kasus ini" in told(group, thread)[-1]
    await says(house, sim, group, sari, "/ambil@bekal_simulator_bot", thread)
    await relay.tell()
    assert told(group, thread)[-1] == "sari memegang kasus ini."
    await says(house, sim, group, sari, "halo", thread)
    assert sim.messages(wati)[-1]["text"] == "Petugas\nhalo"


async def test_a_message_that_does_not_arrive_is_told(
    house: House, sim: Simulator, relay: StaffGroup, group: Chat, wati: User
) -> None:
    await house.write(wati, WORDS)
    await relay.tell()
    [thread] = group.topics
    sari = await employ(house, sim, "sari")
    sim.people.set_state(sim.bot, wati.id, "blocked")
    await house.settled()
    await says(house, sim, group, sari, "Kami bantu.", thread)
    await relay.tell()
    assert "✗ Pesan sari TIDAK sampai: orangnya memblokir bot." in told(group, thread)[-1]


async def test_a_lost_topic_is_made_again_and_leads_to_the_same_case(
    house: House, sim: Simulator, relay: StaffGroup, group: Chat, wati: User
) -> None:
    await house.write(wati, WORDS)
    await relay.tell()
    [first] = group.topics
    group.remove_topic(first)
    await house.write(wati, "/petugas")
    await relay.tell()
    await relay.tell()
    [second] = group.topics
    assert second != first
    assert told(group, second)[0].startswith("Kasus bahaya: kekerasan.")
    sari = await employ(house, sim, "sari")
    await says(house, sim, group, sari, "Kami bantu.", second)
    assert sim.messages(wati)[-1]["text"] == "Petugas\nKami bantu."


async def test_whoever_is_erased_leaves_the_group_too(
    house: House, sim: Simulator, relay: StaffGroup, group: Chat, wati: User
) -> None:
    await house.write(wati, WORDS)
    await relay.tell()
    assert len(group.topics) == 1
    chat = await house.chat(wati)
    assert chat is not None
    await house.app.database.write(lambda conn: people.erase(conn, chat.lane, house.clock()))
    await relay.tell()
    assert group.topics == {}
    assert group.messages == {}
    assert house.count("staff_topics") == 0


async def test_telegrams_wish_to_wait_is_obeyed_and_nothing_is_lost(
    house: House, sim: Simulator, relay: StaffGroup, group: Chat
) -> None:
    for number in range(3):
        await house.write(sim.add_user(f"Wati {number}", started=True), WORDS)
    sim.fail("flood", method="createForumTopic", retry_after=30)
    await relay.tell()
    await relay.tell()
    assert group.topics == {}
    assert sim.calls.violations == 0
    house.clock.forward(31)
    for _ in range(2):
        await relay.tell()
    assert len(group.topics) == len(told(group)) == 3


async def test_a_group_that_lets_the_bot_do_nothing_is_asked_again_after_a_minute(
    house: House, sim: Simulator, relay: StaffGroup, group: Chat, wati: User
) -> None:
    await house.write(wati, WORDS)
    sim.people.set_state(sim.bot, group.id, "kicked")
    await relay.tell()
    tried = sim.calls.total
    await relay.tell()
    assert sim.calls.total == tried
    sim.people.set_state(sim.bot, group.id, "open")
    house.clock.forward(61)
    await relay.tell()
    assert len(told(group)) == 1


async def test_two_processes_tell_a_case_once(
    house: House, sim: Simulator, relay: StaffGroup, group: Chat, wati: User
) -> None:
    await house.write(wati, WORDS)
    await asyncio.gather(*(relay.tell() for _ in range(5)))
    assert len(group.topics) == len(told(group)) == 1


async def test_it_works_by_itself(
    house: House, sim: Simulator, relay: StaffGroup, group: Chat, wati: User
) -> None:
    stop = asyncio.Event()
    task = asyncio.create_task(relay.run(stop))
    await house.write(wati, WORDS)
    await until(lambda: len(told(group)) == 1)
    stop.set()
    await asyncio.wait_for(task, 5)
