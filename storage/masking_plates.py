"""Number plates of vehicles: whose car it was that fetched somebody."""

from __future__ import annotations

import re
from collections.abc import Iterator

from storage.masking_tags import Find

_AREAS = r"(?:A[ABDEG]?|B[ABDEGHKLMNP]?|D[ABCDEGHKLMNRTW]?|E[ABD]?|F|G|H|K[BHTU]?|L|M|N|P[AB]?|R|S|T|W|Z)"
_UNITS = (
    r"(?:SGD|NTD|HKD|USD|IDR|WON|JPY|SAR|AED|MYR|WIB|WITA|WIT|KM|KG|SMA|SMK|SMP|TKI|TKW|PMI|ORG|JT|RB|RP)"
)
_KNOWN = re.compile(
    r"(?<!\w)(?:plat(?:[ ]?(?:nomor|nomer|nmr|no|mobil|motor))?|nopol|"
    r"(?:no|nomor|nomer)[.]?[ ]?(?:polisi|plat))(?:nya|ne)?"
    r"(?:[\s:=.,(]|\b(?:motor|mobil|kendaraan|travel|bis|bus|itu|adalah|yaitu|nya)\b){0,8}"
    r"(?P<plate>[a-z]{1,2}[ -]?\d{1,4}(?:[ -]?[a-z]{1,3})?)(?!\w)",
    re.IGNORECASE,
)
# In capitals and complete; a year is more likely part of a name.
_BARE = re.compile(
    rf"(?<![\w./-])(?P<plate>{_AREAS}[ -]?(?!(?:19|20)\d\d\b)\d{{3,4}}[ -]?(?!{_UNITS}\b)[A-Z]{{2,3}})"
    r"(?![\w-])"
)


def plates(text: str) -> Iterator[Find]:
    """Plates behind a word for them, and those in capitals that are complete."""
    finds = sorted(found.span("plate") for rule in (_KNOWN, _BARE) for found in rule.finditer(text))
    end = 0
    for start, stop in finds:
        if start >= end:
            end = stop
            yield start, stop, "[PLAT]"
