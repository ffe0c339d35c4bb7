"""A content file that is not published yet, as people would get it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from console import content_files
from console.content_files import ContentFile
from content import markdown
from content.catalog import Catalog
from content.draft import CONTACT_PREFIX
from content.loader import article_of
from content.model import SOURCE_LOCALE, Article, Locale, frozen
from content.pages import FillFor, Page, read_page
from content.problems import hint


def with_draft(catalog: Catalog, folder: Path, file: ContentFile, text: str) -> Catalog | None:
    """The catalog with this article in place of its own; None where the text is no article yet."""
    page = _page(catalog, file.name, text)
    if page is None:
        return None
    if file.locale == SOURCE_LOCALE:
        source: Page | None = page
    else:
        name = content_files.article_file(catalog, file.topic, SOURCE_LOCALE)
        source = _page(catalog, name, content_files.text_of(content_files.read(folder, name)))
    if source is None:
        return None
    article = _whole(article_of(page, source), catalog)
    articles = {**catalog.articles, (file.topic, file.locale): article}
    topics = {**catalog.topics, file.topic: file.module}
    return dataclasses.replace(catalog, articles=frozen(articles), topics=frozen(topics))


def _whole(article: Article, catalog: Catalog) -> Article:
    """What the bot takes for granted, because unchecked articles never reach it."""
    known = tuple(topic for topic in article.related if topic in catalog.topics)
    ask = article.ask if article.ask in catalog.contacts else next(iter(catalog.contacts), "")
    return dataclasses.replace(article, related=known, ask=ask, title=article.title or "…")


def _page(catalog: Catalog, name: str, text: str) -> Page | None:
    return read_page(name, text, _fill_for(catalog), lambda line, what, remedy: None)


def _fill_for(catalog: Catalog) -> FillFor:
    def fill_for(locale: Locale) -> markdown.Fill:
        def fill(name: str) -> str:
            contact = catalog.contacts.get(name.removeprefix(CONTACT_PREFIX))
            if contact is None or not name.startswith(CONTACT_PREFIX):
                known = [CONTACT_PREFIX + identity for identity in catalog.contacts]
                raise markdown.UnknownPlaceholder(hint(name, known, "Use {{contact:...}}"))
            return contact.text(locale)

        return fill

    return fill_for
