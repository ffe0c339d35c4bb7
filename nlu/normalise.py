"""From what people type to words: lower case without accents, elongation cut, emoji named, amounts split.

The words are still the writer's own, which the language model needs; `standard.py` writes them out.
"""

import re
import unicodedata
from functools import lru_cache

from nlu import lexicons

MAX_CHARACTERS = 2000
HEAD, TAIL = 1400, 580

_TOKEN = re.compile(r"[^\W_]+(?:['’`-][^\W_]+)*")
_LINK = re.compile(r"(?:https?://|www\.|t\.me/)\S+|\S+@\S+\.\w+")
_ELONGATED = re.compile(r"([^\W\d_])\1{2,}")
_TWICE = re.compile(r"^([a-z]{2,}?)2(nya|ku|mu|an|ne|e)?$")
_SAME_HALVES = re.compile(r"^([a-z]{2,})-\1(nya|ku|mu|an|ne|e)?$")
_AMOUNT = re.compile(
    r"^(\d{1,12})(jtan|jt|juta|rban|rb|ribu|k|thn|th|tahun|taun|bln|bulan|hr|hari|mgg|minggu|jam|org|orang|x|kali|cm|kg)$"
)
_UNITS = {
    "jtan": "juta", "jt": "juta", "rban": "ribu", "rb": "ribu", "k": "ribu", "thn": "tahun", "th": "tahun",
    "taun": "tahun", "bln": "bulan", "hr": "hari", "mgg": "minggu", "org": "orang", "x": "kali",
}  # fmt: skip


def cut(text: str) -> str:
    """At most MAX_CHARACTERS:

    the beginning and the end, where a long story says what it is about and asks.
    """
    if len(text) <= MAX_CHARACTERS:
        return text
    return text[:HEAD].rsplit(" ", 1)[0] + "\n" + text[-TAIL:].split(" ", 1)[-1]


def clean(text: str) -> str:
    """Printable text: no lone surrogates, no control characters, compatibility forms unified."""
    text = cut(text).encode("utf-8", "ignore").decode("utf-8")
    for picture, word in lexicons.emoji().items():
        if picture in text:
            text = text.replace(picture, f" {word} ")
    text = unicodedata.normalize("NFKC", text)
    return "".join(ch if ch == "\n" or unicodedata.category(ch)[0] != "C" else " " for ch in text)


def fold(text: str) -> str:
    """Lower case without accents (Javanese "é", Madurese "â"); other scripts stay as they are."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", "".join(ch for ch in parts if not "\u0300" <= ch <= "\u036f"))


def words_of(text: str) -> tuple[str, ...]:
    """The words as written, folded. Never raises, whatever the characters; an empty message has none."""
    folded = _LINK.sub(" tautan ", fold(clean(text)))
    return tuple(part for token in _TOKEN.findall(folded) for part in _unfolded(token))


@lru_cache(maxsize=20_000)
def _unfolded(token: str) -> tuple[str, ...]:
    token = token.replace("'", "").replace("’", "").replace("`", "")
    if _ELONGATED.search(token):
        token = _shorten(token)
    if amount := _AMOUNT.match(token):
        return amount[1], _UNITS.get(amount[2], amount[2])
    if twice := _TWICE.match(token):
        return (f"{twice[1]}-{twice[1]}{twice[2] or ''}",)
    if "-" in token and token not in lexicons.slang() and not _SAME_HALVES.match(token):
        return tuple(part for part in token.split("-") if part)
    return (token,)


def _shorten(token: str) -> str:
    """ "bangeeet" is "banget", "maaaf" is "maaf": one letter unless only the doubled form is a word."""
    single = _ELONGATED.sub(r"\1", token)
    double = _ELONGATED.sub(r"\1\1", token)
    known = lexicons.common_words()
    return double if double in known and single not in known else single
