"""Every answer as it is sent, measured: title, summary, notes, sections and source line together."""

from __future__ import annotations

from collections.abc import Iterator

from bot.preview import Preview
from content import Library
from content.problems import Problem, Severity
from handlers.rendering import LIMIT, utf16_length

FIRST_LIMIT = 900
"""Characters of what somebody sees before they tap "Selengkapnya": about one screen of a phone."""
LONG_LIMIT = 1_600
"""Characters of an answer about a country, or of a further part: about two screens."""


def lengths(library: Library, preview: Preview) -> Iterator[Problem]:
    """A warning for each answer that has a message too long to be read on a phone, with the country."""
    for (topic, locale), article in library.catalog.articles.items():
        file = f"articles/{locale}/{article.module}/{topic}.md"
        for place in (None, *sorted(article.destinations)):
            for number, bubble in enumerate(preview.bubbles(topic, locale, place), start=1):
                length = len(bubble.text)
                limit = FIRST_LIMIT if number == 1 and place is None else LONG_LIMIT
                where = f"message {number}" + (f" about {place}" if place else "")
                if utf16_length(bubble.text) > LIMIT:
                    what = f"As it is sent, {where} has {length} characters and would be cut in two"
                elif length > limit:
                    what = f"As it is sent, {where} has {length} characters, more than {limit}"
                else:
                    continue
                yield Problem(file, 1, what, "Shorten its sections, or split one in two", Severity.WARNING)
