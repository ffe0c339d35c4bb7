"""What the models are given of a message: its words in standard spelling, repaired, with marks for names."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from nlu import danger, entities, lexicons
from nlu.features import Document
from nlu.normalise import cut, words_of
from nlu.sentences import split
from nlu.standard import standard
from nlu.vocabulary import Vocabulary

AMOUNT_UNITS = frozenset({"juta", "ribu", "rupiah", "dolar", "yen", "ringgit", "riyal"})
ASKS = "?"
TIME_UNITS = frozenset({"tahun", "bulan", "hari", "minggu", "jam"})


@dataclass(frozen=True, slots=True)
class Sentence:
    """`plain` are the writer's own words, `words` those in standard Indonesian."""

    plain: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A message read. `repaired` maps mistyped words to what was read for them; `asks`: it has a "?"."""

    sentences: tuple[Sentence, ...]
    assessment: danger.Assessment
    repaired: dict[str, str]
    asks: bool

    @property
    def plain(self) -> tuple[str, ...]:
        return tuple(word for sentence in self.sentences for word in sentence.plain)

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(word for sentence in self.sentences for word in sentence.words)

    @property
    def text(self) -> str:
        """The words as one line."""
        return " ".join(self.words)

    @property
    def encoded_text(self) -> str:
        """What the encoder reads: its "?" tells a question about harm from a report of it."""
        return f"{self.text} {ASKS}" if self.asks else self.text

    def document(self) -> Document:
        marks = (*_marks(self.words), *self.assessment.marks())
        return Document(self.words, (*marks, ASKS) if self.asks else marks)


def plain_sentences(text: str) -> list[tuple[str, ...]]:
    """The writer's own words, sentence by sentence; empty sentences left out. Never raises."""
    return [words for part in split(cut(text)) if (words := words_of(part))]


def read(
    sentences: Sequence[tuple[str, ...]],
    language: str,
    vocabulary: Vocabulary | None = None,
    *,
    asks: bool = False,
) -> Reading:
    """Training examples are read without a vocabulary, messages with it."""
    repaired: dict[str, str] = {}
    if vocabulary is not None:
        every = {word for words in sentences for word in words}
        repaired = {word: better for word in every if (better := vocabulary.repair(word)) != word}
    read_sentences = tuple(
        Sentence(plain, standard([repaired.get(word, word) for word in plain], language))
        for plain in sentences
    )
    assessment = danger.assess([s.words for s in read_sentences])
    if language == "en":  # glossed word by word, "beats me" is no longer what the English rules look for
        assessment = assessment.with_those_of(danger.assess([s.plain for s in read_sentences]))
    return Reading(read_sentences, assessment, repaired, asks)


def read_example(text: str, language: str) -> Reading:
    """A training example."""
    return read(plain_sentences(text), language, asks=ASKS in text)


def protected_words() -> list[frozenset[str]]:
    """Words that are right as they are: names of places, regional and everyday words, chat spelling."""
    names = frozenset(part for name in lexicons.countries() for part in name.split())
    regional = frozenset(word for words in lexicons.regional().values() for word in words)
    slang = frozenset(lexicons.slang())
    return [names, lexicons.indonesian_places(), regional, lexicons.common_words(), slang, danger.words()]


def _marks(words: tuple[str, ...]) -> Iterator[str]:
    for mention in entities.mentions(words):
        if mention.kind in {"name", "city", "region", "weak"}:
            yield "@negara"
            yield f"@{mention.code}"
    for number, unit in pairwise(words):
        if number.isdigit():
            if unit in AMOUNT_UNITS:
                yield "@uang"
            elif unit in TIME_UNITS:
                yield f"@{unit}"
