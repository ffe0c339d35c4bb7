"""YAML parts of content files, changed in place: comments, quotes and the order of lines stay as they were.

Only the part that is changed is written anew, so the rest of a file stays the same to the byte. Texts are
read by the content's own strict reader first: what it refuses never gets here.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.representer import RoundTripRepresenter

from content import yaml
from content.frontmatter import FENCE

LONG = 1_000_000
_DASH = re.compile(r" *- +")


class CannotEdit(ValueError):
    """The text is not in the shape that a form can show; `line` and the reason stand in the cause, if any."""


@dataclass(frozen=True, slots=True)
class Front:
    """An article file: the mapping at its top, and its body as it is written."""

    fields: CommentedMap
    body: str

    def text(self) -> str:
        body = self.body if self.body.endswith("\n") else self.body + "\n"
        return f"{FENCE}\n{dump(self.fields)}{FENCE}\n{body}"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a list as it is read, and the lines of the file on which it stands (counted from 0)."""

    node: yaml.Mapping
    first: int
    end: int
    indent: int
    lines: tuple[str, ...]

    def fields(self) -> CommentedMap:
        """The row, to be changed. Raises CannotEdit."""
        own = [" " * self.indent + self.lines[0][self.indent :], *self.lines[1:]]
        return load("\n".join(line[self.indent :] for line in own) + "\n")

    def said(self, key: str) -> str:
        """A field in short: its text, its Indonesian text, or its words; "" where it is none of these."""
        return _said(self.node.items.get(key))


def front(text: str) -> Front:
    """The parts of an article file. Raises CannotEdit."""
    lines = text.split("\n")
    fences = [number for number, line in enumerate(lines) if line.rstrip() == FENCE]
    if len(fences) < 2 or fences[0] != 0:
        raise CannotEdit("no block at the top")
    fields = load("\n".join(lines[1 : fences[1]]) + "\n")
    return Front(fields, "\n".join(lines[fences[1] + 1 :]))


def rows(text: str) -> list[Row]:
    """The rows of a list, or of the list under `rows`. Raises CannotEdit."""
    items, lines = _items(text), text.split("\n")
    ends = [item.line - 1 for item in items[1:]] + [len(lines)]
    found = []
    for item, end in zip(items, ends, strict=True):
        first, dash = item.line - 1, _DASH.match(lines[item.line - 1])
        if dash is None:
            raise CannotEdit("a row that does not start with a dash")
        # Comments and empty lines after a row belong to the next one, or to the file.
        while not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#"):
            end -= 1
        found.append(Row(item, first, end, dash.end(), tuple(lines[first:end])))
    return found


def with_row(text: str, row: Row, fields: CommentedMap | None) -> str:
    """The file with this row changed; None takes it out."""
    lines = text.split("\n")
    new = _listed(fields, row.indent) if fields is not None else []
    after = row.end
    if fields is None and after < len(lines) and not lines[after].strip():
        after += 1
    return "\n".join([*lines[: row.first], *new, *lines[after:]])


def with_new_row(text: str, fields: CommentedMap) -> str:
    """The file with one more row, at the end. Raises CannotEdit."""
    there = rows(text)
    if not there:
        raise CannotEdit("no row to put it below")
    last, lines = there[-1], text.split("\n")
    between = [""] if len(there) > 1 and not lines[there[-1].first - 1].strip() else []
    return "\n".join([*lines[: last.end], *between, *_listed(fields, last.indent), *lines[last.end :]])


def load(text: str) -> CommentedMap:
    """A mapping that remembers how it is written. Raises CannotEdit."""
    try:
        yaml.parse(text)
    except yaml.YamlError as error:
        raise CannotEdit("unreadable") from error
    loaded = _round_trip().load(text)
    if not isinstance(loaded, CommentedMap):
        raise CannotEdit("no mapping")
    return loaded


def dump(fields: CommentedMap) -> str:
    """The mapping as it is written."""
    out = io.StringIO()
    _round_trip().dump(fields, out)
    return out.getvalue()


def _items(text: str) -> list[yaml.Mapping]:
    try:
        root = yaml.parse(text)
    except yaml.YamlError as error:
        raise CannotEdit("unreadable") from error
    items = root.items.get("rows") if isinstance(root, yaml.Mapping) else root
    if not isinstance(items, yaml.Sequence):
        raise CannotEdit("no list of rows")
    found = [item for item in items.items if isinstance(item, yaml.Mapping)]
    if len(found) != len(items.items) or len({item.line for item in found}) != len(found):
        raise CannotEdit("no list of rows, each on its own lines")
    return found


def _said(node: yaml.Node | None) -> str:
    if isinstance(node, yaml.Scalar):
        return "" if node.value is None else node.raw.strip()
    if isinstance(node, yaml.Mapping):
        return _said(node.items.get("id"))
    if isinstance(node, yaml.Sequence):
        parts = (
            item.items.get("number", item) if isinstance(item, yaml.Mapping) else item for item in node.items
        )
        return ", ".join(_said(part) for part in parts if isinstance(part, yaml.Scalar))
    return ""


def _listed(fields: CommentedMap, indent: int) -> list[str]:
    """A row as lines of a list whose content starts in this column."""
    first, *rest = dump(fields).rstrip("\n").split("\n")
    return [f"{' ' * (indent - 2)}- {first}", *(" " * indent + line if line else "" for line in rest)]


def _round_trip() -> YAML:
    handler = YAML()
    handler.Representer = _Representer
    handler.preserve_quotes = True
    handler.width = LONG
    handler.indent(mapping=2, sequence=4, offset=2)
    return handler


class _Representer(RoundTripRepresenter):
    """Nothing is written as the files of the content write it."""


_Representer.add_representer(
    type(None), lambda representer, _: representer.represent_scalar("tag:yaml.org,2002:null", "null")
)


def empty_like(items: Any) -> CommentedMap:
    """A mapping written the way its neighbours are: within a line, or one field a line."""
    made = CommentedMap()
    neighbour = next((each for each in items if isinstance(each, CommentedMap)), None)
    if neighbour is not None and neighbour.fa.flow_style():
        made.fa.set_flow_style()
    return made
