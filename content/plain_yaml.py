"""The plain shape of YAML that nearly all content files have, read in a tenth of the time.

ruamel needs seconds for a whole content folder. This reader takes only what can be read in one way: one key
or item a line, short lists and mappings within a line, literal blocks. At anything else it gives up, and
`content.yaml` asks ruamel, which also words the errors. What it does read, ruamel reads the same: a test
holds that.
"""

import re

from content.nodes import MAX_DEPTH, Mapping, Node, Scalar, Sequence

KEY = re.compile(r"([A-Za-z0-9][A-Za-z0-9_.-]{0,99}):(?: +(.*))?")
PLAIN = re.compile(r"[A-Za-z0-9(+/.](?:[^\s#:]|:(?=\S)|#| +(?=[^\s#]))*")
QUOTED = re.compile(r'"([^"\\]*)"|\'([^\']*)\'')
FLOW_TOKEN = re.compile(
    r" *(?:(?P<sign>[\[\]{},])"
    r"|(?P<key>[A-Za-z0-9][A-Za-z0-9_-]{0,99}): +(?=[^ ])"
    r'|"(?P<double>[^"\\]*)"(?= *[,\]}])'
    r"|'(?P<single>[^']*)'(?= *[,\]}])"
    r"|(?P<plain>[A-Za-z0-9(+/.](?:[^\s#:,\[\]{}\"']|:(?=[^\s,\[\]{}])| +(?=[^\s#:,\[\]{}\"']))*)"
    r"(?= *[,\]}]))"
)
# Tabs, exotic spaces and line ends, control characters: for ruamel to judge.
UNUSUAL = re.compile(r"[^\S\n ]|[\x00-\x09\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")


class GiveUp(Exception):
    """No error: ruamel reads on."""


def parse(text: str) -> Node | None:
    """The document, or None when ruamel must read it."""
    if UNUSUAL.search(text):
        return None
    try:
        return _Reader(text).document()
    except GiveUp:
        return None


class _Reader:
    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.at = 0

    def document(self) -> Node:
        if self.next_indent() != 0:
            raise GiveUp
        root = self.block(0, 0)
        if self.next_indent() is not None:
            raise GiveUp
        return root

    def next_indent(self) -> int | None:
        """Skip empty lines and comments; the indentation of the next line, None at the end."""
        while self.at < len(self.lines):
            stripped = self.lines[self.at].lstrip(" ")
            if stripped and not stripped.startswith("#"):
                return len(self.lines[self.at]) - len(stripped)
            self.at += 1
        return None

    def is_item(self, indent: int) -> bool:
        return self.lines[self.at].startswith("- ", indent)

    def block(self, indent: int, depth: int) -> Node:
        if depth >= MAX_DEPTH:
            raise GiveUp
        return self.sequence(indent, depth) if self.is_item(indent) else self.mapping(indent, depth)

    def sequence(self, indent: int, depth: int) -> Sequence:
        items: list[Node] = []
        first = self.at + 1
        while self.next_indent() == indent and self.is_item(indent):
            line = self.lines[self.at].rstrip(" ")
            rest = line[indent + 2 :].lstrip(" ")
            if KEY.fullmatch(rest):
                # The mapping starts on the line of its dash: read it as if the dash were not there.
                inner = len(line) - len(rest)
                self.lines[self.at] = " " * inner + rest
                items.append(self.block(inner, depth + 1))
            else:
                items.append(self.inline(rest, indent, depth + 1))
        return Sequence(tuple(items), first)

    def mapping(self, indent: int, depth: int) -> Mapping:
        items: dict[str, Node] = {}
        lines: dict[str, int] = {}
        first = self.at + 1
        while self.next_indent() == indent:
            match = KEY.fullmatch(self.lines[self.at].rstrip(" "), indent)
            if not match or match[1] in items:
                raise GiveUp
            lines[match[1]] = self.at + 1
            items[match[1]] = self.value(match[2], indent, depth + 1)
        return Mapping(items, lines, first)

    def value(self, rest: str | None, indent: int, depth: int) -> Node:
        if rest == "|":
            return self.literal(indent)
        if rest and not rest.startswith("#"):
            return self.inline(rest, indent, depth)
        self.at += 1
        inner = self.next_indent()
        if inner is None or inner < indent or (inner == indent and not self.is_item(inner)):
            raise GiveUp
        return self.block(inner, depth)

    def literal(self, indent: int) -> Scalar:
        start = end = self.at + 1
        first = self.lines[start] if start < len(self.lines) else ""
        inner = len(first) - len(first.lstrip(" "))
        if not first.strip(" ") or inner <= indent:
            raise GiveUp
        while end < len(self.lines) and (not self.lines[end] or self.lines[end].startswith(" " * inner)):
            end += 1
        following = self.lines[end] if end < len(self.lines) else ""
        if self.lines[end - 1] and end == len(self.lines):
            raise GiveUp  # no line end after the last line: rare enough
        if end < len(self.lines) and (
            not following.strip(" ") or len(following) - len(following.lstrip(" ")) > indent
        ):
            raise GiveUp
        self.at = end
        text = "\n".join(line[inner:] for line in self.lines[start:end]).rstrip("\n") + "\n"
        return Scalar(text, True, start)

    def inline(self, rest: str, indent: int, depth: int) -> Node:
        """The value that ends this line; the next line must not go on with it."""
        line = self.at + 1
        self.at += 1
        if (self.next_indent() or 0) > indent:
            raise GiveUp
        if match := QUOTED.fullmatch(rest):
            return Scalar(match[1] if match[1] is not None else match[2], True, line)
        if rest.startswith(("[", "{")):
            return _Flow(rest, line).whole(depth)
        if PLAIN.fullmatch(rest):
            return Scalar(rest, False, line)
        raise GiveUp


class _Flow:
    """[ ] and { } within one line."""

    def __init__(self, text: str, line: int) -> None:
        self.text, self.line, self.at = text, line, 0

    def next(self) -> tuple[str, str]:
        match = FLOW_TOKEN.match(self.text, self.at)
        if not match or not match.lastgroup:
            raise GiveUp
        self.at = match.end()
        return match.lastgroup, match[match.lastgroup]

    def whole(self, depth: int) -> Node:
        node = self.node(self.next(), depth)
        if self.at != len(self.text):
            raise GiveUp
        return node

    def node(self, token: tuple[str, str], depth: int) -> Node:
        kind, value = token
        if depth > MAX_DEPTH or kind == "key":
            raise GiveUp
        if kind != "sign":
            return Scalar(value, kind != "plain", self.line)
        if value == "[":
            return self.sequence(depth)
        if value == "{":
            return self.mapping(depth)
        raise GiveUp

    def sequence(self, depth: int) -> Sequence:
        items: list[Node] = []
        token = self.next()
        while token != ("sign", "]"):
            items.append(self.node(token, depth + 1))
            token = self.after_comma("]")
        return Sequence(tuple(items), self.line)

    def mapping(self, depth: int) -> Mapping:
        items: dict[str, Node] = {}
        token = self.next()
        while token != ("sign", "}"):
            kind, key = token
            if kind != "key" or key in items:
                raise GiveUp
            items[key] = self.node(self.next(), depth + 1)
            token = self.after_comma("}")
        return Mapping(items, dict.fromkeys(items, self.line), self.line)

    def after_comma(self, closing: str) -> tuple[str, str]:
        """The first token of the next entry, or the closing sign."""
        token = self.next()
        if token == ("sign", ","):
            token = self.next()
            if token[0] == "sign" and token[1] in "]},":
                raise GiveUp
        elif token != ("sign", closing):
            raise GiveUp
        return token
