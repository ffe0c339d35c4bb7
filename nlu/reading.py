"""What every model is given of a message: its words repaired, the encoder's text, marks for names and amounts."""

from dataclasses import dataclass

from nlu import entities, lexicons
from nlu.features import Document
from nlu.normalise import Normal, normalise
from nlu.vocabulary import Vocabulary

AMOUNT_UNITS = frozenset({"juta", "ribu", "rupiah", "dolar", "yen", "ringgit", "riyal"})
TIME_UNITS = frozenset({"tahun", "bulan", "hari", "minggu", "jam"})


@dataclass(frozen=True, slots=True)
class Reading:
    normal: Normal
    words: tuple[str, ...]
    repaired: dict[str, str]
    document: Document

    @property
    def text(self) -> str:
        return " ".join(self.words)


def read(text: str, vocabulary: Vocabulary | None = None) -> Reading:
    """Training examples are read without a vocabulary, messages with it. Never raises."""
    return from_normal(normalise(text), vocabulary)


def from_normal(normal: Normal, vocabulary: Vocabulary | None = None) -> Reading:
    words, repaired = normal.words, {}
    if vocabulary is not None:
        repaired = {w: better for w in words if (better := vocabulary.repair(w)) != w}
        if repaired:
            words = tuple(repaired.get(word, word) for word in words)
    return Reading(normal, words, repaired, Document(words, _glosses(words), _marks(words)))


def protected_words() -> list[frozenset[str]]:
    """Words that are right as they are: names of places, regional and everyday words."""
    names = frozenset(part for name in lexicons.countries() for part in name.split())
    regional = frozenset(word for words in lexicons.regional().values() for word in words)
    return [names, lexicons.indonesian_places(), regional, lexicons.common_words()]


def _glosses(words: tuple[str, ...]) -> tuple[str, ...]:
    glosses = lexicons.glosses()
    return tuple(part for word in words if word in glosses for part in glosses[word])


def _marks(words: tuple[str, ...]) -> tuple[str, ...]:
    marks: list[str] = []
    for mention in entities.mentions(words):
        if mention.kind in {"name", "city", "region", "weak"}:
            marks += ["@negara", f"@{mention.code}"]
    for number, unit in zip(words, words[1:], strict=False):
        if number.isdigit():
            if unit in AMOUNT_UNITS:
                marks.append("@uang")
            elif unit in TIME_UNITS:
                marks.append(f"@{unit}")
    return tuple(dict.fromkeys(marks))
