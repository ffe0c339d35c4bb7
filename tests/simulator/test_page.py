"""The chat page as the server gives it out."""

from __future__ import annotations

import itertools
import json
import re
from typing import Any

import aiohttp
import pytest

from simulator import Simulator
from simulator.api import Upload
from simulator.page import FILES, STATIC
from tests.simulator.conftest import Call

CSS = (STATIC / "page.css").read_text()
PAIRS = [
    ("text", "panel"), ("text", "panel-2"), ("text", "theirs"), ("text", "mine"), ("muted", "panel"),
    ("muted", "panel-2"), ("muted", "theirs"), ("mine-meta", "mine"), ("link", "theirs"), ("link", "mine"),
    ("accent", "panel"), ("accent", "theirs"), ("on-accent", "accent"), ("on-selected", "selected"),
    ("code-text", "theirs"), ("code-text", "mine"), ("on-button", "button"), ("on-button", "button-hover"),
]  # fmt: skip


def color(value: str, under: tuple[float, ...]) -> tuple[float, ...]:
    if value.startswith("#"):
        return tuple(int(value[i : i + 2], 16) for i in (1, 3, 5))
    red, green, blue, alpha = (float(number) for number in re.findall(r"[\d.]+", value))
    share = alpha / 100
    return tuple(share * c + (1 - share) * b for c, b in zip((red, green, blue), under, strict=True))


def luminance(rgb: tuple[float, ...]) -> float:
    parts = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("theme", "pair"), [*itertools.product((0, 1), PAIRS)])
def test_text_can_be_read_in_light_and_dark(theme: int, pair: tuple[str, str]) -> None:
    named = re.findall(r"--([\w-]+): light-dark\((#\w+|rgb\([^)]*\)), (#\w+|rgb\([^)]*\))\)", CSS)
    values = {name: (light, dark)[theme] for name, light, dark in named}
    behind = color(values[pair[1]], color(values["wall-1"], ()))
    assert contrast(color(values[pair[0]], behind), behind) >= 4.5


async def test_the_page_allows_nothing_from_elsewhere(http: aiohttp.ClientSession) -> None:
    for path in FILES:
        async with http.get(path) as answer:
            assert answer.status == 200
            policy = answer.headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'")
            assert "unsafe" not in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            text = await answer.text()
            assert not re.search(r"""(?:src|href|url)\s*[=(]\s*["']?(?:https?:)?//""", text)
    script = (STATIC / "page.js").read_text()
    for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert forbidden not in script


async def test_uploads_that_could_hold_scripts_are_only_saved(
    http: aiohttp.ClientSession, sim: Simulator
) -> None:
    sari = sim.add_user("Sari")
    page = Upload("x.html", "text/html", b"<script>alert(1)</script>")
    message = await sim.send(sari, document=page)
    async with http.get(f"/sim/files/{message['document']['file_id']}") as answer:
        assert answer.content_type == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == "attachment"
    photo = await sim.send(sari, photo=True)
    async with http.get(f"/sim/files/{photo['photo'][0]['file_id']}") as answer:
        assert (answer.content_type, "Content-Disposition" in answer.headers) == ("image/png", False)
    async with http.get("/sim/files/nothing") as answer:
        assert answer.status == 404


async def test_other_web_pages_cannot_act_here(http: aiohttp.ClientSession, sim: Simulator) -> None:
    body = {"user": 8, "text": "halo"}
    async with http.post("/sim/messages", json=body, headers={"Origin": "https://evil.example"}) as answer:
        assert answer.status == 403
    async with http.post("/sim/messages", json=body, headers={"Origin": sim.url}) as answer:
        assert answer.status == 200


async def test_an_open_page_hears_what_happens(
    call: Call, http: aiohttp.ClientSession, sim: Simulator
) -> None:
    sari = sim.add_user("Sari", language_code="jv")
    await sim.send_text(sari, "halo")
    async with http.get("/sim/events") as stream:

        async def event() -> Any:
            while not (line := await stream.content.readline()).startswith(b"data: "):
                pass
            return json.loads(line.removeprefix(b"data: "))

        first = await event()
        assert first["kind"] == "snapshot"
        assert [person["first_name"] for person in first["people"]] == ["Sari"]
        assert [message["text"] for message in first["chats"][0]["messages"]] == ["halo"]
        assert first["waiting"] == [first["chats"][0]["messages"][0]["message_id"]]
        assert first["bot"]["connected"] is False
        updates = (await call("getUpdates"))["result"]
        assert (await event())["bot"]["connected"] is True
        await call("getUpdates", offset=updates[0]["update_id"] + 1)
        taken = await event()
        assert (taken["kind"], taken["chat"]) == ("taken", sari.id)
        await call("sendChatAction", chat_id=sari.id, action="typing")
        sent = (await call("sendMessage", chat_id=sari.id, text="halo juga"))["result"]
        await call("editMessageText", chat_id=sari.id, message_id=sent["message_id"], text="sugeng")
        await call(
            "setMessageReaction", chat_id=sari.id, message_id=1, reaction=[{"type": "emoji", "emoji": "👍"}]
        )
        await call("deleteMessage", chat_id=sari.id, message_id=sent["message_id"])
        assert [(await event())["kind"] for _ in range(5)] == [
            "action",
            "message",
            "edit",
            "reaction",
            "delete",
        ]
        await call("setMyCommands", commands=[{"command": "menu", "description": "Pilih"}])
        assert (await event())["people"][0]["commands"] == [{"command": "menu", "description": "Pilih"}]
