"""What staff must look at: one row a topic."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from content.draft import Draft, read
from content.freshness import Freshness, freshness_of, next_review
from content.model import LOCALES, SOURCE_LOCALE, Locale


@dataclass(frozen=True, slots=True)
class TopicStatus:
    """Without an Indonesian article dates and freshness are None; `stale` are translations behind it."""

    topic: str
    module: str
    locales: tuple[Locale, ...]
    sources: int
    reviewed_on: date | None
    next_review: date | None
    freshness: Freshness | None
    stale: tuple[Locale, ...]
    not_native_reviewed: tuple[Locale, ...]


def status(folder: Path, today: date) -> list[TopicStatus]:
    """One row for every topic in the order of topics.yml; broken files count as absent."""
    return of_draft(read(folder), today)


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
    )
