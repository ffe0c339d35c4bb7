"""What is wrong with content files, told so that staff can mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import process


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to mend. `file` is relative to the content folder; `line` counts from 1."""

    file: str
    line: int
    what: str
    remedy: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}. {self.remedy}."

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR


class ContentError(Exception):
    """The content cannot be served; `problems` holds every error of every file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(map(str, self.problems)))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that somebody who wrote `word` probably meant."""
    found = process.extractOne(word, list(known), score_cutoff=75)
    return found[0] if found else None


def hint(word: str, known: Iterable[str], otherwise: str) -> str:
    """The remedy for an unknown name: "Did you mean ...?", or `otherwise` when nothing is near."""
    guess = nearest(word, known)
    return f"Did you mean '{guess}'? Otherwise: {otherwise}" if guess else otherwise
