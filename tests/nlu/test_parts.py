"""A message in parts: courtesy hides no question, and two questions in one message are both seen."""

from __future__ import annotations

import pytest

import nlu
from nlu import Decision, parts, patterns
from nlu.normalise import words_of


@pytest.mark.parametrize(
    "text",
    [
        "halo kak selamat pagi, cara buat paspor",
        "assalamualaikum min mau tanya, cara buat paspor ya",
        "permisi pak, cara buat paspor, terima kasih sebelumnya",
        "Halo! Cara buat paspor? Makasih.",
    ],
)
def test_courtesy_around_a_question_does_not_hide_it(understander: nlu.Understander, text: str) -> None:
    assert (
        understander.understand(text).topic == understander.understand("cara buat paspor").topic == "passport"
    )


@pytest.mark.parametrize(
    ("text", "topic"), [("halo kak", "greet"), ("selamat pagi pak", "greet"), ("makasih banyak ya", "thanks")]
)
def test_courtesy_alone_is_answered_as_such(understander: nlu.Understander, text: str, topic: str) -> None:
    seen = understander.understand(text)
    assert (seen.topic, seen.decision) == (topic, Decision.SERVICE)


@pytest.mark.parametrize(
    "text",
    [
        "cara buat paspor bagaimana? cara cek agen resmi bagaimana?",
        "cara buat paspor bagaimana dan cara cek agen resmi bagaimana",
        "Saya mau buat paspor. Terus bagaimana cara cek agen resmi?",
    ],
)
def test_both_of_two_questions_are_seen(understander: nlu.Understander, text: str) -> None:
    seen = understander.understand(text)
    assert {seen.topic, *seen.also} == {"passport", "agency-check"}


def test_one_question_has_no_second_topic(understander: nlu.Understander) -> None:
    for text in ("cara buat paspor", "cara buat paspor? paspor saya hilang?", "halo. terima kasih."):
        assert understander.understand(text).also == ()


def test_a_courtesy_in_the_middle_stays() -> None:
    kept = parts.without_courtesy(words_of("halo pak cara cek halo di kontrak terima kasih"))
    assert " ".join(kept) == "cara cek halo di kontrak"
    assert parts.without_courtesy(words_of("selamat pagi pak")) == ()


@pytest.mark.parametrize(
    ("row", "text", "found"),
    [
        ("dipukul*", "saya dipukuli terus", "dipukuli"),
        ("dipukul|dihajar majikan", "saya dihajar majikan", "dihajar majikan"),
        ("pintu ~ dikunci", "pintu kamar saya selalu dikunci", "pintu kamar saya selalu dikunci"),
        ("pintu ~ dikunci", "pintu itu ada di sebelah sana dikunci", None),
        ("$who pergi", "kami pergi", "kami pergi"),
        ("$who pergi", "dia pergi", None),
        ("dipukul", "dipukuli", None),
    ],
)
def test_a_row_of_words_matches_as_it_says(row: str, text: str, found: str | None) -> None:
    index = patterns.PatternIndex([patterns.compiled(row, "x", {"who": ["saya", "kami"]})])
    words = text.split()
    assert [" ".join(words[f.start : f.end]) for f in index.find(words)] == ([found] if found else [])


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("$nobody pergi", r"there is no list \$nobody"),
        ("di* pergi", "at least 3 letters"),
        ("~ pergi", "begins and ends with a word"),
        ("pergi ~", "begins and ends with a word"),
        ("", "begins and ends with a word"),
    ],
)
def test_a_row_that_cannot_be_a_pattern_says_why(row: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        patterns.compiled(row, "x", {})
