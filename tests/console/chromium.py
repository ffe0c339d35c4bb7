"""The system's Chromium, and somebody who is signed in there."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Error, Page, async_playwright, expect

from storage import staff_sessions
from tests.console.conftest import Console

CHROMIUM = os.environ.get("CHROMIUM") or next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium found; install it or set CHROMIUM to its path"
)
expect.set_options(timeout=15_000)  # a busy machine is slow, not wrong


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@asynccontextmanager
async def opened_page(width: int = 1280, height: int = 800, **context: Any) -> AsyncIterator[Page]:
    """An empty page of a new browser."""
    async with async_playwright() as playwright:
        try:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        except Error as error:
            pytest.skip(f"Chromium at {CHROMIUM} does not start: {error.message.splitlines()[0]}")
        made = await browser.new_context(
            viewport={"width": width, "height": height}, locale="id-ID", **context
        )
        yield await made.new_page()
        await browser.close()


def complaints_of(page: Page, origin: str) -> list[str]:
    """Grows with every error of a script, every breach of the policy and every request to elsewhere."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: None if request.url.startswith(origin) else found.append(request.url))
    page.on("dialog", lambda dialog: found.append(f"dialog: {dialog.message}"))
    return found


async def admit(page: Page, console: Console, name: str, role: str) -> None:
    """Sign a new account in, without typing."""
    person, token, now = await console.add(name, role), f"{name:-<43}", console.clock()
    await console.database.write(
        lambda conn: staff_sessions.begin(conn, person.id, token, staff_sessions.FULL, "Chrome", now)
    )
    await page.context.add_cookies([{"name": "bekal", "value": token, "url": console.url}])
