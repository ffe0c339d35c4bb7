"""`glossary.yml` (may be absent): words that must be called the same in every text and language."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from re import Pattern

from content import yaml
from content.fields import Fields, Report
from content.model import LOCALES, SOURCE_LOCALE, Locale, frozen

SHAPE = "Write each word as '- {id: visa kerja, en: [work visa]}'"
ENDINGS = "(?:nya|ipun|na|s|es)?"


@dataclass(frozen=True, slots=True)
class Term:
    """`name` is the Indonesian word, as it is written in the file; `wordings` the words by language."""

    name: str
    wordings: Mapping[Locale, tuple[str, ...]]
    patterns: Mapping[Locale, Pattern[str]]

    def stands_in(self, text: str, locale: Locale) -> bool:
        """Whether the text, in small letters, has one of the words of this language."""
        found = any(word.lower() in text for word in self.wordings.get(locale, ()))
        return found and self.patterns[locale].search(text) is not None


def read_glossary(root: yaml.Node | None, report: Report) -> tuple[Term, ...]:
    if root is None:
        return ()
    if not isinstance(root, yaml.Sequence):
        report(root.line, "This is not a list of words", SHAPE)
        return ()
    terms = [_term(node, report) for node in root.items]
    return tuple(term for term in terms if SOURCE_LOCALE in term.wordings)


def in_source(terms: Sequence[Term], text: str) -> list[Term]:
    """The terms that the Indonesian text has."""
    small = text.lower()
    return [term for term in terms if term.stands_in(small, SOURCE_LOCALE)]


def missing(asked: Sequence[Term], text: str, locale: Locale) -> list[Term]:
    """The terms of the Indonesian text whose wording is missing from its translation."""
    small = text.lower()
    return [term for term in asked if locale in term.wordings and not term.stands_in(small, locale)]


def called(term: Term, locale: Locale) -> tuple[str, str]:
    """What is wrong where a term is missing, and how to mend it."""
    wordings = " or ".join(f"'{word}'" for word in term.wordings[locale])
    what = f"The Indonesian text says '{term.name}', and {wordings} is missing here"
    return what, "Use that word, or change glossary.yml for all texts"


def _term(node: yaml.Node, report: Report) -> Term:
    fields = Fields(node, report, LOCALES, "a word of the glossary")
    wordings = {
        locale: words
        for locale in LOCALES
        if (fields.has(locale) or locale == SOURCE_LOCALE) and (words := _words(fields, locale))
    }
    patterns = {locale: _pattern(words) for locale, words in wordings.items()}
    return Term(" / ".join(wordings.get(SOURCE_LOCALE, ())), frozen(wordings), frozen(patterns))


def _words(fields: Fields, locale: Locale) -> tuple[str, ...]:
    node = fields.node(locale, SHAPE)
    if isinstance(node, yaml.Scalar):
        word = fields.text(locale, SHAPE)
        return (word,) if word else ()
    return fields.words(locale, SHAPE) if node is not None else ()


def _pattern(words: Sequence[str]) -> Pattern[str]:
    either = "|".join(re.escape(word.lower()) for word in words)
    return re.compile(rf"(?<!\w)(?:{either}){ENDINGS}(?!\w)")
