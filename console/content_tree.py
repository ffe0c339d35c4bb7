"""The content at a glance: every topic by module with its languages and what is to be done about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date

from console.content_files import CONTACTS, article_file
from console.wording import msg
from content import Catalog, Freshness
from content.files import SINGLE_FILES
from content.model import LOCALES, SOURCE_LOCALE, Locale
from content.table_files import FILES
from content.table_model import Tables
from storage.content_review import Draft

STATES: Mapping[str, str] = {
    "review": msg("menunggu persetujuan"),
    "draft": msg("rancangan"),
    "withheld": msg("ditahan"),
    "due": msg("perlu ditinjau"),
    "stale": msg("terjemahan tertinggal"),
    "untranslated": msg("belum diterjemahkan"),
}
MODULES: Mapping[str, str] = {
    "routes": msg("Jalur keberangkatan"),
    "skills": msg("Keterampilan"),
    "destinations": msg("Negara tujuan"),
    "protection": msg("Pelindungan"),
    "money": msg("Uang"),
    "return": msg("Pulang"),
}
FILE_NAMES: Mapping[str, str] = {
    "contacts.yml": msg("Kontak"),
    "tables/destinations.yml": msg("Negara dan upah"),
    "tables/documents.yml": msg("Dokumen"),
    "tables/red-flags.yml": msg("Tanda bahaya lowongan"),
    "tables/contract-clauses.yml": msg("Isi kontrak"),
    "tables/cost-items.yml": msg("Biaya"),
    "tables/kur.yml": msg("KUR"),
    "tables/tests.yml": msg("Ujian"),
    "tables/offices.yml": msg("Kantor"),
    "tables/agencies.csv": msg("P3MI"),
    "topics.yml": msg("Daftar topik"),
    "hosts.yml": msg("Situs yang boleh ditautkan"),
    "synonyms.yml": msg("Padanan kata untuk pencarian"),
    "glossary.yml": msg("Istilah yang harus sama"),
}


@dataclass(frozen=True, slots=True)
class Page:
    """One language of a topic."""

    locale: Locale
    file: str
    written: bool
    stale: bool
    native: bool
    draft: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """A line of the tree; `states` are those of STATES that it is in."""

    id: str
    title: str
    next_review: date
    pages: tuple[Page, ...]
    states: frozenset[str]
    danger: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """A file that is no article; `due` counts what is to be checked again."""

    file: str
    rows: int
    due: int
    draft: str


def tree(catalog: Catalog, drafts: Iterable[Draft], today: date, reader: str) -> dict[str, list[Topic]]:
    """Every topic by module, titles in the reader's language."""
    open_in = {draft.file: draft.state for draft in drafts}
    found: dict[str, list[Topic]] = {module: [] for module in catalog.modules}
    for topic, module in catalog.topics.items():
        found[module].append(_topic(catalog, topic, open_in, today, reader))
    return found


def _topic(catalog: Catalog, topic: str, open_in: Mapping[str, str], today: date, reader: str) -> Topic:
    source = catalog.article(topic, SOURCE_LOCALE)
    pages = tuple(_page(catalog, topic, locale, open_in) for locale in LOCALES)
    states = {page.draft for page in pages if page.draft}
    freshness = source.freshness(today)
    if freshness is not Freshness.FRESH:
        states.add(freshness.value)
    if any(page.stale for page in pages):
        states.add("stale")
    if not all(page.written for page in pages):
        states.add("untranslated")
    locale = next((each for each in LOCALES if each == reader), SOURCE_LOCALE)
    title = catalog.article(topic, locale).title
    return Topic(topic, title, source.next_review, pages, frozenset(states), source.danger)


def _page(catalog: Catalog, topic: str, locale: Locale, open_in: Mapping[str, str]) -> Page:
    file, article = article_file(catalog, topic, locale), catalog.articles.get((topic, locale))
    draft = open_in.get(file, "")
    if article is None:
        return Page(locale, file, False, False, False, draft)
    return Page(locale, file, True, article.stale, article.native_reviewed, draft)


def counted(modules: Mapping[str, list[Topic]]) -> dict[str, int]:
    """How many topics are in each state."""
    topics = [topic for listed in modules.values() for topic in listed]
    return {state: sum(state in topic.states for topic in topics) for state in STATES}


def other_files(catalog: Catalog, drafts: Iterable[Draft], today: date) -> list[Listed]:
    """Contacts, tables and the lists that articles are checked with."""
    open_in = {draft.file: draft.state for draft in drafts}
    counts = {
        CONTACTS: (len(catalog.contacts), sum(each.overdue(today) for each in catalog.contacts.values()))
    }
    for table in fields(Tables):
        rows = getattr(catalog.tables, table.name)
        old = sum(row.evidence.freshness(today) is not Freshness.FRESH for row in rows)
        counts[_file_of(table.name)] = (len(rows), old)
    names = (CONTACTS, *FILES, *(name for name in SINGLE_FILES if name != CONTACTS))
    return [Listed(name, *counts.get(name, (0, 0)), open_in.get(name, "")) for name in names]


def _file_of(table: str) -> str:
    """The file of a table, by its name in the catalog."""
    stem = f"tables/{table.replace('_', '-')}."
    return next(name for name in FILES if name.startswith(stem))
