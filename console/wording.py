"""The console's own words: Indonesian in the code, English in `locales/en/LC_MESSAGES/console.po`.

After a change:

    pybabel extract -F console/babel.cfg -k _ -k msg --no-location -o console.pot console
    pybabel update -D console -d console/locales -i console.pot --no-fuzzy-matching --ignore-obsolete
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Callable
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES = ("id", "en")
FOLDER = Path(__file__).parent / "locales"

Say = Callable[..., str]


def msg(msgid: str) -> str:
    """Marks a wording that is said later."""
    return msgid


@cache
def _catalog(locale: str) -> gettext.NullTranslations:
    path = FOLDER / locale / "LC_MESSAGES" / "console.po"
    if not path.exists():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=locale, abort_invalid=True))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def wording(locale: str) -> Say:
    """A function that says a msgid in this language, its `{names}` filled in."""
    catalog = _catalog(locale)

    def say(msgid: str, **values: object) -> str:
        text = catalog.gettext(msgid) if msgid else ""
        return text.format(**values) if values else text

    return say


def preferred(accept_language: str) -> str:
    """The language of somebody who has not signed in, from the browser's header."""
    for part in accept_language.lower().split(","):
        code = part.split(";")[0].strip().split("-")[0]
        if code in LOCALES:
            return code
    return LOCALES[0]
