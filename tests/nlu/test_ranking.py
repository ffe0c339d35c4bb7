"""Topics in order of confidence, and sentence vectors that are kept for the next training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu import embeddings
from nlu.engine import blended, tempered
from nlu.features import Document, Floats, Vectoriser
from nlu.ranking import Ranking

NAMES = ("a", "b", "c", "d")
CONFIDENCES = st.lists(st.floats(0.01, 1), min_size=4, max_size=4).map(
    lambda values: np.array(values, np.float32) / np.float32(sum(values))
)
CLOSE = 1e-5


def total(ranking: Ranking) -> float:
    return sum(scored.confidence for scored in ranking.scored)


@given(CONFIDENCES)
def test_the_best_stands_first_and_equals_by_name(confidences: Floats) -> None:
    ranking = Ranking.of(NAMES, confidences)
    assert sorted(s.topic for s in ranking.scored) == list(NAMES)
    assert ranking.scored == tuple(sorted(ranking.scored, key=lambda s: (-s.confidence, s.topic)))


@given(CONFIDENCES, st.sampled_from([*NAMES, "new"]), st.floats(0.5, 0.99))
def test_a_preferred_topic_comes_first(confidences: Floats, topic: str, sure: float) -> None:
    moved = Ranking.of(NAMES, confidences).preferring(topic, sure)
    assert (moved.topic, moved.confidence) == (topic, sure)
    assert total(moved) == pytest.approx(1, abs=CLOSE)


@given(CONFIDENCES, st.dictionaries(st.sampled_from(NAMES), st.floats(0.01, 10)))
def test_leaning_moves_confidence_and_loses_none(confidences: Floats, times: dict[str, float]) -> None:
    moved = Ranking.of(NAMES, confidences).leaning(times)
    assert total(moved) == pytest.approx(1, abs=CLOSE)
    assert [s.confidence for s in moved.scored] == sorted((s.confidence for s in moved.scored), reverse=True)


def test_excluded_topics_come_last() -> None:
    moved = Ranking.of(NAMES, np.array([0.7, 0.2, 0.06, 0.04], np.float32)).without({"a", "b"})
    assert [s.topic for s in moved.scored] == ["c", "d", "a", "b"]
    assert moved.confidence == pytest.approx(0.6, abs=0.01)


@given(CONFIDENCES, CONFIDENCES, st.floats(0.2, 3))
def test_blending_and_cooling_give_probabilities(one: Floats, other: Floats, temperature: float) -> None:
    both = blended(one, other)
    assert both.sum() == pytest.approx(1, abs=CLOSE)
    cooled = tempered(both, temperature)
    assert cooled.sum() == pytest.approx(1, abs=CLOSE)
    assert cooled.argmax() == both.argmax() or np.isclose(np.sort(both)[-1], np.sort(both)[-2], atol=1e-4)


def test_a_vector_has_length_one_in_words_and_in_letters() -> None:
    documents = [Document(("cara", "buat", "paspor")), Document(("cara", "cek", "agen"), ("@negara",))]
    vectoriser = Vectoriser.fit(documents, seen_at_least=1)
    indices, values = vectoriser.transform(documents[0])
    assert np.square(values).sum() == pytest.approx(2, abs=CLOSE)
    assert len(set(indices.tolist())) == len(indices)
    nothing, none = vectoriser.transform(Document(()))
    assert (len(nothing), len(none)) == (0, 0)


class Counting:
    """Stands in for the encoder and counts what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Floats:
        self.asked += texts
        return np.array([[len(text), 1, -2] for text in texts], np.float32)


def test_only_new_sentences_are_encoded(tmp_path: Path) -> None:
    path, encoder = tmp_path / "kept.npz", Counting()
    known = embeddings.read(path)
    first = embeddings.embed(["satu", "dua", "satu"], known, encoder)
    assert encoder.asked == ["satu", "dua"]
    assert np.linalg.norm(first, axis=1) == pytest.approx([1, 1, 1])
    embeddings.write(path, ["satu", "dua"], known)
    again = embeddings.embed(["dua", "tiga"], embeddings.read(path), encoder)
    assert encoder.asked == ["satu", "dua", "tiga"]
    assert (again[0] == first[1]).all()
    same = tmp_path / "same.npz"
    embeddings.write(same, ["dua", "satu", "satu"], known)
    assert same.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04cut"])
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_damaged_vectors_are_computed_again(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "kept.npz"
    path.write_bytes(content)
    assert embeddings.read(path) == {}
    assert [record.message for record in caplog.records] == ["nlu_embeddings_unreadable"]
