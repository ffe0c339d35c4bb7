"""What a content folder holds, once read: immutable, safe to share between threads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal, TypeVar

from content.freshness import Freshness, freshness_of, next_review

Locale = str
SOURCE_LOCALE = "id"
DANGER_KINDS = (
    "violence",
    "sexual-violence",
    "confinement",
    "trafficking",
    "threat",
    "self-harm",
    "medical",
    "child",
    "disaster",
)
LOCALES: tuple[Locale, ...] = ("id", "en", "jv", "su")

SpanKind = Literal["bold", "italic", "code", "link"]
Tier = Literal["law", "official", "news", "secondary"]
NumberKind = Literal["phone", "whatsapp", "short"]

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of formatted text; `offset` and `length` count Python code points."""

    kind: SpanKind
    offset: int
    length: int
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Rich:
    """Plain text and its formatting. Spans lie inside the text and are sorted by offset."""

    text: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """One `##` section. Without destinations it is for everybody."""

    heading: str
    destinations: frozenset[str]
    body: Rich


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact comes from; `date` is YYYY, YYYY-MM, YYYY-MM-DD or "undated"."""

    title: str
    url: str | None
    ref: str | None
    date: str
    tier: Tier


@dataclass(frozen=True, slots=True)
class Audio:
    """A recording that says the text as it is now. `file` is its path inside the content folder."""

    file: str
    synthetic: bool


@dataclass(frozen=True, slots=True)
class Article:
    """One article in one language. A translation carries the sources and dates of the article it mirrors."""

    topic: str
    module: str
    locale: Locale
    title: str
    summary: Rich
    sections: tuple[Section, ...]
    sources: tuple[Source, ...]
    reviewed_on: date
    review_months: int
    owner: str
    related: tuple[str, ...]
    danger: bool
    ask: str
    version: str
    text_hash: str
    native_reviewed: bool = True
    stale: bool = False
    audio: Audio | None = None

    @property
    def destinations(self) -> frozenset[str]:
        """Every country or region that a section of this article is about."""
        return frozenset().union(*(section.destinations for section in self.sections))

    @property
    def next_review(self) -> date:
        return next_review(self.reviewed_on, self.review_months)

    def freshness(self, today: date) -> Freshness:
        """Due from the day of the next review on, withheld from twice the term on."""
        return freshness_of(self.reviewed_on, self.review_months, today)


@dataclass(frozen=True, slots=True)
class Number:
    label: Mapping[Locale, str]
    number: str
    kind: NumberKind


@dataclass(frozen=True, slots=True)
class Contact:
    """An office that people can reach. A contact is never withheld, only marked as overdue."""

    id: str
    name: str
    what_for: Mapping[Locale, str]
    numbers: tuple[Number, ...]
    web: str | None
    address: str | None
    hours: Mapping[Locale, str] | None
    dial_from: Mapping[Locale, str]
    destination: str | None
    kinds: tuple[str, ...]
    sources: tuple[Source, ...]
    checked_on: date
    review_months: int
    confidence: Literal["A", "B"]

    @property
    def next_check(self) -> date:
        return next_review(self.checked_on, self.review_months)

    def overdue(self, today: date) -> bool:
        return today >= self.next_check

    def text(self, locale: Locale) -> str:
        """One line for the middle of a sentence: "Name: number (label); number (label)"."""
        numbers = "; ".join(
            f"{number.number} ({label})" if (label := in_locale(number.label, locale)) else number.number
            for number in self.numbers
        )
        reach = numbers or self.web or self.address or ""
        return f"{self.name}: {reach}" if reach else self.name


@dataclass(frozen=True, slots=True)
class Hit:
    """One search result; `heading` is the section that fits best, "" for the summary."""

    topic: str
    score: float
    heading: str


def in_locale(texts: Mapping[Locale, str], locale: Locale) -> str:
    """The text in this language, else in Indonesian, else in any, else ""."""
    return texts.get(locale) or texts.get(SOURCE_LOCALE) or next(iter(texts.values()), "")


def frozen(mapping: Mapping[K, V]) -> Mapping[K, V]:
    """A copy that nobody can change."""
    return MappingProxyType(dict(mapping))
