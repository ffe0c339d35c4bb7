"""Country codes: ISO 3166-1 alpha-2, and one region of our own."""

import re
from functools import cache

from babel import Locale

MIDDLE_EAST = "ME"
"""Stands for the whole Middle East (and so not for Montenegro, its ISO meaning)."""
MIDDLE_EAST_COUNTRIES = frozenset(
    {"AE", "BH", "IQ", "IR", "JO", "KW", "LB", "OM", "PS", "QA", "SA", "SY", "YE", "EG"}
)
NOT_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})


@cache
def codes() -> frozenset[str]:
    """Every code that a section or contact may name."""
    known = map(str, Locale("en").territories)
    return frozenset(code for code in known if re.fullmatch("[A-Z]{2}", code)) - NOT_COUNTRIES


def covers(place: str, destination: str) -> bool:
    """Whether something about `place` is of use to somebody in `destination`."""
    return place == destination or (place == MIDDLE_EAST and destination in MIDDLE_EAST_COUNTRIES)
