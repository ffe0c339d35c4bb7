"""The body of an article, cut into its `##` sections."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markdown_it.token import Token

from content import countries, markdown
from content.fields import Report
from content.model import Section
from content.problems import hint

ATTRIBUTE = re.compile(r"\s*(?<!\{)\{([^{}]*)\}\s*$")
EXAMPLE = "Write it like '## Gaji {destination=TW}' or '{destination=JP,KR}'"


@dataclass(frozen=True, slots=True)
class PlacedSection:
    section: Section
    line: int


@dataclass(frozen=True, slots=True)
class Body:
    sections: tuple[PlacedSection, ...]
    links: tuple[markdown.Link, ...]
    blocks: tuple[markdown.Block, ...]


def read_body(text: str, first_line: int, fill: markdown.Fill, report: Report) -> Body:
    """Render every section; `first_line` is the line of the file on which `text` starts."""
    stream = markdown.tokens(text)
    starts = [
        index for index, token in enumerate(stream) if token.type == "heading_open" and token.tag == "h2"
    ]
    sections: list[PlacedSection] = []
    links: list[markdown.Link] = []
    blocks: list[markdown.Block] = []
    before = stream[: starts[0]] if starts else stream
    if before:
        line = first_line + (before[0].map or [0])[0]
        report(line, "This text stands in no section", "Put a heading '## ...' above it")
    for start, end in pairwise([*starts, len(stream)]):
        line = first_line + (stream[start].map or [0])[0]
        heading, destinations = _heading(stream[start + 1].content, line, report)
        content = stream[start + 3 : end]
        _refuse_titles(content, first_line, report)
        rendered = markdown.write(content, first_line, fill)
        for fault in rendered.faults:
            report(fault.line, fault.what, fault.remedy)
        sections.append(PlacedSection(Section(heading, destinations, rendered.rich), line))
        links += rendered.links
        blocks += [markdown.Block(line, heading), *rendered.blocks]
    return Body(tuple(sections), tuple(links), tuple(blocks))


def _refuse_titles(stream: Sequence[Token], first_line: int, report: Report) -> None:
    for token in stream:
        if token.type == "heading_open" and token.tag == "h1":
            line = first_line + (token.map or [0])[0]
            report(line, "A heading with a single '#'", "Use '##' for a section; the title stands at the top")


def _heading(source: str, line: int, report: Report) -> tuple[str, frozenset[str]]:
    match = ATTRIBUTE.search(source)
    text = source[: match.start()] if match else source
    heading = re.sub(r"[*`]|(?<!\w)_|_(?!\w)", "", text).strip()
    if "{" in text or "}" in text:
        report(line, "The braces in this heading are not closed or not known", EXAMPLE)
    elif not heading:
        report(line, "This section has an empty heading", "Write what the section is about after '##'")
    if not match:
        return heading, frozenset()
    key, _, value = match[1].partition("=")
    if key.strip() != "destination":
        report(
            line, f"'{key.strip()}' is not known in a heading", hint(key.strip(), ["destination"], EXAMPLE)
        )
        return heading, frozenset()
    destinations = [code.strip() for code in value.split(",")]
    for code in destinations:
        if code not in countries.codes():
            remedy = "Use the two capital letters of the country, e.g. TW, or ME for the Middle East"
            report(line, f"'{code}' is not a country code", remedy)
    return heading, frozenset(destinations)
