"""Questions that were not understood become examples, over HTTP, with the small model."""

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
from nlu import Context, training
from storage import Connection, Database, TurnRecord, mask, turns
from tests.bot.tools import until
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


async def test_alike_questions_are_one_group_and_become_examples(
    console: Console, models: Retraining, settings: Settings
) -> None:
    old, mine = await asked(
        console, 1, "gigi bolong boleh berangkat tidak", "hp 0812-3456-7890: gigi bolong boleh berangkat ga"
    )
    [third] = await asked(console, 2, "apakah gigi bolong boleh berangkat", language="jv")
    await asked(console, 3, "jadwal kapal ferry ke batam besok")
    editor = await console.signed_in("rina", "editor")
    page = await editor.get("/questions")
    assert page.text.count('class="group"') == 2
    assert "3 pertanyaan" in page.text
    assert "0812" not in page.text

    page = await editor.get(f"/questions/{old}")
    fields = form_of(page)
    assert len(fields["question"]) == len(fields["use"]) == 3
    assert fields[f"text-{mine}"] == ["hp : gigi bolong boleh berangkat ga"]
    assert (fields[f"language-{old}"], fields[f"language-{third}"]) == (["id"], ["jv"])

    # Without a topic, or with a sentence that is there already, nothing is kept, and what was typed stays.
    fields[f"text-{mine}"] = ["Gigi bolong, boleh berangkat tidak?"]
    fields[f"text-{third}"] = ["apa gigi harus ditambal, hubungi budi@example.org"]
    fields |= {"do": ["examples"], "topic": [""]}
    page = await send(editor, f"/questions/{old}?kind=unanswered", fields)
    assert "Pilih topiknya dulu" in page.text
    page = await send(
        editor, f"/questions/{old}", form_of(page) | {"do": ["examples"], "topic": ["medical-check"]}
    )
    assert page.status == 400
    assert page.text.count("Hampir sama dengan “gigi bolong boleh berangkat tidak”") == 1
    fields = form_of(page)
    assert fields["use"] == [str(third), str(old)]
    assert not (settings.data_dir / "nlu-review").exists()
    page = await send(editor, f"/questions/{old}", fields | {"do": ["examples"]})
    assert page.status == 200
    assert page.text.count('class="group"') == 1

    files = sorted((settings.data_dir / "nlu-review").rglob("*.yml"))
    module = models.modules["medical-check"]
    assert [f"{file.parent.name}/{file.stem}" for file in files] == [f"id/{module}", f"jv/{module}"]
    learned = training.read(settings.data_dir / "nlu-review").examples
    assert [(example.text, example.intent, example.language) for example in learned] == [
        ("gigi bolong boleh berangkat tidak", "medical-check", "id"),
        ("apa gigi harus ditambal, hubungi", "medical-check", "jv"),
    ]

    page = await editor.get("/questions/decided")
    assert "3 pertanyaan" in page.text
    [decision] = re.findall(r"/questions/decided/(\d+)/undo", page.text)
    await editor.post(f"/questions/decided/{decision}/undo")
    assert (await editor.get("/questions")).text.count('class="group"') == 2
    assert not list((settings.data_dir / "nlu-review").rglob("*.yml"))
    assert [deed.what for deed in await console.deeds()][-2:] == ["questions decided", "questions put back"]


async def test_out_of_scope_is_learned_and_nothing_is_not(console: Console, settings: Settings) -> None:
    [football, noise, unsure] = [
        *await asked(console, 1, "skor liga tadi malam", "hmm"),
        *await asked(console, 2, "urus itu dong", rung="choose", outcome="offered"),
    ]
    editor, viewer = await console.signed_in("rina", "editor"), await console.signed_in("budi", "viewer")
    page = await viewer.get(f"/questions/{football}")
    assert "skor liga" in page.text
    assert 'name="do"' not in page.text
    page = await editor.get(f"/questions/{football}")
    await send(editor, f"/questions/{football}", form_of(page) | {"do": ["out-of-scope"]})
    page = await editor.get(f"/questions/{noise}")
    await send(editor, f"/questions/{noise}", form_of(page) | {"do": ["nothing"]})
    page = await editor.get("/questions")
    assert "Tidak ada pertanyaan yang menunggu" in page.text
    assert "urus itu dong" in (await editor.get("/questions?kind=unsure")).text
    [example] = training.read(settings.data_dir / "nlu-review").examples
    assert (example.text, example.intent, example.module) == ("skor liga tadi malam", *2 * ["out-of-scope"])

    # Two people at once: the second is told, and nothing is decided twice.
    page = await editor.get(f"/questions/{unsure}?kind=unsure")
    fields = form_of(page) | {"do": ["nothing"]}
    await send(editor, f"/questions/{unsure}?kind=unsure", fields)
    await editor.get("/account")
    page = await send(editor, f"/questions/{unsure}?kind=unsure", {**fields, "csrf": [editor.page.csrf]})
    assert page.status == 409
    assert "Rekan Anda sudah memutuskan" in page.text


async def test_a_new_model_is_compared_switched_to_and_back_and_the_choice_survives_a_restart(
    console: Console,
    models: Retraining,
    settings: Settings,
    labels: Path,
    database: Database,
    clock: Clock,
    small_library: Library,
) -> None:
    texts = (
        "gigi bolong boleh berangkat tidak",
        "gigi ompong masih boleh daftar",
        "tambal gigi dulu ya sebelum pergi",
    )
    await asked(console, 1, *texts)
    publisher = await console.signed_in("rina", "publisher")
    while links := re.findall(r'href="(/questions/\d+)\?kind', (await publisher.get("/questions")).text):
        fields = form_of(await publisher.get(links[0])) | {"do": ["examples"], "topic": ["medical-check"]}
        await send(publisher, links[0], fields)

    def asks(app: App, text: str) -> str | None:
        assert app.engine is not None
        return app.engine.understand(text, Context()).topic

    app, question = models._app, "gigi saya bolong"
    assert asks(app, question) != "medical-check"
    await publisher.get("/questions/model")
    page = await publisher.post("/questions/model/train")
    assert "Melatih model" in page.text
    assert 'hx-get="/questions/model/state"' in page.text
    await publisher.post("/questions/model/train")  # a second wish changes nothing
    await until(lambda: models._task is not None and models._task.done(), 60)
    assert models._work is None, models._work
    page = await publisher.get("/questions/model")
    assert "Perbandingan" in page.text
    assert "dengan 3 contoh petugas" in page.text
    assert asks(app, question) != "medical-check"  # nothing switches by itself

    await publisher.post(
        "/questions/model/switch", version=re.findall(r'name="version" value="([^"]+)"', page.text)[0]
    )
    assert asks(app, question) == "medical-check"
    assert "Model ini sedang dipakai" in publisher.page.text
    assert asks(app_of(settings, clock, small_library), question) == "medical-check"
    await publisher.post("/questions/model/back")
    assert asks(app, question) != "medical-check"
    assert asks(app_of(settings, clock, small_library), question) != "medical-check"
    for wrong in ("../../etc", "20200101-000000"):
        assert (await publisher.post("/questions/model/switch", version=wrong, follow=False)).status == 404
    assert (await publisher.post("/questions/model/back", follow=False)).status == 404
    assert [deed.what for deed in await console.deeds() if deed.what.startswith("model")] == [
        "model training begun", "model switched", "model switched back",
    ]  # fmt: skip


async def test_a_training_that_fails_changes_nothing_and_says_so(
    console: Console, models: Retraining, labels: Path
) -> None:
    (labels / "id.jsonl").write_text("no json\n", encoding="utf-8")
    publisher = await console.signed_in("rina", "publisher")
    await publisher.get("/questions/model")
    await publisher.post("/questions/model/train")
    await until(lambda: models._task is not None and models._task.done(), 60)
    page = await publisher.get("/questions/model")
    assert "Pelatihan gagal" in page.text
    assert "Pakai model ini" not in page.text
    assert (await models.status()).live.name == "shipped"


async def test_a_damaged_choice_falls_back_to_the_shipped_model(
    settings: Settings, clock: Clock, small_library: Library
) -> None:
    folder = settings.data_dir / "models"
    review = folder / "20261124-080000" / "review" / "id"
    review.mkdir(parents=True)
    (review / "routes.yml").write_text("broken: [", encoding="utf-8")
    for choice in (
        '{"served": ["20261124-080000"]}',
        '{"served": ["20200101-000000"]}',
        '{"served": 7}',
        "",
        '{"served": ["../../x"]}',
    ):
        (folder / "live.json").write_text(choice, encoding="utf-8")
        engine = app_of(settings, clock, small_library).engine
        assert engine is not None
        assert engine.understand("visa kerja itu apa", Context()).topic == "visa"
