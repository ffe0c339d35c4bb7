"""Countries by name."""

from __future__ import annotations

from collections.abc import Mapping

from babel import Locale

from console.wording import msg, wording
from content.countries import MIDDLE_EAST

# Where the standard name is long or strange to people.
_EVERYDAY = {
    MIDDLE_EAST: msg("Timur Tengah"),
    "HK": msg("Hong Kong"),
    "MO": msg("Makau"),
    "AE": msg("Uni Emirat Arab"),
}


def country_names(locale: str) -> Mapping[str, str]:
    """The name of each country code in the reader's language."""
    say = wording(locale)
    standard = {str(code): str(name) for code, name in Locale.parse(locale).territories.items()}
    return standard | {code: say(name) for code, name in _EVERYDAY.items()}
