"""What the content's checks say about a file that is not published yet, and at which field of a form."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import Lock

from console.content_spec import Field
from content import checks, files, recordings, yaml
from content.draft import read_files, version_of
from content.frontmatter import split
from content.problems import Problem

KEPT = 16
BODY = "body"
_KEY = re.compile(r"'([a-z_]+)' ")


class Checks:
    """Checks whole folders; remembers the last results, for pages are shown far more often than changed."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: OrderedDict[tuple[str, date], tuple[Problem, ...]] = OrderedDict()

    def problems(self, folder: Path, changed: Mapping[str, str], today: date) -> tuple[Problem, ...]:
        """Everything wrong in the folder as it would be with these files changed. Takes up to seconds."""
        found, unread = files.read(folder)
        found |= {name: text.encode() for name, text in changed.items()}
        sounds = recordings.read(folder)
        key = (version_of(found, sounds) + str(unread), today)
        with self._lock:
            if key not in self._known:
                self._known[key] = tuple(checks.problems(read_files(found, unread, sounds), today))
                while len(self._known) > KEPT:
                    self._known.popitem(last=False)
            self._known.move_to_end(key)
            return self._known[key]


@dataclass(frozen=True, slots=True)
class Note:
    """A problem at a field; `line` counts from the first line of the body, None elsewhere."""

    problem: Problem
    line: int | None = None


@dataclass(slots=True)
class Placed:
    """Problems by the name of the input that they belong to; `rest` are those of the file as a whole."""

    at: dict[str, list[Note]] = field(default_factory=dict)
    rest: list[Note] = field(default_factory=list)

    def of(self, name: str) -> list[Note]:
        """The problems of one input."""
        return self.at.get(name, [])


def on_page(problems: Iterable[Problem], fields: Sequence[Field], text: str) -> Placed:
    """The problems of an article file, at its fields."""
    placed = Placed()
    try:
        parts = split(text)
    except yaml.YamlError:
        placed.rest = [Note(problem) for problem in problems]
        return placed
    places = [(line, name) for line, name in _places(fields, parts.front, "")]
    for problem in problems:
        if problem.line >= parts.body_line:
            placed.at.setdefault(BODY, []).append(Note(problem, problem.line - parts.body_line + 1))
        elif _key_at(parts.front, problem.line) in {*(each.key for each in fields), ""}:
            _put(placed, problem, places, fields)
        else:
            placed.rest.append(Note(problem))  # a field that the form does not have
    return placed


def _key_at(front: yaml.Mapping, line: int) -> str:
    """The field of the block at the top that holds this line."""
    before = [(at, key) for key, at in front.key_lines.items() if at <= line]
    return max(before)[1] if before else ""


def on_row(problems: Iterable[Problem], fields: Sequence[Field], node: yaml.Mapping) -> Placed:
    """The problems of one row, at its fields."""
    placed, places = Placed(), list(_places(fields, node, ""))
    for problem in problems:
        _put(placed, problem, places, fields)
    return placed


def _put(
    placed: Placed, problem: Problem, places: Sequence[tuple[int, str]], fields: Sequence[Field]
) -> None:
    named = _KEY.match(problem.what)
    key = named[1] if named else ""
    lines = [line for line, _ in places if line <= problem.line]
    here = [name for line, name in places if lines and line == max(lines)]
    name = next((each for each in here if each.rpartition(".")[2] == key), None)
    if name is None and problem.line == 1 and key not in {each.key for each in fields}:
        placed.rest.append(Note(problem))
        return
    if name is None and key in {each.key for each in fields} and not any(n == key for _, n in places):
        name = key  # a field that is missing
    if name is None and here:
        name = here[0]
    if name is None:
        placed.rest.append(Note(problem))
    else:
        placed.at.setdefault(name, []).append(Note(problem))


def _places(fields: Sequence[Field], node: yaml.Node | None, prefix: str) -> Iterator[tuple[int, str]]:
    """On which line each input of a form stands in the file."""
    if not isinstance(node, yaml.Mapping):
        return
    for each in fields:
        if each.key not in node.items:
            continue
        name, value = f"{prefix}{each.key}", node.items[each.key]
        yield node.key_lines[each.key], name
        if each.kind in ("texts", "group"):
            yield from _places(each.fields, value, f"{name}.")
        elif each.kind == "items" and isinstance(value, yaml.Sequence):
            for number, item in enumerate(value.items):
                yield item.line, f"{name}.{number}"
                yield from _places(each.fields, item, f"{name}.{number}.")
