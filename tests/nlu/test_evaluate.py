"""The figures count what they say, checked by hand on a few messages; labels that are wrong are named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nlu import Context, DangerSign, Decision, PastTurn, Scored, Understanding
from nlu.evaluate import Judged, LabelError, Labelled, evaluate, read_labels
from nlu.evaluate_figures import Bin, auroc, calibration_error, confusions, figures, reliability
from nlu.evaluate_misspelt import misspelt, misspelt_sets

LABEL: dict[str, Any] = {
    "text": "cara buat paspor",
    "topics": ["passport"],
    "destination": None,
    "asks_for": "self",
    "language": "id",
    "danger": [],
    "style": "standard",
}
MODULES = {"passport": "routes", "visa": "routes", "debt": "money"}


def seen(
    *ranking: tuple[str, float], decision: Decision, danger: str = "", country: str | None = None
) -> Understanding:
    signs = (DangerSign(danger, "rule"),) if danger else ()
    topic, confidence = ranking[0]
    scored = tuple(Scored(*each) for each in ranking)
    return Understanding("x", "id", topic, confidence, scored, decision, signs, country, "self", "test")


def judged(*topics: str, read: Understanding, **label: Any) -> Judged:
    values = LABEL | {"topics": topics, "danger": ()} | label
    return Judged(Labelled(**values), read)


ANSWER, PERSON, CHOOSE, ALARM = Decision.ANSWER, Decision.PERSON, Decision.CHOOSE, Decision.DANGER
JUDGED = [
    judged("passport", read=seen(("passport", 0.9), ("visa", 0.1), decision=ANSWER)),
    judged("passport", "visa", read=seen(("visa", 0.8), ("debt", 0.1), decision=ANSWER), style="chat"),
    judged("passport", read=seen(("debt", 0.7), ("x", 0.2), ("passport", 0), decision=ANSWER), language="jv"),
    judged("debt", read=seen(("visa", 0.3), ("passport", 0.2), ("x", 0.2), ("debt", 0.2), decision=PERSON)),
    judged("out-of-scope", read=seen(("out-of-scope", 0.9), decision=PERSON)),
    judged("out-of-scope", read=seen(("visa", 0.9), decision=ANSWER, country="JP")),
    judged("debt", read=seen(("debt", 0.5), decision=ALARM, danger="threat"), danger=("threat", "violence")),
    judged("debt", read=seen(("debt", 0.5), decision=ALARM, danger="child"), danger=("threat",)),
    judged("debt", read=seen(("debt", 0.5), decision=CHOOSE), danger=("threat",), earlier=("halo",)),
    judged("debt", read=seen(("debt", 0.5), decision=ALARM, danger="child"), destination="TW"),
]  # fmt: skip


def test_the_figures_of_ten_messages() -> None:
    found = figures(JUDGED, MODULES)
    assert found["messages"] == 10
    topic = found["topic"]
    assert (topic["first"], topic["among_three"], topic["in_dialogues"]) == (6 / 8, 7 / 8, 1.0)
    assert topic["by_module"]["money"] == {"messages": 5, "first": 0.8, "among_three": 0.8}
    assert topic["by_module"]["routes"] == {"messages": 3, "first": round(2 / 3, 4), "among_three": 1.0}
    assert topic["by_language"]["jv"] == {"messages": 1, "first": 0.0, "among_three": 1.0}
    assert topic["by_style"]["chat"]["first"] == 1.0
    assert topic["by_indonesian_style"]["standard"]["messages"] == 6
    assert found["answered"] == 0.4
    assert found["answered_wrongly"] == 2 / 4
    assert found["dead_ends"] == 1 / 8
    assert (found["out_of_scope_answered"], found["out_of_scope_known"]) == (0.5, 0.5)
    assert found["out_of_scope_auroc"] == auroc([0.9, 0.8, 0.7, 0.3, 0.5, 0.5, 0.5, 0.5], [0.0, 0.9])
    assert found["danger"] == {
        "messages": 3,
        "found": round(2 / 3, 4),
        "kind_right": 0.5,
        "false_alarms": round(1 / 7, 4),
    }
    assert found["destination"] == 0.8
    assert found["language"] == 0.9
    assert found["decisions"] == {"answer": 4, "person": 2, "danger": 3, "choose": 1}
    assert json.loads(json.dumps(found)) == found


def test_nothing_to_count_is_none_not_zero() -> None:
    found = figures([], {})
    assert found["messages"] == 0
    assert found["topic"]["first"] is found["answered_wrongly"] is found["danger"]["found"] is None
    assert found["calibration_error"] is None


def test_confidence_is_compared_with_the_share_right() -> None:
    bins = reliability(JUDGED[:4])
    assert bins == [Bin(1, 0.3, 0.0), Bin(1, 0.7, 0.0), Bin(1, 0.8, 1.0), Bin(1, 0.9, 1.0)]
    assert calibration_error(bins) == pytest.approx((0.3 + 0.7 + 0.2 + 0.1) / 4)
    assert reliability([judged("visa", read=seen(("visa", 1.0), decision=ANSWER))]) == [Bin(1, 1.0, 1.0)]


def test_auroc_is_how_often_ours_scores_above_the_others() -> None:
    assert auroc([0.9, 0.8], [0.1, 0.2]) == 1.0
    assert auroc([0.1], [0.9]) == 0.0
    assert auroc([0.5, 0.9], [0.5]) == 0.75
    assert auroc([], [0.5]) is auroc([0.5], []) is None


def test_confusions_are_counted_by_wanted_and_read_topic() -> None:
    assert [(wanted, read, len(group)) for wanted, read, group in confusions([*JUDGED, JUDGED[2]])] == [
        ("passport", "debt", 2),
        ("debt", "visa", 1),
        ("out-of-scope", "visa", 1),
    ]


class Listener:
    """Notes with what context it was asked."""

    def __init__(self, read: Understanding) -> None:
        self._read = read
        self.heard: list[tuple[str, tuple[PastTurn, ...]]] = []

    def understand(self, text: str, context: Context) -> Understanding:
        self.heard.append((text, context.turns))
        return self._read


def test_turns_are_understood_with_those_before_and_what_they_offered() -> None:
    listener = Listener(
        seen(("visa", 0.4), ("debt", 0.3), ("x", 0.2), ("y", 0.1), decision=CHOOSE, country="TW")
    )
    label = Labelled(**LABEL | {"topics": ("visa",), "danger": ()})
    result = evaluate(listener, [[label, label], [label]])
    assert [j.right for j in result] == [True] * 3
    (_, first), (_, second), (_, other) = listener.heard
    assert first == other == ()
    (before,) = second
    assert (before.topic, before.destination, before.offered) == ("visa", "TW", ("visa", "debt", "x"))


def test_labels_are_read_as_conversations(tmp_path: Path) -> None:
    path = tmp_path / "talks.jsonl"
    lines = [LABEL, {"id": "d1", "turns": [LABEL, LABEL | {"text": "berapa lama?"}]}]
    path.write_text("\n\n".join(json.dumps(line) for line in lines) + "\n", encoding="utf-8")
    single, talk = read_labels(path)
    assert [label.text for label in single] == ["cara buat paspor"]
    assert [(label.text, label.earlier) for label in talk] == [
        ("cara buat paspor", ()),
        ("berapa lama?", ("cara buat paspor",)),
    ]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "not a labelled message"),
        ("[]", "not a labelled message"),
        ("5", "not a labelled message"),
        ('{"text": "a"}', "the key 'topics' is missing"),
    ],
)
def test_a_wrong_label_is_named_with_file_and_line(tmp_path: Path, line: str, problem: str) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text(f"{json.dumps(LABEL)}\n{line}\n", encoding="utf-8")
    with pytest.raises(LabelError) as caught:
        read_labels(path)
    assert str(caught.value).startswith(f"{path}:2: {problem}")


@pytest.mark.parametrize("content", [None, b"\xff"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "own.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(LabelError, match=r"own\.jsonl: cannot be read"):
        read_labels(path)


TALE = "saya sudah daftar lewat perusahaan resmi tapi sampai sekarang belum dapat jadwal terbang ke taiwan"


def test_one_word_in_three_is_misspelt_and_no_other() -> None:
    changed = [sum(word not in misspelt(TALE, seed).split() for word in TALE.split()) for seed in range(300)]
    assert set(changed) == {5}, "of 15 words"
    assert {misspelt(TALE, 1), misspelt(TALE, 1)} == {misspelt(TALE, 1)}
    assert len({misspelt(TALE, seed) for seed in range(50)}) > 40


def test_slips_are_those_of_thumbs() -> None:
    slips = {misspelt("paspor", seed) for seed in range(2000)} - {"paspor"}
    assert {"pspor", "paspr"} <= slips, "a vowel left out"
    assert {"ppaspor", "paspoor"} <= slips, "a letter doubled"
    assert {"oaspor", "pasoor", "paapor"} <= slips, "a neighbouring key"
    assert any("pasporhilang" in misspelt("paspor hilang di jalan tadi malam", n) for n in range(500)), (
        "joined"
    )


@pytest.mark.parametrize("text", ["", "ya", "5 2", "ke", "08123456789", "😭 !"])
def test_what_has_no_words_to_misspell_stays(text: str) -> None:
    assert all(misspelt(text, seed) == text for seed in range(50))


def test_misspelt_sets_keep_their_labels() -> None:
    label = Labelled(**LABEL | {"text": TALE, "topics": ("visa",), "danger": ()})
    ((first, second),) = misspelt_sets([[label, label]])
    assert first.text != TALE
    assert first == second
    assert (first.topics, first.language) == (label.topics, label.language)
