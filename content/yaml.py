"""A small, strict part of YAML 1.2, with the line of everything.

Anchors, aliases, tags, merge keys and duplicate keys are refused: nobody needs them in these files, and
they are how a short file becomes a huge or a dangerous one. `no` and `on` are text.
"""

from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from content import plain_yaml
from content.nodes import MAX_DEPTH, Mapping, Node, Scalar, Sequence

__all__ = ["Mapping", "Node", "Scalar", "Sequence", "YamlError", "parse"]


class YamlError(ValueError):
    """`line` counts from 1 within the text given."""

    def __init__(self, line: int, what: str, remedy: str) -> None:
        self.line, self.what, self.remedy = line, what, remedy
        super().__init__(f"line {line}: {what}. {remedy}.")


def parse(text: str) -> Node | None:
    """Read one document; None when it is empty. Raises YamlError."""
    return plain_yaml.parse(text) or parse_with_ruamel(text)


def parse_with_ruamel(text: str) -> Node | None:
    """The same for any shape of YAML, and with words for what is wrong."""
    reader = YAML(typ="safe", pure=True)
    reader.version = (1, 2)
    try:
        return _document(iter(reader.parse(text)))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        what = f"This is not valid YAML ({error.problem or error.context or 'unreadable'})".replace("\n", " ")
        raise YamlError(
            line,
            what,
            "Check the indentation, put text with ':' or '#' in quotes, "
            "and look above this line for a quote that is not closed",
        ) from error
    except YAMLError as error:
        what = " ".join(f"This is not valid YAML ({error})".split())
        raise YamlError(1, what, "Remove unusual characters") from error


def _document(events: Iterator[Any]) -> Node | None:
    root: Node | None = None
    seen = False
    for event in events:
        kind = type(event).__name__
        if kind == "DocumentStartEvent":
            if seen:
                raise YamlError(_line(event), "A second YAML document starts here", "Remove the '---' line")
            seen = True
            if event.tags or event.version:
                raise YamlError(_line(event), "YAML directives are not allowed", "Remove the line with '%'")
        elif kind.endswith(("StartEvent", "ScalarEvent", "AliasEvent")) and kind != "StreamStartEvent":
            root = _node(event, events, 0)
    empty = isinstance(root, Scalar) and root.raw == "" and not root.quoted
    return None if empty else root


def _node(event: Any, events: Iterator[Any], depth: int) -> Node:
    kind, line = type(event).__name__, _line(event)
    if kind == "AliasEvent" or event.anchor is not None:
        raise YamlError(line, "Anchors and aliases (& and *) are not allowed", "Write the value out")
    if event.tag is not None:
        raise YamlError(line, f"Tags such as {event.tag} are not allowed", "Remove it, or quote the text")
    if depth > MAX_DEPTH:
        raise YamlError(line, "This is nested too deeply", "Bring the values closer to the left")
    if kind == "ScalarEvent":
        return Scalar(event.value, event.style is not None, line)
    if kind == "SequenceStartEvent":
        items: list[Node] = []
        while type(child := next(events)).__name__ != "SequenceEndEvent":
            items.append(_node(child, events, depth + 1))
        return Sequence(tuple(items), line)
    return _mapping(line, events, depth)


def _mapping(line: int, events: Iterator[Any], depth: int) -> Mapping:
    items: dict[str, Node] = {}
    lines: dict[str, int] = {}
    while type(child := next(events)).__name__ != "MappingEndEvent":
        key = _node(child, events, depth + 1)
        if not isinstance(key, Scalar):
            raise YamlError(key.line, "A key must be a plain word", "Write 'name: value'")
        if key.raw == "<<" and not key.quoted:
            raise YamlError(key.line, "Merge keys (<<) are not allowed", "Write the values out")
        if key.raw in items:
            what = f"'{key.raw}' is written twice (first on line {lines[key.raw]})"
            raise YamlError(key.line, what, "Remove one of the two")
        lines[key.raw] = key.line
        items[key.raw] = _node(next(events), events, depth + 1)
    return Mapping(items, lines, line)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1
