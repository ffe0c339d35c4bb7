"""One article file, read as far as it can be; everything wrong in it is reported at once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePosixPath

from content import frontmatter, markdown, yaml
from content.corrections import Correction, read_correction
from content.fields import ID, Fields, Report
from content.freshness import REVIEW_MONTHS
from content.hashing import digest
from content.model import LOCALES, SOURCE_LOCALE, Locale, Rich, Source
from content.recordings import Recording, read_recording, spoken_hash
from content.sections import Body, read_body
from content.sources import read_sources

SOURCE_FIELDS = (
    "title",
    "summary",
    "sources",
    "reviewed_on",
    "review_months",
    "owner",
    "related",
    "danger",
    "ask",
    "correction",
    "audio",
)
TRANSLATION_FIELDS = ("title", "summary", "source_hash", "native_reviewed", "audio")
OWNERS = ("penempatan", "kompetensi", "pelindungan", "keuangan", "pemberdayaan")
MISPLACED = "Put it into articles/<language>/<module>/<topic>.md"

FillFor = Callable[[Locale], markdown.Fill]


@dataclass(frozen=True, slots=True)
class Page:
    """An article file. In a translation the fields of the source only hold their defaults."""

    file: str
    locale: Locale
    module: str
    topic: str
    title: str
    summary: Rich
    summary_blocks: tuple[markdown.Block, ...]
    body: Body
    lines: dict[str, int]
    text_hash: str
    file_hash: str
    sources: tuple[Source, ...] = ()
    reviewed_on: date = date.min
    review_months: int = REVIEW_MONTHS[0]
    owner: str = ""
    related: tuple[str, ...] = ()
    danger: bool = False
    ask: str = ""
    source_hash: str = ""
    native_reviewed: bool = True
    correction: Correction | None = None
    recording: Recording | None = None
    notes: tuple[int, ...] = ()

    @property
    def is_source(self) -> bool:
        return self.locale == SOURCE_LOCALE

    @property
    def words(self) -> str:
        """Everything that is read: title, summary, headings and text."""
        sections = [placed.section for placed in self.body.sections]
        parts = [part for section in sections for part in (section.heading, section.body.text)]
        return "\n".join([self.title, self.summary.text, *parts])

    @property
    def spoken_hash(self) -> str:
        """Names the words that a recording of this page must say."""
        sections = [placed.section for placed in self.body.sections]
        return spoken_hash(self.title, self.summary.text, sections)

    def line_of(self, key: str) -> int:
        return self.lines.get(key, 1)


def read_page(file: str, text: str, fill_for: FillFor, report: Report) -> Page | None:
    """None when the file is no article at all, after reporting why."""
    place = _place(file, report)
    if place is None:
        return None
    locale, module, topic = place
    try:
        parts = frontmatter.split(text)
    except yaml.YamlError as error:
        report(error.line, error.what, error.remedy)
        return None
    known = SOURCE_FIELDS if locale == SOURCE_LOCALE else TRANSLATION_FIELDS
    fields = Fields(parts.front, report, known, "an article" if locale == SOURCE_LOCALE else "a translation")
    title = fields.text("title")
    raw_summary = fields.text("summary", "Write two or three sentences that are sent first")
    summary = _summary(fields, raw_summary, fill_for(locale))
    page = Page(
        file=file,
        locale=locale,
        module=module,
        topic=topic,
        title=title,
        summary=summary.rich,
        summary_blocks=summary.blocks,
        body=read_body(parts.body, parts.body_line, fill_for(locale), report),
        lines=fields.mapping.key_lines,
        text_hash=digest(title, raw_summary, parts.body),
        file_hash=digest(text),
        recording=read_recording(fields, locale, topic),
        notes=parts.notes,
    )
    return _with_source_fields(page, fields) if page.is_source else _with_translation_fields(page, fields)


def _with_source_fields(page: Page, fields: Fields) -> Page:
    related = fields.words("related", "Write two to four topic ids in [ ]")
    if fields.has("related") and not 2 <= len(set(related)) <= 4:
        fields.wrong("related", f"names {len(set(related))} topics", "Name two to four different topics")
    return replace(
        page,
        sources=read_sources(fields),
        reviewed_on=fields.day("reviewed_on"),
        review_months=int(fields.one_of("review_months", [str(months) for months in REVIEW_MONTHS])),
        owner=fields.one_of("owner", OWNERS),
        related=related,
        danger=fields.flag("danger"),
        ask=fields.text("ask", "Name the contact to ask, by its id in contacts.yml"),
        correction=read_correction(fields, page.topic),
    )


def _with_translation_fields(page: Page, fields: Fields) -> Page:
    return replace(
        page,
        source_hash=fields.text(
            "source_hash", "Write the hash of the Indonesian article that you translated"
        ),
        native_reviewed=fields.flag("native_reviewed"),
    )


def _summary(fields: Fields, raw: str, fill: markdown.Fill) -> markdown.Rendered:
    line = fields.mapping.items["summary"].line if raw else 1
    rendered = markdown.write(markdown.tokens(raw), line + ("\n" in raw), fill)
    for fault in rendered.faults:
        fields.report(fault.line, fault.what, fault.remedy)
    if rendered.links or any(span.kind not in ("bold", "italic") for span in rendered.rich.spans):
        fields.wrong("summary", "may only have bold text", "Move links and code into a section")
    return rendered


def _place(file: str, report: Report) -> tuple[Locale, str, str] | None:
    path = PurePosixPath(file)
    if len(path.parts) != 4 or path.suffix != ".md":
        report(1, "This file is not where an article can be", MISPLACED)
        return None
    _, locale, module, _ = path.parts
    if locale not in LOCALES:
        report(1, f"'{locale}' is not a language of Bekal", f"Use one of the folders {', '.join(LOCALES)}")
        return None
    if not ID.fullmatch(path.stem):
        report(1, f"'{path.stem}' is not a valid topic id", "Name the file after a topic, in small letters")
        return None
    return locale, module, path.stem
