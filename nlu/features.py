"""Words and character n-grams of a message as a sparse vector; own code, because it runs for every message.

A message costs about 0.1 ms: the n-grams of a word are looked up once and remembered.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

LONGEST = 4
REMEMBERED_WORDS = 50_000

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Document:
    """What models read of a message: words in standard Indonesian, and marks such as `@negara`."""

    words: tuple[str, ...]
    marks: tuple[str, ...] = ()


def word_terms(document: Document) -> Iterator[str]:
    words = document.words
    for word in words:
        yield f"w {word}"
        half, dash, rest = word.partition("-")
        if dash and rest.startswith(half):
            yield f"w {half}"
    yield from dict.fromkeys(document.marks)
    for first, second in zip(("<", *words), (*words, ">"), strict=True):
        yield f"b {first} {second}"


def character_terms(word: str) -> Iterator[str]:
    padded = f" {word} "
    for length in range(1, LONGEST + 1):
        for start in range(len(padded) - length + 1):
            term = padded[start : start + length]
            if term != " ":
                yield f"c{term}"


@dataclass(slots=True)
class Vectoriser:
    """TF-IDF over words, pairs of words and character n-grams. Fit once, then read-only."""

    vocabulary: dict[str, int]
    idf: Floats
    _remembered: dict[str, Ints] = field(default_factory=dict)

    @classmethod
    def fit(cls, documents: Sequence[Document], *, seen_at_least: int = 2) -> "Vectoriser":
        """Terms are numbered in sorted order, so that the same documents give the same model."""
        counts: Counter[str] = Counter()
        for document in documents:
            terms = set(word_terms(document))
            for word in document.words:
                terms.update(character_terms(word))
            counts.update(terms)
        kept = sorted(t for t, n in counts.items() if n >= seen_at_least or t.startswith("w "))
        total = len(documents)
        idf = np.array([np.log((1 + total) / (1 + counts[term])) + 1 for term in kept], dtype=np.float32)
        return cls({term: number for number, term in enumerate(kept)}, idf)

    def transform(self, document: Document) -> tuple[Ints, Floats]:
        """Indices (ascending inside each group) and values; the two groups have length 1 each."""
        known = (self.vocabulary.get(term) for term in word_terms(document))
        words = np.array([i for i in known if i is not None], dtype=np.int32)
        letters = [self._characters(word) for word in document.words]
        characters = np.concatenate(letters) if letters else words[:0]
        parts = [self._weighted(group) for group in (words, characters) if len(group)]
        if not parts:
            return np.zeros(0, np.int32), np.zeros(0, np.float32)
        return np.concatenate([i for i, _ in parts]), np.concatenate([v for _, v in parts])

    def rows(self, documents: Iterable[Document]) -> tuple[Ints, Ints, Floats]:
        """The documents as CSR arrays: row pointers, indices, values."""
        pointers, indices, values = [0], [], []
        for document in documents:
            i, v = self.transform(document)
            indices.append(i)
            values.append(v)
            pointers.append(pointers[-1] + len(i))
        return np.array(pointers, np.int32), np.concatenate(indices), np.concatenate(values)

    def _characters(self, word: str) -> Ints:
        found = self._remembered.get(word)
        if found is None:
            known = (self.vocabulary.get(term) for term in character_terms(word))
            found = np.array([i for i in known if i is not None], dtype=np.int32)
            if len(self._remembered) >= REMEMBERED_WORDS:
                self._remembered.clear()
            self._remembered[word] = found
        return found

    def _weighted(self, group: Ints) -> tuple[Ints, Floats]:
        indices, counts = np.unique(group, return_counts=True)
        values = (1 + np.log(counts.astype(np.float32))) * self.idf[indices]
        return indices, values / np.sqrt(np.square(values).sum())
