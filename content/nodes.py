"""What a YAML file holds, with the line of everything. Lines count from 1."""

import re
from dataclasses import dataclass
from typing import TypeAlias

MAX_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Scalar:
    """`raw` is what was written ("0800" stays "0800"); `quoted` text is never a number or true."""

    raw: str
    quoted: bool
    line: int

    @property
    def value(self) -> str | int | bool | None:
        """The value by YAML 1.2's core rules; fractions and dates stay text."""
        if self.quoted:
            return self.raw
        if self.raw in ("", "~", "null", "Null", "NULL"):
            return None
        if self.raw in ("true", "True", "TRUE", "false", "False", "FALSE"):
            return self.raw.lower() == "true"
        if re.fullmatch(r"[-+]?[0-9]{1,18}", self.raw):
            return int(self.raw)
        return self.raw


@dataclass(frozen=True, slots=True)
class Sequence:
    items: "tuple[Node, ...]"
    line: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """`key_lines` tells where each key stands."""

    items: "dict[str, Node]"
    key_lines: dict[str, int]
    line: int


Node: TypeAlias = Scalar | Sequence | Mapping
