"""What staff must look at: one row a topic, and the sums."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from content import table_checks
from content.draft import Draft, read
from content.freshness import Freshness, freshness_of, next_review
from content.model import LOCALES, SOURCE_LOCALE, Locale


@dataclass(frozen=True, slots=True)
class TopicStatus:
    """Without an Indonesian article dates and freshness are None; `stale` are translations behind it.

    `recorded` are the languages with a recording of the text as it is now.
    """

    topic: str
    module: str
    locales: tuple[Locale, ...]
    sources: int
    reviewed_on: date | None
    next_review: date | None
    freshness: Freshness | None
    stale: tuple[Locale, ...]
    not_native_reviewed: tuple[Locale, ...]
    recorded: tuple[Locale, ...] = ()

    @property
    def untranslated(self) -> tuple[Locale, ...]:
        return tuple(locale for locale in LOCALES if locale not in self.locales)


@dataclass(frozen=True, slots=True)
class Due:
    """A contact or a row of a table whose check is due; `since` is the day from which it is."""

    file: str
    name: str
    since: date


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything at a glance. `tiers` counts the sources of the Indonesian articles by their kind."""

    today: date
    topics: tuple[TopicStatus, ...]
    due: tuple[Due, ...]
    tiers: Mapping[str, int]
    table_rows: int
    uncertain_rows: int


def status(folder: Path, today: date) -> list[TopicStatus]:
    """One row for every topic in the order of topics.yml; broken files count as absent."""
    return of_draft(read(folder), today)


def overview(draft: Draft, today: date) -> Overview:
    contacts = [
        Due("contacts.yml", placed.contact.name, placed.contact.next_check)
        for placed in draft.contacts
        if placed.contact.checked_on != date.min and placed.contact.overdue(today)
    ]
    rows = [
        Due(placed.file, placed.row.id, placed.row.evidence.next_review)
        for placed in draft.rows
        if placed.row.evidence.reviewed_on != date.min
        and placed.row.evidence.freshness(today) is not Freshness.FRESH
    ]
    return Overview(
        today=today,
        topics=tuple(of_draft(draft, today)),
        due=(*contacts, *rows),
        tiers=Counter(source.tier for page in draft.pages for source in page.sources),
        table_rows=len(draft.rows),
        uncertain_rows=table_checks.uncertain(draft.rows),
    )


def of_draft(draft: Draft, today: date) -> list[TopicStatus]:
    return [_row(draft, topic, module, today) for topic, module in draft.topics.articles.items()]


def _row(draft: Draft, topic: str, module: str, today: date) -> TopicStatus:
    pages = {page.locale: page for page in draft.pages if page.topic == topic and page.module == module}
    source = pages.get(SOURCE_LOCALE)
    reviewed = source is not None and source.reviewed_on != date.min
    translations = [page for page in pages.values() if not page.is_source]
    return TopicStatus(
        topic=topic,
        module=module,
        locales=tuple(locale for locale in LOCALES if locale in pages),
        sources=len(source.sources) if source else 0,
        reviewed_on=source.reviewed_on if source and reviewed else None,
        next_review=next_review(source.reviewed_on, source.review_months) if source and reviewed else None,
        freshness=freshness_of(source.reviewed_on, source.review_months, today)
        if source and reviewed
        else None,
        stale=tuple(
            page.locale for page in translations if not source or page.source_hash != source.text_hash
        ),
        not_native_reviewed=tuple(page.locale for page in translations if not page.native_reviewed),
        recorded=tuple(
            page.locale
            for page in pages.values()
            if page.recording and page.recording.text_hash == page.spoken_hash
        ),
    )
