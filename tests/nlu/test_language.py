"""The language of a message is a hint: where its words leave it open, the chat's own language stays."""

from __future__ import annotations

import pytest

from nlu import language, lexicons
from nlu.language import LIKELY, SURE, settled
from nlu.normalise import words_of

TEXTS = {
    "id": ["saya mau ke luar negeri", "berapa harus dibayar", "bagaimana cara daftar", "gaji belum dibayar"],
    "jv": ["kulo badhe nyambut damel", "pinten ragade", "piye carane ndaftar", "gajiku durung dibayar"],
    "su": ["abdi hoyong damel", "sabaraha waragadna", "kumaha carana daptar", "gajih abdi teu acan dibayar"],
    "en": ["I want to work abroad", "how much does it cost", "how can I register", "my salary is not paid"],
}  # fmt: skip


@pytest.fixture(scope="module")
def trained() -> language.LanguageModel:
    pairs = [(words_of(text), code) for code, texts in TEXTS.items() for text in texts]
    return language.train([words for words, _ in pairs], [code for _, code in pairs])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("berapa gaji saya", "id"),
        ("kulo badhe ndaftar", "jv"),
        ("abdi hoyong daptar", "su"),
        ("how much is the salary", "en"),
    ],
)
def test_the_likeliest_language(trained: language.LanguageModel, text: str, code: str) -> None:
    likeliest, probability = trained.likeliest(words_of(text))
    assert likeliest == code
    assert 0 < probability <= 1


def test_no_words_are_no_evidence(trained: language.LanguageModel) -> None:
    assert trained.likeliest(()) == ("id", 0.0)
    assert trained.likeliest(("日本",)) == ("id", 0.0)


def test_a_doubtful_message_does_not_switch_the_language() -> None:
    assert settled(("su", SURE), "jv") == "su"
    assert settled(("su", SURE - 0.01), "jv") == "jv"
    assert settled(("su", LIKELY), None) == "su"
    assert settled(("su", LIKELY - 0.01), None) == "id"


def test_a_language_with_few_examples_is_imitated_word_by_word() -> None:
    own, gloss = next((w, g) for w, g in lexicons.regional()["mad"].items() if " " not in g and g.isalpha())
    texts = [(gloss, "xyz"), ("xyz", "xyz", "xyz", gloss), (gloss,)]
    made = list(language.imitations(texts, ["id", "id", "jv"], "mad"))
    assert len(made) == 1, "only Indonesian ones of which half can be said in it"
    assert made[0][1] == "xyz"
    assert lexicons.regional()["mad"][made[0][0]] == gloss == lexicons.regional()["mad"][own]
