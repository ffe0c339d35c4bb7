"""A new model is trained beside the bot, compared, switched to and back, over HTTP."""

from __future__ import annotations

import re
from pathlib import Path

from bot.retraining import Retraining
from bot.settings import Settings
from bot.wiring import App
from content import Library
from nlu import Context
from tests.bot.tools import until
from tests.console.conftest import Console
from tests.console.questions import app_of, asked, console, form_of, labels, models, send, settings
from tests.transcripts.driver import Clock

__all__ = ["console", "labels", "models", "settings"]


async def test_a_new_model_is_compared_switched_to_and_back_and_the_choice_survives_a_restart(
    console: Console,
    models: Retraining,
    settings: Settings,
    labels: Path,
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
