"""Countries and dates in the person's language."""

from collections.abc import Iterable
from datetime import date
from functools import cache, lru_cache

from babel import Locale
from babel.dates import format_date

from content.countries import MIDDLE_EAST
from handlers.turn import Turn, msg

# Most asked for first; all others follow by name.
COMMON = ("TW", "HK", "MY", "SG", "JP", "KR", "SA", "AE", "BN")
# Names that people use, where the standard one is long or strange to them.
_EVERYDAY = {
    MIDDLE_EAST: msg("Timur Tengah"),
    "HK": msg("Hong Kong"),
    "MO": msg("Makau"),
    "AE": msg("Uni Emirat Arab"),
    "MM": msg("Myanmar"),
}
# Babel's Javanese and Sundanese names are patchy; Indonesian ones are understood by their speakers.
_BABEL = {"en": "en"}


def country(turn: Turn, code: str) -> str:
    """The name of a country or region; the code itself where there is none."""
    if code in _EVERYDAY:
        return turn.say(_EVERYDAY[code])
    return _territory(code, turn.locale) or code


def in_order(turn: Turn, codes: Iterable[str]) -> list[str]:
    """The codes with the most asked for first."""
    rank = {code: position for position, code in enumerate(COMMON)}
    return sorted(codes, key=lambda code: (rank.get(code, len(rank)), country(turn, code)))


def day(turn: Turn, moment: date) -> str:
    """A date in words, such as "24 November 2026"."""
    return _date(moment, "d MMMM y", turn.locale)


def source_date(turn: Turn, written: str) -> str:
    """The date of a source, which may be only a year or a month, or missing."""
    parts = [int(part) for part in written.split("-")] if written[:1].isdigit() else []
    if not parts:
        return turn.say("tanpa tanggal")
    pattern = ("y", "MMMM y", "d MMMM y")[len(parts) - 1]
    year, month, day_of_month = (*parts, 1, 1)[:3]
    return _date(date(year, month, day_of_month), pattern, turn.locale)


@lru_cache(1000)
def _date(moment: date, pattern: str, locale: str) -> str:
    return str(format_date(moment, pattern, locale=_BABEL.get(locale, "id")))


@cache
def _territory(code: str, locale: str) -> str | None:
    name = Locale(_BABEL.get(locale, "id")).territories.get(code)
    return str(name) if name else None


_SHARED = frozenset({"selatan", "utara", "arab", "uni", "emirat", "serikat", "baru", "timur", "tengah"})


@cache
def words_for(code: str) -> frozenset[str]:
    """The words by which an Indonesian text names a country and no other one."""
    name = _EVERYDAY.get(code) or _territory(code, "id") or ""
    return frozenset(name.casefold().split()) - _SHARED
