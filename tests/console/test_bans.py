"""A sender is banned by an agent who says why, and the ban can be taken back."""

from __future__ import annotations

from tests.console.conftest import Console
from tests.console.desk import visitor


async def test_an_agent_bans_a_sender_and_takes_it_back(console: Console) -> None:
    sari = await console.signed_in("sari", "agent")
    somebody = await visitor(console)
    case_id = await somebody.asks("report", "#4f2a9c: 3x; chat: 1")
    page = (await sari.get(f"/desk/{case_id}")).text
    assert "Laporan tentang nomor, tautan atau perusahaan" in page
    await sari.get(f"/desk/{case_id}")
    await sari.post(f"/desk/{case_id}/take")
    await sari.get(f"/desk/{case_id}")
    assert (await sari.post(f"/desk/{case_id}/ban", why="  ")).status == 400
    assert (await somebody.stored()).banned_at is None
    await sari.get(f"/desk/{case_id}")
    await sari.post(f"/desk/{case_id}/ban", why="iklan judi, wa 0812-0000-0001")
    banned = await somebody.stored()
    assert banned.banned_at == console.clock()
    assert not banned.held(console.clock())
    page = (await sari.get(f"/desk/{case_id}")).text
    assert "Pengirim diblokir" in page
    assert "0812" not in page
    await sari.post(f"/desk/{case_id}/unban")
    assert (await somebody.stored()).banned_at is None
    deeds = [(each.actor, each.what, each.detail) for each in await console.deeds()]
    assert ("sari", "sender banned", "iklan judi, wa [HP]") in deeds
    assert ("sari", "sender no longer banned", "") in deeds


async def test_who_may_not_answer_may_not_ban(console: Console) -> None:
    somebody = await visitor(console)
    case_id = await somebody.asks("unanswered", "halo")
    viewer = await console.signed_in("budi", "viewer")
    assert "Blokir pengirim" not in (await viewer.get(f"/desk/{case_id}")).text
    assert (await viewer.post(f"/desk/{case_id}/ban", why="x")).status in (403, 404)
    assert (await somebody.stored()).banned_at is None
