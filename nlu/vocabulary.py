"""Repair of mistyped words to the words of the training data.

Measured as the best single help against chat spelling, and harmful where it goes too far: "pendarahan"
(bleeding) is two letters from "pencerahan" (briefing). So a word is changed only if nothing knows it and
the change is a slip that thumbs make: a vowel left out or wrong, a letter doubled or swapped, a
neighbouring key in a long word.
"""

from collections import Counter
from collections.abc import Collection, Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

SHORTEST = 4
LONG = 6
SEEN_AT_LEAST = 3
REMEMBERED = 20_000

VOWELS = frozenset("aeiou")
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
VOWEL, DOUBLED, CONSONANT, NEIGHBOUR, SWAPPED, OTHER = 0.5, 0.3, 1.0, 0.9, 0.5, 3.0
ENDINGS = ("nya", "ku", "mu", "lah", "kah", "pun", "an", "in", "kan", "i", "ne", "e", "na", "keun", "s")


class Vocabulary:
    """Words with their number of uses. `repair` is cached; equal words give equal answers."""

    def __init__(self, counts: dict[str, int], protected: Iterable[Collection[str]] = ()) -> None:
        self.counts = counts
        self._protected = tuple(protected)
        self._by_length: dict[int, list[str]] = {}
        for word in sorted(counts):
            if len(word) >= SHORTEST and word.isalpha() and counts[word] >= SEEN_AT_LEAST:
                self._by_length.setdefault(len(word), []).append(word)
        self._remembered: dict[str, str] = {}

    @classmethod
    def of(cls, documents: Iterable[Iterable[str]], protected: Iterable[Collection[str]]) -> "Vocabulary":
        """From the words of the training examples."""
        return cls(dict(Counter(word for words in documents for word in words)), protected)

    def repair(self, word: str) -> str:
        """The known word that was probably meant, or the word itself."""
        found = self._remembered.get(word)
        if found is None:
            found = word if self._is_fine(word) else self._nearest(word)
            if len(self._remembered) >= REMEMBERED:
                self._remembered.clear()
            self._remembered[word] = found
        return found

    def _is_fine(self, word: str) -> bool:
        if len(word) < SHORTEST or not word.isalpha() or not word.isascii() or self._is_known(word):
            return True
        return any(word.endswith(end) and self._is_known(word[: -len(end)]) for end in ENDINGS)

    def _is_known(self, word: str) -> bool:
        return word in self.counts or any(word in words for words in self._protected)

    def _nearest(self, word: str) -> str:
        reach = 1 if len(word) < LONG else 2
        near: list[tuple[float, int, str]] = []
        for length in range(len(word) - reach, len(word) + reach + 1):
            for match, _, _ in process.extract(
                word, self._by_length.get(length, ()), scorer=OSA.distance, score_cutoff=reach, limit=8
            ):
                near.append((slip(word, match), -self.counts[match], match))
        if not near:
            return word
        cost, _, match = min(near)
        return match if cost <= allowed(word) else word


def allowed(word: str) -> float:
    """How costly a slip may be in a word of this length."""
    return 0.6 if len(word) < LONG else 1.0


def slip(typed: str, meant: str) -> float:
    """How unlikely it is that somebody who meant one word typed the other; 0.3 for a doubled letter."""
    rows = [[0.0] * (len(meant) + 1) for _ in range(len(typed) + 1)]
    for i in range(len(typed) + 1):
        for j in range(len(meant) + 1):
            if i == 0 and j == 0:
                continue
            choices: list[float] = []
            if i:
                choices.append(rows[i - 1][j] + _single(typed, i - 1))
            if j:
                choices.append(rows[i][j - 1] + _single(meant, j - 1))
            if i and j:
                choices.append(rows[i - 1][j - 1] + _other(typed[i - 1], meant[j - 1], len(typed)))
            if (
                i > 1
                and j > 1
                and typed[i - 2 : i] == meant[j - 2 : j][::-1]
                and typed[i - 1] != typed[i - 2]
            ):
                choices.append(rows[i - 2][j - 2] + SWAPPED)
            rows[i][j] = min(choices)
    return rows[-1][-1]


def _single(word: str, at: int) -> float:
    """A letter that one word has and the other has not."""
    if (at and word[at - 1] == word[at]) or (at + 1 < len(word) and word[at + 1] == word[at]):
        return DOUBLED
    return VOWEL if word[at] in VOWELS else CONSONANT


def _other(typed: str, meant: str, length: int) -> float:
    if typed == meant:
        return 0.0
    if typed in VOWELS and meant in VOWELS:
        return VOWEL
    return NEIGHBOUR if length >= LONG and _are_neighbours(typed, meant) else OTHER


def _are_neighbours(one: str, other: str) -> bool:
    return any(one + other in row or other + one in row for row in ROWS)
