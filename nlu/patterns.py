"""Rows of words to look for in a message.

`word` is itself, `wor*` any word that begins so, `a|b` either, `$list` any word of a named list, `~` up to
three words between its neighbours.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

GAP = "~"
GAP_WORDS = 3
PREFIX = 3


@dataclass(frozen=True, slots=True)
class Element:
    """One word of a pattern: whole words, and beginnings of words."""

    whole: frozenset[str]
    beginnings: tuple[str, ...]
    gap_before: bool

    def words(self) -> frozenset[str]:
        return self.whole | frozenset(self.beginnings)

    def accepts(self, word: str) -> bool:
        return word in self.whole or (bool(self.beginnings) and word.startswith(self.beginnings))


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled row with what it stands for."""

    name: str
    elements: tuple[Element, ...]

    def end(self, words: Sequence[str], start: int) -> int | None:
        """Where the pattern ends (exclusive) if it begins at `start`, else None."""
        return self._from(words, start, 0)

    def _from(self, words: Sequence[str], at: int, number: int) -> int | None:
        if number == len(self.elements):
            return at
        element = self.elements[number]
        last = min(at + GAP_WORDS, len(words) - 1) if element.gap_before else at
        for place in range(at, last + 1):
            if place < len(words) and element.accepts(words[place]):
                end = self._from(words, place + 1, number + 1)
                if end is not None:
                    return end
        return None


def compiled(row: str, name: str, lists: Mapping[str, Sequence[str]]) -> Pattern:
    """`lists` are the words for `$name`. Raises ValueError for a row that cannot be a pattern."""
    elements: list[Element] = []
    gap = False
    for part in row.split():
        if part == GAP:
            gap = True
            continue
        choices: list[str] = []
        for choice in part.split("|"):
            if choice.startswith("$"):
                if choice[1:] not in lists:
                    raise ValueError(f"{row!r}: there is no list {choice}")
                choices.extend(lists[choice[1:]])
            else:
                choices.append(choice)
        beginnings = tuple(c[:-1] for c in choices if c.endswith("*"))
        if any(len(b) < PREFIX for b in beginnings):
            raise ValueError(f"{row!r}: at least {PREFIX} letters before *")
        elements.append(Element(frozenset(c for c in choices if not c.endswith("*")), beginnings, gap))
        gap = False
    if not elements or elements[0].gap_before or gap:
        raise ValueError(f"{row!r}: a pattern begins and ends with a word")
    return Pattern(name, tuple(elements))


@dataclass(frozen=True, slots=True)
class Found:
    pattern: Pattern
    start: int
    end: int


class PatternIndex:
    """Many patterns, searched together: only those whose first word is there are tried."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._whole: dict[str, list[Pattern]] = {}
        self._beginning: dict[str, list[Pattern]] = {}
        for pattern in patterns:
            first = pattern.elements[0]
            for word in first.whole:
                self._whole.setdefault(word, []).append(pattern)
            for prefix in {b[:PREFIX] for b in first.beginnings}:
                self._beginning.setdefault(prefix, []).append(pattern)

    def knows(self, word: str) -> bool:
        """Whether some pattern begins with this word."""
        longer = self._beginning.get(word[:PREFIX], ())
        return word in self._whole or any(pattern.elements[0].accepts(word) for pattern in longer)

    def find(self, words: Sequence[str]) -> Iterator[Found]:
        for start, word in enumerate(words):
            tried = self._whole.get(word, ())
            for pattern in (*tried, *self._beginning.get(word[:PREFIX], ())):
                end = pattern.end(words, start)
                if end is not None:
                    yield Found(pattern, start, end)
