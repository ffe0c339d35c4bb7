"""The training data are many voices: no example twice, few that are nearly alike, none from a template.

And none that is also among the messages which measure the understanding.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from rapidfuzz import fuzz, process

from bot.evaluation import labelled_sets
from bot.models import TRAINING
from nlu import entities, training
from nlu.normalise import words_of

# Likeness is 0 to 100; shorter texts than LONG words are alike by accident.
LONG = 4
ALIKE = 85
ALIKE_IN_A_FILE_MAY_BE = 0.002

# The same words but for one, from this number of words on.
SKELETON = 6
SKELETONS_MAY_BE = 0.001

MEASURED_ALIKE = 90
MEASURED_ALIKE_MAY_BE = 4

ROWS_AT_ONCE = 1000


@dataclass(frozen=True)
class Row:
    """An example with where it stands and what it is an example of."""

    where: str
    topic: str
    words: tuple[str, ...]

    @property
    def text(self) -> str:
        return " ".join(self.words)


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    data = training.read(TRAINING)
    topics = [Row(f"{e.language}/{e.module}.yml", e.intent, words_of(e.text)) for e in data.examples]
    dangers = [Row("danger", "danger" if d.kinds else "calm", words_of(d.text)) for d in data.danger]
    return topics + dangers


def pairs(rows: list[Row], others: list[Row], likeness: int) -> Iterator[tuple[Row, Row]]:
    """Pairs that are at least so alike; the second stands behind the first where both lists are the same."""
    texts = [row.text for row in others]
    for start in range(0, len(rows), ROWS_AT_ONCE):
        batch = [row.text for row in rows[start : start + ROWS_AT_ONCE]]
        scores = process.cdist(batch, texts, scorer=fuzz.ratio, score_cutoff=likeness, dtype=np.uint8)
        for at, other in zip(*np.nonzero(scores), strict=True):
            if rows is not others or start + at < other:
                yield rows[start + at], others[other]


def skeleton(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words with every country and every number as one and the same."""
    gone = {m.start: m.end for m in entities.mentions(words)}
    kept: list[str] = []
    at = 0
    while at < len(words):
        kept.append("@" if at in gone else "0" if words[at].isdigit() else words[at])
        at = gone.get(at, at + 1)
    return tuple(kept)


def test_no_example_stands_twice(rows: list[Row]) -> None:
    counts = Counter((row.topic, row.text) for row in rows if row.words)
    assert [key for key, number in counts.items() if number > 1] == []


def test_no_text_is_an_example_of_two_topics(rows: list[Row]) -> None:
    topics: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.where != "danger" and row.words:
            topics[row.text].add(row.topic)
    assert {text: names for text, names in topics.items() if len(names) > 1} == {}


def test_hardly_any_examples_of_a_file_are_nearly_alike(rows: list[Row]) -> None:
    files: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if len(row.words) >= LONG:
            files[row.where].append(row)
    found = [(one.text, other.text) for file in files.values() for one, other in pairs(file, file, ALIKE)]
    assert len(found) <= ALIKE_IN_A_FILE_MAY_BE * len(rows), found


def test_examples_are_not_made_from_templates(rows: list[Row]) -> None:
    """Of those of the same topic, hardly any two differ in a country, a number, or one other word only."""
    seen: defaultdict[tuple[str, int, tuple[str, ...]], list[Row]] = defaultdict(list)
    long = [row for row in rows if len(row.words) >= SKELETON]
    for row in long:
        bones = skeleton(row.words)
        for at in range(len(bones)):
            seen[row.topic, at, bones[:at] + bones[at + 1 :]].append(row)
    swapped = {row.text for group in seen.values() if len(group) > 1 for row in group}
    assert len(swapped) <= SKELETONS_MAY_BE * len(long), sorted(swapped)


def test_no_training_text_is_among_the_messages_that_measure(rows: list[Row]) -> None:
    """Short ones are everybody's words ("halo", "menu"); of LONG words on, they are no accident any more."""
    measured = [
        Row(name, "", words_of(label.text))
        for name, talks in labelled_sets().items()
        for talk in talks
        for label in talk
    ]
    long = [row for row in rows if len(row.words) >= LONG]
    asked = [row for row in measured if len(row.words) >= LONG]
    found = [(one.where, other.where, other.text) for one, other in pairs(asked, long, MEASURED_ALIKE)]
    assert len(found) <= MEASURED_ALIKE_MAY_BE, found
