"""`nlu compare`: public sets keep their own split, and every engine is measured in a process of its own."""

from __future__ import annotations

import asyncio
import csv
import gzip
import json
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import bot.comparison
import bot.comparison_rasa
import nlu
from bot import comparison_worker
from bot.comparison import OURS, compare, table
from bot.comparison_rasa import Asking, CannotCompare, train
from bot.comparison_sets import EXAMPLES, MESSAGES, PublicSet, public_sets, write
from bot.rasa_client import RasaClient
from bot.rasa_setup import Places, token
from bot.wiring import utc_now
from nlu import training
from nlu.evaluate import read_labels
from tests.bot.commands import Run, refused
from tests.bot.rasa_server import serving
from tests.bot.test_evaluation import RIGHT, WRONG, written
from tests.conftest import SMALL_TRAINING


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """One or two lines of each public set, in its own format."""
    root = tmp_path / "public"
    for folder in ("massive-1.1", "xsid-0.7", "clinc150"):
        (root / folder).mkdir(parents=True)
    lines = [
        {"partition": part, "intent": "alarm_set", "utt": f"bangunkan saya {part}"}
        for part in ("train", "dev", "test")
    ]
    with gzip.open(root / "massive-1.1" / "jv-ID.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
    with (root / "xsid-0.7" / "xsid_id_en.csv").open("w", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["lang", "split", "intent", "text"])
        rows.writerows(
            [("id", "valid", "a", "satu"), ("id", "test", "a", "dua"), ("en", "test", "a", "three")]
        )
    with gzip.open(root / "clinc150" / "data_full.csv.gz", "wt", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["split", "intent", "text"])
        rows.writerows([("train", "b", "one"), ("val", "b", "two"), ("test", "b", "three")])
        rows.writerows([("oos_train", "oos", "four"), ("oos_test", "oos", "five")])
    return root


def test_sets_keep_their_own_split_and_those_that_are_absent_are_passed_over(data: Path) -> None:
    assert list(public_sets(data)) == [
        PublicSet(
            "MASSIVE jv",
            "jv",
            [("alarm_set", "bangunkan saya train")],
            [("alarm_set", "bangunkan saya test")],
        ),
        PublicSet("xSID id", "id", [("a", "satu")], [("a", "dua")]),
        PublicSet("CLINC150", "en", [("b", "one")], [("b", "three")], ["five"]),
    ]
    assert list(public_sets(data / "nowhere")) == []


def test_a_set_becomes_training_data_and_labels_of_our_own_formats(tmp_path: Path) -> None:
    many = [("many/x", f"contoh  nomor {n}") for n in range(EXAMPLES + 9)]
    public = PublicSet(
        "Tiny", "id", [*many, ("few", "- 'satu': #dua"), ("few", "- 'SATU': #dua"), ("few", " ")],
        [*[("few", f"tanya {n}") for n in range(MESSAGES + 5)], ("never-trained", "x")], ["lain"],
    )  # fmt: skip
    folder, labels = write(public, tmp_path / "one")
    data = training.read(folder)
    assert data.intents == ("few", "many/x")
    assert [e.text for e in data.examples if e.intent == "few"] in (["- 'satu': #dua"], ["- 'SATU': #dua"])
    assert len({e.text for e in data.examples if e.intent == "many/x"}) == EXAMPLES
    talks = [talk[0] for talk in read_labels(labels)]
    assert len(talks) == MESSAGES + 1
    assert {talk.topics for talk in talks} == {("few",), ("out-of-scope",)}
    again, same = write(public, tmp_path / "two")
    assert same.read_bytes() == labels.read_bytes()
    assert training.fingerprint(again) == training.fingerprint(folder)


def test_what_is_measured_of_one_engine_on_one_set(small_model: Path, tmp_path: Path) -> None:
    task = {"training": str(SMALL_TRAINING), "cache": str(small_model), "encoder": False}
    outside = {"text": "resep rendang", "topics": ["out-of-scope"], "style": "chat"}
    files = [str(written(tmp_path / "own.jsonl", RIGHT, WRONG, outside))]
    found = comparison_worker.run(task | {"messages": files})
    assert (found["messages"], found["first"]) == (3, 0.5)
    assert 0 <= found["auroc"] <= 1
    assert 0 < found["p50_ms"] <= found["p99_ms"]
    assert found["per_s"] > 0
    assert found["peak_mb"] > 20
    assert list(comparison_worker.run(task | {"messages": []})) == ["start_s", "start_cpu_s", "peak_mb"]


def test_engines_are_trained_and_started_in_processes_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path / "id.jsonl", RIGHT)
    monkeypatch.setattr(bot.comparison, "TRAINING", SMALL_TRAINING)
    monkeypatch.setattr(bot.comparison, "EVALUATION", tmp_path)
    monkeypatch.setattr(bot.comparison, "ENGINES", {"words": False})
    (row,) = compare(tmp_path / "nowhere", Places(tmp_path / "rasa"))
    assert (row["set"], row["engine"], row["first"]) == (OURS, "words", 1.0)
    assert row["train_cpu_s"] > row["start_cpu_s"] > 0
    head, rule, line = table([row]).splitlines()
    assert head.startswith("| set | engine | intents |")
    assert rule.count("---") == head.count("|") - 1
    assert line.startswith("| ours | words | ")


def test_a_process_that_fails_is_told_with_its_last_lines(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.comparison, "TRAINING", tmp_path / "nothing")
    with pytest.raises(CannotCompare, match="no training examples found"):
        list(compare(tmp_path, Places(tmp_path / "rasa")))
    refused(run("nlu", "compare", "--data", str(tmp_path)), "no training examples found")


async def test_rasa_is_watched_and_its_failures_are_counted(small_model: Path, tmp_path: Path) -> None:
    embedded = nlu.load(SMALL_TRAINING, small_model, use_encoder=False)
    async with serving() as server:
        places = Places(tmp_path)
        server.token = token(places)
        server.ranking = {"visa": 0.8, "passport": 0.1}
        client = RasaClient(server.url, places.token, embedded.model.modules, clock=utc_now)
        asking = Asking(embedded, client)
        seen = await asyncio.to_thread(asking.understand, "cara buat paspor", nlu.Context())
        assert (seen.topic, seen.engine, asking.unanswered) == ("visa", "rasa", 0)
        server.token = "another"
        seen = await asyncio.to_thread(asking.understand, "cara buat paspor", nlu.Context())
    assert (seen.topic, seen.engine, asking.unanswered) == ("passport", "embedded-lexical", 1)
    assert len(asking.milliseconds) == 2
    asking.forget()
    assert (asking.milliseconds, asking.unanswered) == ([], 0)


def test_rasa_trains_on_the_same_data_with_its_topics_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command itself is tried with the real Rasa elsewhere (test_rasa_real.py)."""
    asked: list[list[str]] = []

    def command_line(_: Places, *arguments: object) -> list[str]:
        asked.append([str(each) for each in arguments])
        return [
            sys.executable,
            "-c",
            "sum(range(10**7))" if len(asked) == 1 else "raise SystemExit('no space')",
        ]

    monkeypatch.setattr(bot.comparison_rasa, "command_line", command_line)
    model, seconds = train(Places(tmp_path), SMALL_TRAINING, tmp_path / "one")
    assert model == tmp_path / "one" / "model.tar.gz"
    assert seconds > 0.01
    assert asked[0][asked[0].index("--nlu") + 1] == str(SMALL_TRAINING)
    domain = YAML(typ="safe").load(tmp_path / "one" / "domain.yml")
    assert domain["intents"] == list(training.read(SMALL_TRAINING).intents)
    with pytest.raises(CannotCompare, match="no space"):
        train(Places(tmp_path), SMALL_TRAINING, tmp_path / "two")
