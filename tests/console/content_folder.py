"""A console over a content folder of its own, with forms filled in as a browser does."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from content import Library
from storage import Database
from tests.conftest import SMALL_CONTENT
from tests.console.conftest import Browser, Console, Page, served
from tests.transcripts.driver import Clock

VISA = "articles/id/routes/visa.md"
_INPUT = re.compile(r'<input [^>]*?name="([^"]+)"(?: value="([^"]*)")?')
_AREA = re.compile(r'<textarea [^>]*?name="([^"]+)"[^>]*>\n(.*?)</textarea>', re.DOTALL)
_SELECT = re.compile(r'<select [^>]*?name="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
_CHOSEN = re.compile(r'<option(?: value="([^"]*)")? selected>([^<]*)')


@dataclass
class Desk:
    """The running console and the folder that it publishes to."""

    console: Console
    folder: Path
    library: Library

    def file(self, name: str = VISA) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def git(self, *command: str) -> str:
        """Run git in the folder -> what it says."""
        done = subprocess.run(
            ["git", "-C", str(self.folder), *command], check=True, capture_output=True, text=True
        )
        return done.stdout

    async def waiting(self, who: Browser, name: str = VISA) -> None:
        """A change of this article's first sentence, handed in by whoever sits at this browser."""
        page = await who.get(f"/content/edit/{name}")
        body = fields(page)["body"].replace("## ", "## Baru: ", 1)
        page = await send(who, f"/content/edit/{name}", body=body, do="submit", said="sudah dicek")
        assert page.url.endswith(f"/content/review/{name}"), page.text


def fields(page: Page) -> dict[str, str]:
    """What a browser would send of the page's main form, but for its buttons."""
    found = {}
    form = page.text[page.text.rindex("<form", 0, page.text.index('name="seen"')) :]
    form = form[: form.index("</form>")]
    for name, value in _INPUT.findall(form):
        found[name] = html.unescape(value)
    for name, value in _AREA.findall(form):
        found[name] = html.unescape(value)
    for name, options in _SELECT.findall(form):
        chosen = _CHOSEN.search(options)
        found[name] = html.unescape(chosen[1] or chosen[2]) if chosen else ""
    return {name: value for name, value in found.items() if name not in ("same", "csrf")}


async def send(who: Browser, path: str, **changed: str) -> Page:
    """Send the form that is shown, with some of its fields changed."""
    return await who.post(path, **{**fields(who.page), **changed})


@asynccontextmanager
async def desk(database: Database, clock: Clock, tmp_path: Path) -> AsyncIterator[Desk]:
    """A console over a copy of the small content."""
    folder = tmp_path / "content"
    shutil.copytree(SMALL_CONTENT, folder)
    library = Library(folder, tmp_path / "versions.jsonl")
    async with served(database, clock, library, content_history=tmp_path / "history") as running:
        yield Desk(running, folder, library)
