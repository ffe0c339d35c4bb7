"""One table file: its sources once, by a short name, and rows that refer to them.

sources:
  uu18: {title: "UU 18/2017 pasal 15", url: "https://...", date: 2017-11-22, tier: law}
rows:
  - id: wage
    ...
    sources: [uu18]
    reviewed_on: 2026-11-24
    review_months: 12
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from content import yaml
from content.fields import ID, Fields, Report
from content.freshness import REVIEW_MONTHS
from content.model import Source, frozen
from content.problems import hint
from content.sources import read_source
from content.table_model import Evidence, Row, Texts

REQUIRED_LANGUAGES = ("id", "en")
EVIDENCE_FIELDS = ("sources", "reviewed_on", "review_months", "certain", "note")
SHAPE = "Write 'sources:' and 'rows:', as the other tables do"

R = TypeVar("R", bound=Row)
R_co = TypeVar("R_co", bound=Row, covariant=True)


@dataclass(frozen=True, slots=True)
class Placed(Generic[R_co]):
    """A row, the file and the line on which it starts, and the lines of its fields."""

    row: R_co
    file: str
    line: int
    lines: Mapping[str, int]

    def line_of(self, key: str) -> int:
        return self.lines.get(key, self.line)


class RowReader:
    """The fields of one row, with the sources of its file."""

    def __init__(
        self, node: yaml.Node, report: Report, known: Collection[str], name: str, sources: "SourceList"
    ) -> None:
        self.fields = Fields(node, report, (*known, *EVIDENCE_FIELDS), name)
        self._sources = sources

    def id(self) -> str:
        identity = self.fields.text("id", "Give it a short name of its own")
        if identity and not ID.fullmatch(identity):
            self.fields.wrong("id", f"is not valid: '{identity}'", "Use small letters, digits and hyphens")
        return identity

    def texts(self, key: str) -> Texts:
        return self.fields.texts(key, REQUIRED_LANGUAGES)

    def optional_texts(self, key: str) -> Texts:
        return self.texts(key) if self.fields.has(key) else frozen({})

    def words(self, key: str, known: Collection[str]) -> tuple[str, ...]:
        """A list of words out of the known ones; empty when the key is left out."""
        if not self.fields.has(key):
            return ()
        words = self.fields.words(key, f"List some of: {', '.join(known)}")
        for word in words:
            if word not in known:
                self.fields.wrong(key, f"has an unknown word: '{word}'", hint(word, known, "Remove it"))
        return words

    def evidence(self, review: Evidence | None = None) -> Evidence:
        """Sources and review; a part of a row is reviewed together with the row, `review`."""
        fields = self.fields
        certain = fields.flag("certain") if fields.has("certain") else True
        if not certain and not fields.has("note"):
            fields.wrong("certain", "is false, and nothing says why", 'Add \'note: {id: "...", en: "..."}\'')
        if review is not None:
            return Evidence(
                self._sources.named_by(fields),
                review.reviewed_on,
                review.review_months,
                certain,
                self.optional_texts("note"),
            )
        return Evidence(
            sources=self._sources.named_by(fields),
            reviewed_on=fields.day("reviewed_on"),
            review_months=int(fields.one_of("review_months", [str(months) for months in REVIEW_MONTHS])),
            certain=certain,
            note=self.optional_texts("note"),
        )


class SourceList:
    """The sources of a file by their short names; notes which of them a row has used."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._sources = sources
        self.unused = set(sources)

    def named_by(self, fields: Fields) -> tuple[Source, ...]:
        remedy = "Name at least one of the sources at the top of this file"
        names = fields.words("sources", remedy)
        if fields.has("sources") and not names:
            fields.wrong("sources", "is empty", remedy)
        for name in names:
            if name not in self._sources:
                fields.wrong(
                    "sources", f"names an unknown source: '{name}'", hint(name, self._sources, remedy)
                )
        self.unused -= set(names)
        return tuple(self._sources[name] for name in names if name in self._sources)


RowOf = Callable[[yaml.Node, Report, SourceList], R]


def read_table(
    file: str, root: yaml.Node | None, report: Report, read_row: RowOf[R]
) -> tuple[Placed[R], ...]:
    if not isinstance(root, yaml.Mapping):
        report(1, "This is not a table", SHAPE)
        return ()
    top = Fields(root, report, ("sources", "rows"), "a table")
    node = top.node("sources", SHAPE)
    described = node if isinstance(node, yaml.Mapping) else yaml.Mapping({}, {}, top.line)
    sources = {
        name: source
        for name, item in described.items.items()
        if (source := read_source(item, report)) is not None
    }
    known = SourceList(sources)
    rows = tuple(
        Placed(read_row(item, report, known), file, item.line, _key_lines(item))
        for item in top.items("rows", SHAPE)
    )
    for name in sorted(known.unused):
        report(described.key_lines[name], f"No row uses the source '{name}'", "Use it, or remove it")
    return rows


def _key_lines(node: yaml.Node) -> Mapping[str, int]:
    return node.key_lines if isinstance(node, yaml.Mapping) else frozen({})
