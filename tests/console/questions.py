"""A console with the small model, and people whose questions it did not understand."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

import bot.models
import bot.retraining
from bot.metrics import Metrics
from bot.models import load_engine
from bot.retraining import Retraining
from bot.settings import Settings
from bot.understanding import UnderstandingService
from bot.wiring import App
from content import Library
from storage import Connection, Database, TurnRecord, mask, turns
from tests.conftest import SMALL_CONTENT, SMALL_TRAINING
from tests.console.conftest import Browser, Console, Page, served
from tests.console.desk import visitor
from tests.transcripts.driver import Clock

LABELS = (
    '{"text": "berapa ongkos bikin paspor", "topics": ["passport"], "destination": null, '
    '"asks_for": "self", "language": "id", "danger": [], "style": "plain"}\n'
    '{"text": "majikan memukul saya", "topics": ["violence-abuse"], "destination": null, '
    '"asks_for": "self", "language": "id", "danger": ["violence"], "style": "plain"}\n'
)


@pytest.fixture
def settings(tmp_path: Path, small_model: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(bot.models, "TRAINING", SMALL_TRAINING)
    shutil.copytree(small_model, tmp_path / "data" / "model")
    values = {"data_dir": tmp_path / "data", "content_dir": SMALL_CONTENT, "nlu_encoder": False}
    return Settings.model_validate(values)


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    folder = tmp_path / "labels"
    folder.mkdir()
    (folder / "id.jsonl").write_text(LABELS, encoding="utf-8")
    return folder


def app_of(settings: Settings, clock: Clock, library: Library) -> App:
    """As much of a bot as the models need."""
    engine = load_engine(settings)
    understanding = UnderstandingService(engine, clock=clock, metrics=Metrics())
    parts = SimpleNamespace(
        settings=settings, clock=clock, library=library, engine=engine, understanding=understanding
    )
    return cast("App", parts)


@asynccontextmanager
async def console_with(
    models: Any, database: Database, clock: Clock, library: Library
) -> AsyncIterator[Console]:
    async with served(database, clock, library, models=lambda: models) as running:
        yield running


@pytest.fixture
async def models(
    settings: Settings, labels: Path, clock: Clock, small_library: Library
) -> AsyncIterator[Retraining]:
    made = Retraining(app_of(settings, clock, small_library), labels)
    yield made
    await made.close()


@pytest.fixture
async def console(
    models: Retraining, database: Database, clock: Clock, small_library: Library
) -> AsyncIterator[Console]:
    async with served(database, clock, small_library, models=lambda: models) as running:
        yield running


async def asked(console: Console, number: int, *texts: str, language: str = "id", **record: Any) -> list[int]:
    """Questions of one person that nobody answered -> the ids of their turns."""
    one, cipher = await visitor(console, number), console.database.cipher
    values = {"rung": "person", "outcome": "unanswered", "topic": "out-of-scope", **record}

    def unit(conn: Connection) -> list[int]:
        return [
            turns.record(
                conn,
                cipher,
                one.chat.id,
                TurnRecord(text=mask(t), language=language, **values),
                console.clock(),
            )
            for t in texts
        ]

    return await console.database.write(unit)


def form_of(page: Page) -> dict[str, list[str]]:
    """The fields of the form of a group, as a browser would send them."""
    fields: dict[str, list[str]] = {}
    for tag in re.findall(r"<input [^>]*>", page.text.split('class="stack"')[1]):
        found = dict(re.findall(r'([a-z]+)="([^"]*)"', tag))
        if found.get("type") != "checkbox" or " checked" in tag:
            fields.setdefault(found["name"], []).append(unescape(found.get("value", "")))
    for name, options in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', page.text):
        [chosen] = re.findall(r'<option value="([^"]*)" selected', options) or [""]
        fields[name] = [chosen]
    return fields


async def send(browser: Browser, path: str, fields: dict[str, list[str]]) -> Page:
    pairs = [(name, value) for name, values in fields.items() for value in values]
    return await browser._read("POST", path, follow=True, data=pairs, headers={"Origin": browser.origin})
