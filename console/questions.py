"""Questions that the bot did not understand: put together by likeness, and made ready to be learned from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from console.wording import msg
from content.writing import article_text
from storage import MaskedText, mask
from storage.masking_tags import TAGS
from storage.questions import Question

MOST = 500  # of the newest questions of a kind, to be grouped
AT_ONCE = 40  # questions of a group on one page
LONGEST = 200  # characters of an example
OUT_OF_SCOPE = "out-of-scope"
LANGUAGES = {
    "id": "Indonesia",
    "jv": "Jawa",
    "su": "Sunda",
    "en": "English",
    "ms": "Melayu",
    "mad": "Madura",
    "sas": "Sasak",
}
KIND_NAMES = {
    "unanswered": msg("Tidak terjawab"),
    "unsure": msg("Kurang yakin"),
    "not-helpful": msg("Tidak membantu"),
}
DEEDS = {
    "examples": msg("contoh untuk"),
    "topic": msg("usulan topik"),
    "nothing": msg("tidak perlu apa-apa"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that ask the same, newest first."""

    questions: tuple[Question, ...]

    @property
    def newest(self) -> datetime:
        return self.questions[0].at

    @property
    def id(self) -> int:
        """The oldest question: it stays while new ones join."""
        return min(question.id for question in self.questions)

    @property
    def languages(self) -> tuple[str, ...]:
        """The commonest first."""
        seen = Counter(question.language for question in self.questions if question.language)
        return tuple(code for code, _ in seen.most_common())

    @property
    def guess(self) -> str | None:
        """The topic that the bot thought of most, or answered with."""
        seen = Counter(
            question.topic if question.topic != OUT_OF_SCOPE else _second(question)
            for question in self.questions
        )
        seen.pop(None, None)
        return seen.most_common(1)[0][0] if seen else None


def grouped(questions: Sequence[Question], places: Sequence[Sequence[int]]) -> list[Group]:
    """The groups whose `places` in `questions` (newest first) are given, in the same order."""
    return [Group(tuple(questions[place] for place in sorted(group))) for group in places]


def sentence(text: str) -> MaskedText:
    """A line of training data made of what somebody wrote: masked, on one line, without the tags of masking.

    A tag says nothing of the question, and its letters would be learned as a word.
    """
    masked = str(mask(" ".join(text.split())))
    for tag in TAGS:
        masked = masked.replace(tag, " ")
    printable = "".join(char for char in masked if char.isprintable())
    return mask(" ".join(printable.split())[:LONGEST].strip())


def topic_draft(module: str, questions: Sequence[Question], today: date) -> str:
    """The skeleton of an article for a new topic, with the questions that it shall answer as notes."""
    notes = "".join(f"%% {sentence(question.text)}\n" for question in questions)
    return f"{article_text(module, today).rstrip()}\n\n{notes}"


def _second(question: Question) -> str | None:
    return next((topic for topic, _ in question.ranking if topic != OUT_OF_SCOPE), None)
