"""Ways to spoil one file of the sound folder, and what the checks must say then."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import content
from tests.content import folder as sample

TODAY = date(2026, 11, 24)
VISA = sample.path_of("visa")
GOOD = sample.article("visa")

LINES = {line.split(":")[0]: number for number, line in enumerate(GOOD.split("\n"), start=1)}
"""The line of each key of the article."""


def line_with(part: str) -> int:
    return next(number for number, line in enumerate(GOOD.split("\n"), start=1) if part in line)


@dataclass(frozen=True)
class Broken:
    name: str
    spoil: Callable[[Path], object]
    file: str
    line: int
    what: str
    remedy: str = ""


def text(old: str, new: str, file: str = VISA) -> Callable[[Path], object]:
    def spoil(folder: Path) -> None:
        path = folder / file
        before = path.read_text()
        assert old in before
        path.write_text(before.replace(old, new, 1))

    return spoil


def raw(content: bytes, file: str = VISA) -> Callable[[Path], object]:
    def spoil(folder: Path) -> None:
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    return spoil


def link(target: str) -> Callable[[Path], object]:
    def spoil(folder: Path) -> None:
        (folder / VISA).unlink()
        (folder / VISA).symlink_to(target)

    return spoil


def address(url: str, shown: str = "tanda terima") -> Callable[[Path], object]:
    return text("[tanda terima](https://kp2mi.go.id/paspor)", f"[{shown}]({url})")


def assert_named(folder: Path, broken: Broken) -> None:
    """The spoiled folder gives an error that names file, line and remedy."""
    broken.spoil(folder)
    problems = content.check(folder, TODAY)
    fitting = [
        problem
        for problem in problems
        if (problem.file, problem.line) == (broken.file, broken.line)
        and broken.what in problem.what
        and broken.remedy in problem.remedy
    ]
    assert fitting, "\n".join(map(str, problems))
    assert fitting[0].is_error
    assert str(fitting[0]).startswith(f"{broken.file}:{broken.line}: ")
