"""`nlu test`: figures on the terminal, texts of mistakes in the report only, floors that fail the run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import bot.evaluation
import nlu
from bot import evaluation_floors
from bot.evaluation import labelled_sets, measure
from bot.evaluation_floors import Floors, FloorsError, broken, read_floors
from bot.evaluation_report import picture
from nlu.evaluate_figures import Bin, figures
from tests.bot.commands import Run, refused
from tests.conftest import SMALL_TRAINING

RIGHT = {"text": "cara buat paspor", "topics": ["passport"], "style": "standard"}
WRONG = {"text": "cara cek agen resmi <b>", "topics": ["visa"], "style": "chat"}
DANGER = {
    "text": "majikan memukul saya",
    "topics": ["violence-abuse"],
    "danger": ["violence"],
    "style": "short",
}
REST = {"destination": None, "asks_for": "self", "language": "id", "danger": []}


def written(path: Path, *labels: dict[str, Any]) -> Path:
    path.write_text("\n".join(json.dumps(REST | label) for label in labels), encoding="utf-8")
    return path


@pytest.fixture
def sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of two small sets in place of ours."""
    folder = tmp_path / "evaluation"
    folder.mkdir()
    written(folder / "id.jsonl", RIGHT, WRONG)
    written(folder / "danger.jsonl", DANGER)
    monkeypatch.setattr(bot.evaluation, "EVALUATION", folder)
    monkeypatch.setattr(evaluation_floors, "FLOORS", folder / "floors.yml")
    return folder


def test_one_model_is_measured_set_by_set(sets: Path, small_model: Path) -> None:
    engine = nlu.load(SMALL_TRAINING, small_model, use_encoder=False)
    measured = measure(engine, engine.model.modules)
    found = measured.figures()
    assert list(found) == ["all", "danger", "id"]
    assert (found["all"]["messages"], found["id"]["topic"]["first"]) == (3, 0.5)
    assert found["all"]["danger"]["found"] == 1.0
    answers = measured.answers()
    assert [(a["set"], a["text"], a["right"]) for a in answers] == [
        ("danger", DANGER["text"], True),
        ("id", RIGHT["text"], True),
        ("id", WRONG["text"], False),
    ]
    assert json.loads(json.dumps([found, answers])) == [found, answers]


def test_the_terminal_shows_figures_and_no_texts(trained: Run, sets: Path) -> None:
    result = trained("nlu", "test")
    assert result.exit_code == 0
    assert "3 messages that training has never seen" in result.stdout
    rows = [line.split() for line in result.stdout.splitlines()]
    assert ["all", "in", "scope", "3", "0.667", "0.667"] in rows
    assert ["id", "2", "0.500", "0.500"] in rows
    assert ["routes", "2", "0.500", "0.500"] in rows
    assert any(row[:5] == ["danger", "found", "100.0", "%", "of"] for row in rows)
    assert WRONG["text"] not in result.output


def test_one_file_and_json(trained: Run, sets: Path, tmp_path: Path) -> None:
    result = trained("nlu", "test", str(written(tmp_path / "own.jsonl", RIGHT)), "--json")
    found = json.loads(result.stdout)
    assert list(found) == ["all", "own"]
    assert found["own"]["topic"]["first"] == 1.0


def test_misspelt_messages_are_measured_beside(trained: Run, sets: Path) -> None:
    shown = trained("nlu", "test", "--misspelt").stdout
    assert "with one word in three misspelt:" in shown
    assert "topic, first" in shown.split("misspelt:")[1]
    assert json.loads(trained("nlu", "test", "--misspelt", "--json").stdout)["misspelt"]["messages"] == 3


def test_the_report_shows_every_mistake_escaped(trained: Run, sets: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    result = trained("nlu", "test", "--html", str(page))
    assert (result.exit_code, str(page) in result.stderr) == (0, True)
    text = page.read_text(encoding="utf-8")
    assert "cara cek agen resmi &lt;b&gt;" in text
    assert "<code>visa</code> read as <code>agency-check</code>" in text
    assert "<svg" in text
    assert "<script" not in text
    assert "Danger not found: 0" in text


def test_floors_that_hold_and_floors_that_break(trained: Run, sets: Path) -> None:
    floors = sets / "floors.yml"
    floors.write_text("at_least: {all.topic.first: 0.6}\nat_most: {all.dead_ends: 0.5}\n", encoding="utf-8")
    assert trained("nlu", "test", "--floors").exit_code == 0
    floors.write_text("at_least: {id.topic.first: 0.6}\nat_most: {}\n", encoding="utf-8")
    result = trained("nlu", "test", "--floors")
    assert result.exit_code == 1
    assert "id.topic.first is 0.5000, under its floor of 0.6000" in result.stderr


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("at_least: {a.b: 0.5}\nat_most: {}\n", "there is no figure a.b"),
        ("at_least: {all.topic: 0.5}\nat_most: {}\n", "all.topic is not a number"),
        ("at_least: {}\n", "at_most"),
        ("at_least: {all.dead_ends: viel}\nat_most: {}\n", "must hold `at_least` and `at_most`"),
        ("{", "must hold"),
        (None, "must hold"),
    ],
)
def test_floors_that_cannot_be_used_say_so(trained: Run, sets: Path, text: str | None, problem: str) -> None:
    if text is not None:
        (sets / "floors.yml").write_text(text, encoding="utf-8")
    refused(trained("nlu", "test", "--floors"), "floors.yml", problem)


def test_floors_belong_to_our_messages(trained: Run, sets: Path, tmp_path: Path) -> None:
    refused(
        trained("nlu", "test", str(written(tmp_path / "own.jsonl", RIGHT)), "--floors"), "leave the file away"
    )


def test_labels_that_cannot_be_used_are_named(trained: Run, tmp_path: Path) -> None:
    own = tmp_path / "own.jsonl"
    refused(trained("nlu", "test", str(own)), "own.jsonl: cannot be read")
    own.write_text("{}", encoding="utf-8")
    refused(trained("nlu", "test", str(own)), "own.jsonl:1: the key 'text' is missing")


def test_the_floors_we_ship_are_of_figures_that_there_are() -> None:
    """Nothing is understood here: the names of sets and figures must fit."""
    empty = {name: figures([], {}) for name in ("all", *labelled_sets())}
    floors = read_floors()
    for name in (*floors.at_least, *floors.at_most):
        with pytest.raises(FloorsError, match="is not a number but None"):
            broken(Floors(at_least={name: 0.0}, at_most={}), empty)
    assert "all.danger.found" in floors.at_least
    assert "all.answered_wrongly" in floors.at_most


def test_the_reliability_picture_stands_where_the_confidence_is() -> None:
    (low, high) = picture([Bin(3, 0.05, 0.25), Bin(9, 1.0, 0.5)])
    assert (low["x"], low["width"], low["height"], low["mark"]) == (0, 10, 25, 5)
    assert (high["x"], high["height"], high["mark"]) == (90, 50, 100)
    assert high["title"] == "9 messages: confidence 1.00, right 0.50"
