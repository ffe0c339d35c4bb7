"""Small things that several tests of bot/ need."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any


def written(update_id: int, text: str = "halo", chat: int = 11, **fields: Any) -> dict[str, Any]:
    """An update with a message in a private chat, as Telegram sends it."""
    person = {"id": chat, "is_bot": False, "first_name": "Sri", "language_code": "id"}
    message: dict[str, Any] = {
        "message_id": update_id,
        "date": 1_795_000_000,
        "chat": {"id": chat, "type": "private", "first_name": "Sri"},
        "from": person,
        "text": text,
    }
    if text.startswith("/"):
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
    return {"update_id": update_id, "message": {**message, **fields}}


def select(store_file: Path, query: str) -> list[tuple[Any, ...]]:
    """What another program sees in the file, and so only what is committed."""
    with contextlib.closing(sqlite3.connect(store_file)) as other:
        return other.execute(query).fetchall()


def stored_updates(store_file: Path) -> list[int]:
    """The ids of the updates in the inbox, in the order of their arrival."""
    return [row[0] for row in select(store_file, "SELECT update_id FROM inbox ORDER BY id")]


async def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait for something that has no event of its own. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)
