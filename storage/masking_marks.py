"""The links, numbers and account names in a text, written in one way each, to see whether they come again."""

from __future__ import annotations

import re

from storage.masking import cleaned
from storage.masking_links import accounts, emails, links
from storage.masking_numbers import HARMLESS
from storage.masking_phones import phones

SHORTEST = 8  # digits: shorter numbers are those of emergency lines
_PUBLIC = re.compile(r"(?:[a-z0-9-]+\.)*(?:go\.id|desa\.id|gov\.[a-z]{2})(?:[/:?#]|\Z)")


def marks(text: str) -> frozenset[str]:
    """What is in the text; pages of authorities are left out. Works on any str and never raises."""
    text = cleaned(text)
    found: set[str] = set()
    for finder in (emails, links, accounts):
        spans = [(start, end) for start, end, _ in finder(text)]
        for start, end in spans:
            found.add(_plain(text[start:end]))
        for start, end in reversed(spans):
            text = f"{text[:start]}\n{text[end:]}"
    text = HARMLESS.sub("\n", text)
    for start, end, _ in phones(text):
        digits = re.sub(r"\D", "", text[start:end])
        digits = re.sub(r"\A(?:0062|62|0)", "", digits)
        if len(digits) >= SHORTEST:
            found.add(digits)
    return frozenset(mark for mark in found if mark and not _PUBLIC.match(mark))


def _plain(address: str) -> str:
    """Without what changes nothing: scheme, www, capitals, a name on Telegram as a link, what follows ?"""
    plain = re.sub(r"\s", "", address).lower().rstrip("./,;!)")
    plain = re.sub(r"\A(?:https?|ftp)://", "", plain).removeprefix("www.")
    plain = re.sub(r"\A(?:t\.me|telegram\.me|telegram\.dog)/", "@", plain)
    return plain.split("?")[0].split("#")[0].rstrip("/")
