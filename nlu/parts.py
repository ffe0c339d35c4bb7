"""A message in parts: courtesy around a question, stories around a question, two questions in one message."""

from collections.abc import Sequence

from nlu import lexicons

SHORTEST_QUESTION = 3


def without_courtesy(words: Sequence[str]) -> tuple[str, ...]:
    """The words without the courtesy at both ends: none if there is nothing else."""
    courtesy = lexicons.word_sets("talk.yml")["courtesy"]
    start, end = 0, len(words)
    while start < end and words[start] in courtesy:
        start += 1
    while end > start and words[end - 1] in courtesy:
        end -= 1
    return tuple(words[start:end])


def is_thanks(words: Sequence[str]) -> bool:
    """Thanks and nothing else, also behind "oke" and "sudah paham"."""
    talk = lexicons.word_sets("talk.yml")
    return bool(talk["thanks"] & set(words)) and all(w in talk["courtesy"] | talk["closing"] for w in words)


def questions(sentences: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """The parts that may each be a question: sentences, and what stands on both sides of a joint."""
    parts: list[tuple[str, ...]] = []
    for words in sentences:
        parts.extend(_halves(tuple(words)))
    return [part for part in parts if len(part) >= SHORTEST_QUESTION]


def _halves(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    joints = lexicons.word_sets("talk.yml")["joints"]
    for at in range(SHORTEST_QUESTION, len(words) - SHORTEST_QUESTION):
        if words[at] in joints:
            return [words[:at], *_halves(words[at + 1 :])]
    return [words]
