"""`say`: one message through the whole path (inbox, turn, outbox, delivery), with a terminal for Telegram."""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any

from telegram.request import BaseRequest, RequestData

import nlu
from bot.models import live_folder
from bot.settings import Settings
from bot.wiring import open_app, utc_now
from storage import inbox, outbox

TOKEN = "1:" + "A" * 35
CHAT = 1
IDLE_CHECK_SECONDS = 0.02


class Terminal(BaseRequest):
    """Answers the bot's calls as Telegram would, and keeps what was sent."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []

    @property
    def read_timeout(self) -> float:
        """Nothing here waits."""
        return 1.0

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        """Note the call; the answer has what the bot reads of it."""
        name = url.rpartition("/")[2]
        if name == "getMe":
            me = {"id": 1, "is_bot": True, "first_name": "Bekal", "username": "bekal_bot"}
            return 200, json.dumps({"ok": True, "result": me}).encode()
        self.calls.append((name, dict(request_data.parameters) if request_data else {}))
        message = {"message_id": len(self.calls), "date": 0, "chat": {"id": CHAT, "type": "private"}}
        return 200, json.dumps({"ok": True, "result": message}).encode()


async def say_once(settings: Settings, text: str, *, why: bool) -> None:
    """Print the replies to `text`, as bubbles with their buttons."""
    terminal = Terminal()
    with tempfile.TemporaryDirectory(prefix="bekal-say-") as folder:
        own = Settings.model_validate(
            settings.model_dump()
            | {
                "telegram_token": TOKEN,
                "data_dir": Path(folder) / "data",
                "database_url": None,
                "key_file": None,
            }
        )
        async with open_app(own, request=terminal) as app:
            # The trained model is that of the real data folder: nothing to train again.
            await app.load_knowledge(live_folder(settings))
            await app.application.initialize()
            if why:
                assert app.understanding is not None
                print(
                    json.dumps(app.understanding.explain(text, nlu.Context()), ensure_ascii=False, indent=1)
                )
            stop = asyncio.Event()
            tasks = [asyncio.create_task(app.lanes.run(stop)), asyncio.create_task(app.delivery.run(stop))]
            await app.intake.accept([_update(text)], "say")
            while not await app.database.read(_is_idle):  # noqa: ASYNC110 - the database has no event for it
                await asyncio.sleep(IDLE_CHECK_SECONDS)
            stop.set()
            await asyncio.gather(*tasks)
    for name, params in terminal.calls:
        _show(name, params)


def _update(text: str) -> dict[str, Any]:
    person = {"id": CHAT, "is_bot": False, "first_name": "Anda", "language_code": "id"}
    message = {
        "message_id": 1,
        "date": int(utc_now().timestamp()),
        "chat": {"id": CHAT, "type": "private", "first_name": "Anda"},
        "from": person,
        "text": text,
    }
    return {"update_id": 1, "message": message}


def _is_idle(conn: Any) -> bool:
    return not inbox.count(conn)["new"] and not sum(outbox.count(conn).values())


def _show(name: str, params: dict[str, Any]) -> None:
    if name != "sendMessage":
        print(f"[{name}]")
        return
    print(params["text"])
    for row in params.get("reply_markup", {}).get("inline_keyboard", []):
        print("  " + " ".join(f"[{button['text']}]" for button in row))
    print()
