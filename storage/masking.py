"""Taking out of a text what tells who somebody is, before anything is stored or counted.

Each find is replaced by a tag that says what stood there, e.g. [HP]; nothing of it is left, not even its
length. When in doubt a number is masked: a price too many is a smaller loss than a phone number too few.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

from storage import (
    masking_dates,
    masking_links,
    masking_names,
    masking_numbers,
    masking_phones,
    masking_places,
    masking_plates,
)
from storage.masking_tags import HIDDEN, SHIELD_FIRST, TAGS, Find

STEPS: tuple[Callable[[str], Iterator[Find]], ...] = (
    masking_links.tokens,
    masking_links.emails,
    masking_links.links,
    masking_links.accounts,
    masking_numbers.labelled,
    masking_numbers.identity_numbers,
    masking_numbers.passports,
    masking_plates.plates,
    masking_dates.birthdays,
)
AFTER_SHIELDS: tuple[Callable[[str], Iterator[Find]], ...] = (
    masking_numbers.transfers,
    masking_phones.phones,
    masking_numbers.long_numbers,
)
LAST: tuple[Callable[[str], Iterator[Find]], ...] = (masking_names.names, masking_places.addresses)

_TRIGGER = re.compile(
    "|".join(
        [
            r"[\d@\[]",
            masking_links.TRIGGER,
            masking_phones.TRIGGER,
            masking_names.TRIGGER,
            masking_places.TRIGGER,
        ]
    ),
    re.IGNORECASE,
)
_TAG = re.compile("|".join(re.escape(tag) for tag in TAGS))
_HIDDEN_OR_SHIELD = re.compile(f"[{chr(HIDDEN)}-{chr(0xF8FF)}]")
_INVISIBLE = re.compile(
    "[\u0000\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]"
)
# What makes one picture of several is kept between pictures and dropped beside letters and digits.
_JOINERS = re.compile(r"(?<=\w)[\u200d\ufe00-\ufe0f\u20e3]+|[\u200d\ufe00-\ufe0f]+(?=\w)")
# Signs that stand for plain ones, most of them between the digits of a number.
_SIGNS = {
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63"), "-"),
    **dict.fromkeys([0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " "),
    **dict.fromkeys(map(ord, "\u00b7\u2022\u2027\u2219\u22c5\u30fb"), "."),
    **{full: chr(full - 0xFEE0) for full in range(0xFF01, 0xFF5F)},
}
_NO_TEXT = re.compile("[\ud800-\udfff\ue000-\uf8ff]")


# What is masked may explain what stands beside it, so rounds go on until nothing changes: two, as a rule.
MOST_ROUNDS = 30


class MaskedText(str):
    """Text that has been through mask(). Storage accepts nothing else."""

    __slots__ = ()

    def __new__(cls, *_: object) -> MaskedText:
        raise TypeError("only mask() makes masked text")


def mask(text: str) -> MaskedText:
    """Replace what identifies somebody by tags: [NIK] [KK] [PASPOR] [HP] [EMAIL] [REK] [NPWP] [TAUTAN] [AKUN]
    [ALAMAT] [NAMA] [TOKEN] [LAHIR] [PLAT]. Masking what is masked changes nothing. Works on any str and never
    raises.

    Invisible characters are dropped, and digits of other scripts become 0-9: both would hide a number.
    """
    if not text.isascii() or "\x00" in text:
        text = cleaned(text)
    if _TRIGGER.search(text) is None:
        return str.__new__(MaskedText, text)
    text = _TAG.sub(lambda found: chr(HIDDEN + TAGS.index(found[0])), text)
    for _ in range(MOST_ROUNDS):
        before = text
        text = _round(text)
        if text == before:
            break
    return str.__new__(MaskedText, _HIDDEN_OR_SHIELD.sub(lambda found: TAGS[ord(found[0]) - HIDDEN], text))


def _round(text: str) -> str:
    for step in STEPS:
        text = _hide(text, step(text))
    shields: list[str] = []

    def shield(found: re.Match[str]) -> str:
        shields.append(found[0])
        return chr(SHIELD_FIRST + len(shields) - 1)

    text = masking_numbers.HARMLESS.sub(shield, text)
    for step in AFTER_SHIELDS:
        text = _hide(text, step(text))
    if shields:
        first, last = chr(SHIELD_FIRST), chr(SHIELD_FIRST + len(shields) - 1)
        text = re.sub(f"[{first}-{last}]", lambda found: shields[ord(found[0]) - SHIELD_FIRST], text)
    for step in LAST:
        text = _hide(text, step(text))
    return text


def _hide(text: str, finds: Iterator[Find]) -> str:
    """Put one character in place of each find; `finds` come from left to right and do not overlap."""
    parts, end = [], 0
    for start, stop, tag in finds:
        parts += [text[end:start], chr(HIDDEN + TAGS.index(tag))]
        end = stop
    if not parts:
        return text
    return "".join([*parts, text[end:]])


def cleaned(text: str) -> str:
    """The text without what hides a number: invisible characters, other scripts' digits, look-alike signs."""
    text = text.translate(_SIGNS)
    text = _JOINERS.sub("", _INVISIBLE.sub("", _NO_TEXT.sub("\ufffd", text)))
    return "".join(
        str(unicodedata.decimal(char)) if not char.isascii() and char.isdecimal() else char for char in text
    )
