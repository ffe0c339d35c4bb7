"""Laws of understanding that hold for whatever somebody types."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

import nlu
from nlu import Context, Decision, PastTurn
from nlu.evaluate_misspelt import misspelt
from nlu.normalise import MAX_CHARACTERS, clean, cut, fold, words_of
from nlu.reading import plain_sentences, read
from nlu.types import OUT_OF_SCOPE
from tests.nlu.test_danger import CALM, DANGEROUS

NOW = datetime(2026, 5, 4, tzinfo=UTC)
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
MANY = settings(max_examples=200, deadline=None)

WORDS = st.sampled_from(
    [
        "saya", "majikan", "dipukul", "tidak", "ke", "jepang", "taiwan", "gaji", "berapa", "paspor", "hilang",
        "tolong", "bukan", "yang", "kedua", "25jt", "anak2", "😭", "piye", "kumaha", "help", "dulu",
        "berita", "wkwk", "pengen", "mati", "PT.", "umur", "15", "tahun", "kalau", "jual", "?", "!",
    ]
)  # fmt: skip
ANY_TEXT = st.one_of(
    st.text(max_size=80),
    st.lists(WORDS, max_size=25).map(" ".join),
    st.text(st.characters(categories=["Cs", "Cc", "Cf", "Mn", "So", "Lo"]), max_size=30),
)
TYPED = st.text("abcdefghijklmnopqrstuvwxyz  .,?!-'2jt5", max_size=60)
MESSAGES = st.sampled_from(
    [text for _, _, text in DANGEROUS] + [text for texts in CALM.values() for text in texts]
)
TOPICS = st.sampled_from([None, "passport", "dest-taiwan", "greet", OUT_OF_SCOPE, "no-such-topic"])
TURNS = st.lists(
    st.builds(
        PastTurn, TOPICS, st.sampled_from([None, "TW", "ME", "??"]), st.just(NOW),
        st.lists(st.sampled_from(["visa", "e-pmi", "no-such-topic"]), max_size=3).map(tuple),
    ),
    max_size=4,
).map(tuple)  # fmt: skip


@FEW
@given(ANY_TEXT, TURNS, st.sampled_from([None, "id", "jv", "xx"]))
@example("\ud800\udfff", (), None)
@example("a" * 10_000, (), None)
@example("ya? " * 2_000, (), None)
def test_no_text_breaks_understanding(
    understander: nlu.Understander, text: str, turns: tuple[PastTurn, ...], language: str | None
) -> None:
    context = Context(turns, language, NOW)
    understander.think(text, context)
    seen = understander.understand(text, context)
    assert seen.engine != "rules", "it fell back on the rules"
    assert seen.text == text
    assert len(seen.ranking) >= 5
    assert 0 <= seen.confidence <= 1
    assert seen == understander.understand(text, context)
    assert (seen.decision is Decision.DANGER) == bool(seen.danger)
    assert understander.rules_only(text, context).engine == "rules"


@FEW
@given(ANY_TEXT)
def test_understanding_never_finds_less_danger_than_the_rules(
    understander: nlu.Understander, text: str
) -> None:
    by_rules = {sign.kind for sign in read(plain_sentences(text), "id").assessment.signs()}
    spoken = understander.think(text).spoken[0]
    assume(spoken == "id")
    assert by_rules <= {sign.kind for sign in understander.understand(text).danger}


@FEW
@given(
    MESSAGES,
    st.sampled_from([str.upper, str.title, str.swapcase]),
    st.sampled_from(["", "!", "...", " ?!", "  "]),
)
def test_capitals_and_marks_at_the_end_change_no_danger(
    understander: nlu.Understander, text: str, written: object, ending: str
) -> None:
    other = written(text) + ending  # type: ignore[operator]
    assert [s.kind for s in understander.rules_only(other).danger] == [
        s.kind for s in understander.rules_only(text).danger
    ]


@MANY
@given(ANY_TEXT)
def test_reading_a_text_for_words_is_bounded_and_folded(text: str) -> None:
    words = words_of(text)
    assert all(word and word == fold(word) and " " not in word for word in words)
    assert sum(map(len, words)) <= 40 * MAX_CHARACTERS


@MANY
@given(TYPED)
def test_words_are_read_as_themselves(text: str) -> None:
    once = words_of(text)
    again = words_of(" ".join(once))
    assert words_of(" ".join(again)) == again


@MANY
@given(ANY_TEXT)
def test_cutting_and_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert cut(cut(text)) == cut(text)


@MANY
@given(st.lists(WORDS, min_size=1, max_size=20).map(" ".join), st.integers(0, 3))
def test_misspelling_is_repeatable_and_leaves_two_words_in_three(text: str, seed: int) -> None:
    slipped = misspelt(text, seed)
    assert slipped == misspelt(text, seed)
    assert len(slipped.split(" ")) >= len(text.rstrip(" ").split(" ")) * 2 // 3 - 1
