"""A content folder into a Catalog."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from content import checks
from content.catalog import Catalog
from content.corrections import Correction, History
from content.draft import Draft, read
from content.hashing import digest
from content.model import SOURCE_LOCALE, Article, Audio, frozen
from content.pages import Page
from content.problems import ContentError, Problem
from content.search import LazyIndex
from content.table_files import tables_of

NOTHING_SERVED = History()


def load(folder: Path) -> Catalog:
    """Raises ContentError with every error. The clock plays no part: what loads today loads tomorrow."""
    return build(read(folder))


def check(folder: Path, today: date) -> list[Problem]:
    """Everything wrong in the folder, errors and warnings, in the order of files and lines."""
    return checks.problems(read(folder), today)


def build(draft: Draft, served: History = NOTHING_SERVED) -> Catalog:
    """Raises ContentError with every error. `served` are the versions before this one."""
    if errors := checks.errors(draft):
        raise ContentError(errors)
    sources = {page.topic: page for page in draft.pages if page.is_source}
    articles = [article_of(page, sources[page.topic]) for page in draft.pages]
    corrections = [page.correction for page in sources.values() if page.correction]
    history = served.serving(draft.version, [correction.key for correction in corrections])
    return Catalog(
        modules=draft.topics.modules,
        topics=draft.topics.articles,
        service_topics=draft.topics.service,
        contacts=frozen({placed.contact.id: placed.contact for placed in draft.contacts}),
        version=draft.version,
        articles=frozen({(article.topic, article.locale): article for article in articles}),
        tables=tables_of(draft.rows),
        corrections=frozen({one.topic: _placed(one, history) for one in corrections}),
        history=history,
        lazy_index=LazyIndex(articles, draft.synonyms),
    )


def article_of(page: Page, source: Page) -> Article:
    """Dates, sources and the like come from the Indonesian source, the words from the page."""
    sections = tuple(placed.section for placed in page.body.sections)
    return Article(
        topic=page.topic,
        module=page.module,
        locale=page.locale,
        title=page.title,
        summary=page.summary,
        sections=sections,
        sources=source.sources,
        reviewed_on=source.reviewed_on,
        review_months=source.review_months,
        owner=source.owner,
        related=source.related,
        danger=source.danger,
        ask=source.ask,
        version=digest(
            source.file_hash, page.file_hash, page.summary.text, *(part.body.text for part in sections)
        ),
        text_hash=page.text_hash,
        native_reviewed=page.native_reviewed,
        stale=page.locale != SOURCE_LOCALE and page.source_hash != source.text_hash,
        audio=_audio(page),
    )


def _audio(page: Page) -> Audio | None:
    """None for a recording that says an older text: hearing and reading must agree."""
    recording = page.recording
    if recording is None or recording.text_hash != page.spoken_hash:
        return None
    return Audio(recording.file, recording.synthetic)


def _placed(correction: Correction, history: History) -> Correction:
    before, after = history.around(correction.key)
    return replace(correction, before=before, after=after)
