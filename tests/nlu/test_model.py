"""Same data, same model, bit for bit; a cache that is damaged or foreign is thrown away and never loaded."""

from __future__ import annotations

import json
import logging
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest

import nlu
from nlu import cache, model, training
from nlu.encoder import Encoder
from nlu.understander import Understander
from tests.nlu.conftest import Folder

DATA = {
    "id/routes.yml": """version: "3.1"
nlu:
- intent: passport
  examples: |
    - cara buat paspor
    - paspor saya hilang
    - biaya paspor berapa
- intent: visa
  examples: |
    - visa kerja itu apa
    - visa saya habis
    - urus visa di mana
""",
    "en/service.yml": """version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello
    - good morning
    - hi there
""",
    "danger/all.yml": """- {text: saya dipukul majikan, kinds: [violence], lang: id}
- {text: majikan memukul saya lagi, kinds: [violence], lang: id}
- {text: saya dikurung di kamar, kinds: [confinement], lang: id}
- {text: pintu dikunci dari luar, kinds: [confinement], lang: id}
- {text: majikan saya baik, kinds: [], lang: id}
- {text: kamar saya bersih, kinds: [], lang: id}
- {text: pintu kamar saya rusak, kinds: [], lang: id}
""",
}
QUESTION = "paspor hilang"


@pytest.fixture
def data(folder: Folder) -> Path:
    return folder(DATA)


@pytest.fixture
def kept(data: Path, tmp_path: Path) -> Path:
    """The cache of a model that was trained once."""
    nlu.load(data, tmp_path / "kept", use_encoder=False)
    return tmp_path / "kept" / model.MODEL_FILE


def events(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.name.startswith("nlu")]


@pytest.mark.parametrize("with_encoder", [False, True])
def test_the_same_data_give_the_same_bytes(data: Path, tmp_path: Path, with_encoder: bool) -> None:
    if with_encoder and not Encoder.available():
        pytest.skip("the encoder is not installed here")
    shutil.copytree(data, tmp_path / "copied")
    written = []
    for name, source in (("one", data), ("two", tmp_path / "copied")):
        nlu.load(source, tmp_path / name, use_encoder=with_encoder)
        written.append((tmp_path / name / model.MODEL_FILE).read_bytes())
    assert written[0] == written[1]


def test_a_model_from_the_cache_answers_as_the_trained_one(
    data: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    trained = nlu.load(data, tmp_path / "kept", use_encoder=False)
    assert events(caplog) == ["nlu_trained"]
    caplog.clear()
    stored = nlu.load(data, tmp_path / "kept", use_encoder=False)
    assert events(caplog) == []
    for text in (QUESTION, "hello", "majikan memukul saya", "pintu dikunci"):
        one, two = trained.understand(text), stored.understand(text)
        assert (one.topic, one.decision) == (two.topic, two.decision)
        assert two.confidence == pytest.approx(one.confidence, abs=0.01), "weights are kept in 16 bits"


def foreign_pickle(path: Path) -> None:
    """What would run a command if anybody unpickled it."""

    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (path.with_name("run"),))  # type: ignore[return-value]

    path.write_bytes(pickle.dumps(Trap()))


def pickle_inside(path: Path) -> None:
    """A real archive under the right key, one array of which is a pickle."""
    with np.load(path) as stored:
        arrays = {name: stored[name] for name in stored.files}
    arrays["topics.idf"] = np.array([{"a": 1}], dtype=object)
    with path.open("wb") as file:
        np.savez(file, **arrays)


def shortened(path: Path) -> None:
    """Cut off by a full disk."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def one_bit_wrong(path: Path) -> None:
    """In the middle of the numbers."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def part_missing(path: Path) -> None:
    """A whole archive under the right key that lacks a part."""
    with np.load(path) as stored:
        arrays = {name: stored[name] for name in stored.files if name != "topics.idf"}
    with path.open("wb") as file:
        np.savez(file, **arrays)


# numpy leaves the file of a broken archive open until it is collected.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    "damage",
    [
        foreign_pickle,
        pickle_inside,
        shortened,
        one_bit_wrong,
        part_missing,
        lambda path: path.write_bytes(b""),
    ],
    ids=["pickle", "pickle-inside", "shortened", "one-bit", "part-missing", "empty"],
)
def test_a_damaged_or_foreign_cache_is_built_again_with_one_line(
    data: Path, kept: Path, caplog: pytest.LogCaptureFixture, damage: object
) -> None:
    good = kept.read_bytes()
    damage(kept)  # type: ignore[operator]
    caplog.set_level(logging.INFO)
    engine = nlu.load(data, kept.parent, use_encoder=False)
    assert events(caplog) == ["nlu_cache_unusable", "nlu_trained"]
    assert engine.understand(QUESTION).topic == "passport"
    assert kept.read_bytes() == good
    assert not kept.with_name("run").exists()


@pytest.mark.parametrize("change", ["data", "key"])
def test_a_cache_of_other_data_or_code_is_not_used(
    data: Path, kept: Path, caplog: pytest.LogCaptureFixture, change: str
) -> None:
    if change == "data":
        path = data / "id" / "routes.yml"
        path.write_text(path.read_text(encoding="utf-8").replace("passport", "e-pmi"), encoding="utf-8")
    else:
        header, arrays = cache.load(kept, model.key(data, False)) or ({}, {})
        cache.save(kept, "another", {k: v for k, v in header.items() if k != "key"}, arrays)
    caplog.set_level(logging.INFO)
    engine = nlu.load(data, kept.parent, use_encoder=False)
    assert events(caplog) == ["nlu_cache_outdated", "nlu_trained"]
    assert engine.understand(QUESTION).topic == ("e-pmi" if change == "data" else "passport")


def test_the_cache_holds_no_pickle_and_says_what_it_is_of(data: Path, kept: Path) -> None:
    with np.load(kept, allow_pickle=False) as stored:
        header = json.loads(stored["header"].tobytes())
        assert all(stored[name].dtype != object for name in stored.files)
    assert header["key"] == model.key(data, False)
    assert list(kept.parent.glob("*.part")) == []


def test_a_folder_that_cannot_be_written_costs_the_cache_only(
    data: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    engine = nlu.load(data, tmp_path / "file" / "model", use_encoder=False)
    assert "nlu_cache_not_written" in events(caplog)
    assert engine.understand(QUESTION).topic == "passport"


def test_without_the_encoder_it_runs_on_words_and_says_so(
    data: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Encoder, "available", staticmethod(lambda: False))
    engine = nlu.load(data, None)
    assert "nlu_encoder_missing" in events(caplog)
    seen = engine.understand(QUESTION)
    assert (seen.topic, seen.engine) == ("passport", "embedded-lexical")


def test_a_bug_costs_no_answer_and_never_a_sign_of_danger(
    data: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    engine = nlu.load(data, None, use_encoder=False)

    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(Understander, "think", broken)
    seen = engine.understand("majikan memukul saya di taiwan")
    assert events(caplog)[-1] == "nlu_failed"
    assert (seen.engine, seen.decision, seen.destination) == ("rules", nlu.Decision.DANGER, "TW")
    assert engine.understand("halo").decision is nlu.Decision.PERSON


def test_a_ranking_has_five_topics_that_sum_to_one_at_most(understander: nlu.Understander) -> None:
    for text in ("cara buat paspor", "asdf qwer", "", "majikan memukul saya"):
        ranking = understander.understand(text).ranking
        assert len(ranking) == 5
        assert [s.confidence for s in ranking] == sorted((s.confidence for s in ranking), reverse=True)
        assert 0 < sum(s.confidence for s in ranking) <= 1 + 1e-6


def test_broken_training_data_stop_the_start_with_their_reason(data: Path) -> None:
    (data / "id" / "money.yml").write_text("nlu: 5\n", encoding="utf-8")
    with pytest.raises(training.TrainingError, match=r"money\.yml:1"):
        nlu.load(data, None, use_encoder=False)
