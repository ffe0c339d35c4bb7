"""Telling an ordinary word from the name of somebody or of a village."""

from __future__ import annotations

from pathlib import Path

_LINES = Path(__file__).with_name("common_words.txt").read_text(encoding="utf-8").splitlines()
COMMON = frozenset(word for line in _LINES if not line.startswith("#") for word in line.split())
# Endings that only ordinary words have; long words in di- are what is done to somebody.
_ENDINGS = ("nya", "kan", "kah", "lah", "ipun", "ake", "keun")


def words(text: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(text.split())


def may_be_name(word: str, never: frozenset[str]) -> bool:
    """Whether a word may be a name: written with a capital, or no word of ordinary messages.

    `never` are words, in small letters, that are none however they are written. A word all in capitals says
    nothing by them, and without a vowel it is an abbreviation.
    """
    plain = word.strip(".,'’-").lower()
    if not plain or plain in never:
        return False
    if word.isupper() and not set(plain) & set("aeiouy") and len(plain) > 1:
        return False
    if word[0].isupper() and not word.isupper():
        return True
    long = len(plain) > 6
    return plain not in COMMON and not (long and (plain.endswith(_ENDINGS) or plain.startswith("di")))
