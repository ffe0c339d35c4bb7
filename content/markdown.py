"""Markdown into plain text with formatting, in code points; never into HTML.

Allowed: paragraphs, bold, italic, code, links, lists, headings. All else is reported, not guessed at.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from content.model import Rich, Span, SpanKind

Fill = Callable[[str], str]
"""Gets what stands between {{ and }}; returns the text to show, or raises UnknownPlaceholder."""

PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
MARKUP = re.compile(r"[\\`*_!\[\]<>&\n]")
"""Every sign that a rule of inline Markdown starts with."""
TABLE = re.compile(r"^ *\|?(?: *:?-+:? *\|)+ *(?::?-+:?)? *$", re.MULTILINE)
"""The line under the head of a table."""
BULLET = "• "
INDENT = "   "

REFUSED = {
    "html_block": ("HTML is not allowed", "Write plain Markdown"),
    "html_inline": ("HTML is not allowed", "Write plain Markdown, or '`<`' for the sign itself"),
    "image": ("Pictures are not allowed", "Say it in words"),
    "table": ("Tables are not allowed: a phone cannot show them", "Write a list"),
    "fence": ("Code blocks are not allowed", "Write a paragraph"),
    "code_block": ("This line is indented like a code block", "Remove the spaces at its start"),
    "blockquote_open": ("Quotations with '>' are not allowed", "Write a paragraph"),
    "hr": ("Lines across the page are not allowed", "Start a new section with '## '"),
}
OPENING: dict[str, SpanKind] = {"strong_open": "bold", "em_open": "italic", "link_open": "link"}


@dataclass(frozen=True, slots=True)
class Fault:
    line: int
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Link:
    """`text` is what is shown for it."""

    line: int
    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list item or heading as written, for the checks of wording."""

    line: int
    source: str


@dataclass(frozen=True, slots=True)
class Rendered:
    rich: Rich
    faults: tuple[Fault, ...]
    links: tuple[Link, ...]
    blocks: tuple[Block, ...]


class UnknownPlaceholder(LookupError):
    """The argument says what to write instead."""


def _fill_nothing(name: str) -> str:
    raise UnknownPlaceholder("Remove it")


class MarkdownError(ValueError):
    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"line {fault.line}: {fault.what}" for fault in faults))


class _Parser(MarkdownIt):
    """Leaves addresses as they were written and hides none of them, so that the checks see all."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 (their name)
        return True

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        return url


def _inline(state: StateCore) -> None:
    """The parser's own step, but plain words, which most paragraphs are, skip it: that halves its time."""
    for token in state.tokens:
        if token.type == "inline":
            token.children = []
            if MARKUP.search(token.content):
                state.md.inline.parse(token.content, state.md, state.env, token.children)
            elif token.content:
                token.children.append(Token("text", "", 0, content=token.content))


_parser = _Parser("commonmark", {"maxNesting": 20}).disable(["reference", "lheading"])
_parser.core.ruler.at("inline", _inline)


def render(markdown: str) -> Rich:
    """Raises MarkdownError for what is not allowed."""
    rendered = write(tokens(markdown))
    if rendered.faults:
        raise MarkdownError(rendered.faults)
    return rendered.rich


def tokens(markdown: str) -> list[Token]:
    return _parser.parse(markdown)


def write(stream: Sequence[Token], first_line: int = 1, fill: Fill | None = None) -> Rendered:
    """Render block tokens; `first_line` is the line of the file on which the parsed text starts."""
    writer = _Writer(first_line, fill or _fill_nothing)
    for token in stream:
        writer.block(token)
    spans = sorted(writer.spans, key=lambda span: (span.offset, -span.length))
    rich = Rich("".join(writer.out), tuple(spans))
    return Rendered(rich, tuple(writer.faults), tuple(writer.links), tuple(writer.blocks))


@dataclass(slots=True)
class _List:
    next_number: int | None
    marker: str = ""


@dataclass(slots=True)
class _Writer:
    first_line: int
    fill: Fill
    out: list[str] = field(default_factory=list)
    length: int = 0
    spans: list[Span] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    lists: list[_List] = field(default_factory=list)
    line: int = 0
    gap: str = ""
    after_paragraph: bool = False
    in_heading: bool = False

    def block(self, token: Token) -> None:
        if token.map:
            self.line = self.first_line + token.map[0]
        if token.type in REFUSED:
            self.refuse(token.type)
        elif token.type == "heading_open":
            self.in_heading, self.gap = True, "\n\n"
        elif token.type == "heading_close":
            self.in_heading, self.gap = False, "\n"
        elif token.type == "paragraph_open" and not self.lists:
            self.gap = self.gap if self.gap == "\n" else "\n\n"
        elif token.type == "paragraph_close":
            self.gap, self.after_paragraph = "", not self.lists
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            self.open_list(token)
        elif token.type == "list_item_open":
            self.open_item()
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            self.lists.pop()
            self.after_paragraph = False
        elif token.type == "inline":
            self.inline(token)

    def open_list(self, token: Token) -> None:
        if not self.lists and self.gap != "\n":
            self.gap = "\n" if self.after_paragraph else "\n\n"
        start = int(token.attrGet("start") or 1) if token.type == "ordered_list_open" else None
        self.lists.append(_List(start))

    def open_item(self) -> None:
        current = self.lists[-1]
        current.marker = BULLET
        if current.next_number is not None:
            current.marker = f"{current.next_number}. "
            current.next_number += 1

    def inline(self, token: Token) -> None:
        self.blocks.append(Block(self.line, token.content))
        if "|" in token.content and TABLE.search(token.content):
            self.refuse("table")
        if self.length:
            self.put(self.gap or "\n")
        self.gap = ""
        if self.lists:
            current = self.lists[-1]
            self.put(INDENT * (len(self.lists) - 1) + (current.marker or INDENT))
            current.marker = ""
        start = self.length
        self.children(token.children or [])
        if self.in_heading:
            self.span("bold", start)

    def children(self, children: Sequence[Token]) -> None:
        opened: list[tuple[SpanKind, int, int, str | None]] = []
        for token in children:
            if token.type == "text":
                self.text(token.content)
            elif token.type in ("softbreak", "hardbreak"):
                self.put(" " if token.type == "softbreak" else "\n")
                self.line += 1
            elif token.type == "code_inline":
                start = self.length
                self.put(token.content)
                self.span("code", start)
            elif token.type in OPENING:
                opened.append((OPENING[token.type], self.length, len(self.out), self.address(token)))
            elif token.type in ("strong_close", "em_close", "link_close"):
                kind, start, piece, url = opened.pop()
                if url is not None:
                    self.link(url, "".join(self.out[piece:]))
                self.span(kind, start, url)
            elif token.type in REFUSED:
                self.refuse(token.type)

    def address(self, token: Token) -> str | None:
        if token.type != "link_open":
            return None
        if token.markup == "autolink":
            self.fault("Bare addresses are not allowed", "Write [text](https://...)")
        return str(token.attrGet("href") or "")

    def link(self, url: str, text: str) -> None:
        self.links.append(Link(self.line, url, text))
        if not text.strip():
            self.fault("This link has no text", "Write [text](https://...)")

    def text(self, text: str) -> None:
        last = 0
        for match in PLACEHOLDER.finditer(text):
            self.put(text[last : match.start()])
            try:
                self.put(self.fill(match[1]))
            except UnknownPlaceholder as unknown:
                self.fault(f"'{match[0]}' is unknown", str(unknown))
            last = match.end()
        self.put(text[last:])

    def put(self, text: str) -> None:
        self.out.append(text)
        self.length += len(text)

    def span(self, kind: SpanKind, start: int, url: str | None = None) -> None:
        if self.length > start:
            self.spans.append(Span(kind, start, self.length - start, url))

    def refuse(self, kind: str) -> None:
        self.fault(*REFUSED[kind])

    def fault(self, what: str, remedy: str) -> None:
        self.faults.append(Fault(self.line, what, remedy))
