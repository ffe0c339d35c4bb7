"""An immutable snapshot of a whole content folder, for many threads at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from content import corrections, emergency
from content.corrections import Correction, History
from content.model import SOURCE_LOCALE, Article, Contact, Hit, Locale
from content.search import LazyIndex
from content.table_model import Tables


@dataclass(frozen=True, slots=True, eq=False)
class Catalog:
    """`topics` maps every topic with an article to its module; `version` names exactly this content."""

    modules: tuple[str, ...]
    topics: Mapping[str, str]
    service_topics: frozenset[str]
    contacts: Mapping[str, Contact]
    version: str
    articles: Mapping[tuple[str, Locale], Article]
    tables: Tables
    corrections: Mapping[str, Correction]
    history: History
    lazy_index: LazyIndex

    def article(self, topic: str, locale: Locale) -> Article:
        """In this language, else in Indonesian; `.locale` tells which. Raises KeyError for unknown topics."""
        found = self.articles.get((topic, locale))
        return found or self.articles[topic, SOURCE_LOCALE]

    def search(self, query: str, locale: Locale, limit: int = 5) -> list[Hit]:
        """The topics whose articles fit the words best, in any language, best first; never raises."""
        return self.lazy_index.index.search(query, locale, limit)

    def emergency_contacts(
        self, kinds: Collection[str], destination: str | None, limit: int = 4
    ) -> list[Contact]:
        """Whom to call first. `kinds` of danger may be empty; `destination` is where the person is."""
        return emergency.contacts(tuple(self.contacts.values()), frozenset(kinds), destination, limit)

    def given_old_text(self, topic: str, version: str, shown_on: date | None = None) -> bool | None:
        """Whether an answer about this topic, given under this `version` of the content, was corrected since.

        None when the version is not known and no day is given; see `content.corrections`.
        """
        return corrections.given_old_text(self.corrections.get(topic), self.history, version, shown_on)


def source_hash(article: Article) -> str:
    """What a translation of this article writes as `source_hash`: 16 hex digits of its words."""
    return article.text_hash
