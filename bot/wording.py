"""What the bot says besides the articles, in four languages.

The Indonesian wording stands in the code and is the msgid; `locales/<lang>/LC_MESSAGES/bekal.po` holds the
others. The catalogs are read as they are: there is no compiled copy that could be forgotten. After a change:

    pybabel extract -k say -k msg --no-location -o bekal.pot handlers bot
    pybabel update -D bekal -d bot/locales -i bekal.pot --no-fuzzy-matching --ignore-obsolete
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Callable, Mapping
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

LOCALES_DIR = Path(__file__).parent / "locales"
DOMAIN = "bekal"

Say = Callable[[str, str], str]


class WordingError(Exception):
    """A catalog cannot be read; the message names the file."""


def load_wording(folder: Path = LOCALES_DIR) -> Say:
    """Read all catalogs. The result takes a msgid and a language; what is not translated stays Indonesian."""
    catalogs: Mapping[str, gettext.NullTranslations] = {
        path.parents[1].name: _read(path) for path in sorted(folder.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))
    }

    def say(msgid: str, locale: str) -> str:
        catalog = catalogs.get(locale)
        return catalog.gettext(msgid) if catalog else msgid

    return say


def _read(path: Path) -> gettext.NullTranslations:
    compiled = io.BytesIO()
    try:
        with path.open("rb") as file:
            write_mo(compiled, read_po(file, locale=path.parents[1].name, abort_invalid=True))
    except (OSError, PoFileError, ValueError) as error:
        raise WordingError(f"{path}: {error}") from error
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
