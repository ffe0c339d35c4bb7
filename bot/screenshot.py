"""A conversation as a picture: shown by the simulator's chat page, photographed by Chromium."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from bot.client import TelegramClient
from handlers import Call
from simulator import Simulator

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PHONE = {"width": 390, "height": 844}
SHARPNESS = 2
MAX_HEIGHT = 8_000
"""Chromium paints at most 16,384 points; what is longer is cut off below."""
EXTRA = "() => document.getElementById('log').scrollHeight - document.getElementById('scroll').clientHeight"
TO_TOP = "() => { document.getElementById('scroll').scrollTop = 0 }"
HIDE = "() => { document.getElementById('foot').style.display = 'none' }"


class CannotPhotograph(Exception):
    """The message says what is missing and how to get it."""


async def photograph(calls: Sequence[Call], file: Path, *, language: str) -> None:
    """Write a PNG of these messages at the width of a phone. Raises CannotPhotograph."""
    browser = find_browser()
    try:
        from playwright.async_api import Error, async_playwright
    except ImportError as error:
        raise CannotPhotograph(
            "a picture needs the package playwright, which comes with the tests: run `./bekal test --version`"
        ) from error
    async with Simulator.start() as simulator, async_playwright() as playwright:
        person = simulator.add_user("Pratinjau", language_code=language, started=True)
        await _send(simulator, person.id, calls)
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        try:
            chromium = await playwright.chromium.launch(executable_path=browser, args=arguments)
            page = await chromium.new_page(
                viewport={"width": PHONE["width"], "height": PHONE["height"]},
                device_scale_factor=SHARPNESS,
                color_scheme="light",
            )
            await page.goto(f"{simulator.url}/?user={person.id}")
            await page.evaluate(HIDE)
            await page.locator(".theirs .bubble").nth(len(calls) - 1).wait_for()
            more = max(int(await page.evaluate(EXTRA)), 0)
            height = min(PHONE["height"] + more, MAX_HEIGHT)
            await page.set_viewport_size({"width": PHONE["width"], "height": height})
            await page.evaluate(TO_TOP)
            await page.screenshot(path=file)
            await chromium.close()
        except Error as error:
            raise CannotPhotograph(f"{browser} did not show the page: {error.message}") from error


def find_browser() -> str:
    """The path of Chromium or Chrome. Raises CannotPhotograph."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    raise CannotPhotograph(
        "a picture needs Chromium, and none was found. On Debian or Ubuntu: sudo apt install chromium. "
        "Without --png the preview is shown here"
    )


async def _send(simulator: Simulator, chat_id: int, calls: Sequence[Call]) -> None:
    client = TelegramClient(simulator.token, simulator.url)
    try:
        for call in calls:
            await client.call(call.method, {"chat_id": chat_id, **call.params})
    finally:
        await client.shutdown()
        for request in client._request:
            await request.shutdown()
