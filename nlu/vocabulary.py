"""Repair of mistyped words to the words of the training data.

Measured as the best single help against chat spelling. Only words that nothing knows are touched: a word of a
gazetteer, of a regional language or of everyday use is left alone, however near it is to another.
"""

from collections import Counter
from collections.abc import Collection, Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

SHORTEST = 4
LONG = 6
REMEMBERED = 20_000


class Vocabulary:
    """Words with their number of uses. `repair` is cached; equal words give equal answers."""

    def __init__(self, counts: dict[str, int], protected: Iterable[Collection[str]] = ()) -> None:
        self.counts = counts
        self._protected = tuple(protected)
        self._by_length: dict[int, list[str]] = {}
        for word in sorted(counts):
            if len(word) >= SHORTEST - 1 and word.isalpha():
                self._by_length.setdefault(len(word), []).append(word)
        self._remembered: dict[str, str] = {}

    @classmethod
    def of(cls, documents: Iterable[Iterable[str]], protected: Iterable[Collection[str]]) -> "Vocabulary":
        """From the words of the training examples. A word used once may be a typo itself and repairs nothing."""
        counts = Counter(word for words in documents for word in words)
        return cls({word: n for word, n in counts.items() if n > 1}, protected)

    def repair(self, word: str) -> str:
        """The known word within reach (one edit under six letters, else two), or the word itself."""
        found = self._remembered.get(word)
        if found is None:
            found = word if self._is_fine(word) else self._nearest(word)
            if len(self._remembered) >= REMEMBERED:
                self._remembered.clear()
            self._remembered[word] = found
        return found

    def _is_fine(self, word: str) -> bool:
        if len(word) < SHORTEST or not word.isalpha() or not word.isascii() or word in self.counts:
            return True
        return any(word in words for words in self._protected)

    def _nearest(self, word: str) -> str:
        reach = 1 if len(word) < LONG else 2
        near: list[tuple[int, bool, int, str]] = []
        for length in range(len(word) - reach, len(word) + reach + 1):
            for match, distance, _ in process.extract(
                word, self._by_length.get(length, ()), scorer=OSA.distance, score_cutoff=reach, limit=5
            ):
                near.append((int(distance), match[0] != word[0], -self.counts[match], match))
        if not near:
            return word
        distance, other_start, _, match = min(near)
        return word if other_start and distance > 1 else match
