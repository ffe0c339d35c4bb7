"""What is different between two texts, line by line."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

AROUND = 2


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a comparison. `kind` is added, removed, same, or gap for lines left out."""

    kind: str
    text: str


_KINDS = {"+": "added", "-": "removed", " ": "same", "@": "gap"}


def compare(before: str, after: str) -> list[Line]:
    """The changed lines with a few around them; empty where nothing changed."""
    lines = difflib.unified_diff(before.split("\n"), after.split("\n"), n=AROUND, lineterm="")
    return [Line(_KINDS[line[0]], "" if line[0] == "@" else line[1:]) for line in list(lines)[2:]]
