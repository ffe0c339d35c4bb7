"""Addresses of the net: tokens, e-mail, links, account names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from storage.masking_common import COMMON, words
from storage.masking_tags import Find

TRIGGER = r"https?\s?:|www\.|\w\.[a-z]|gmail|yahoo|outlook|icloud|[:=]|\b(?:fb|facebook|ig)\b"

_TOKEN = re.compile(r"(?<!\d)\d{6,12}:[A-Za-z0-9_-]{30,}")
_SERVICE = (
    r"(?:ig|insta(?:gram)?|tik[ ]?tok|fb|facebook|tele(?:gram)?|line|wechat|kakao(?:talk)?|twitter|tw|"
    r"username)"
)
_EMAIL = re.compile(
    r"(?<![\w.+%-])[\w.+%-]+(?:@|\(at\)|\[at\])[ ]?[\w-]+(?:\.[\w-]+)+"
    # With a blank before the @ it may be the name of an account: "dm @agen.kapal".
    r"|(?<![\w.+%-])[\w.+%-]+[ ](?:@|\(at\)|\[at\])[ ]?(?:[\w-]+\.)+(?:com|net|org|id|my|sg|tw|hk)\b"
    r"|(?<![\w.+%-])[\w.+%-]+[ ]?(?:@|\(at\)|\[at\]|[ ]at[ ])[ ]?"
    r"(?:gmail|yahoo|ymail|hotmail|outlook|icloud|rocketmail)(?:[ ]?(?:\.|dot\b|titik\b)[ ]?[a-z]{2,3}\b)*",
    re.IGNORECASE,
)
_ENDINGS = (
    r"(?:com|net|org|biz|xyz|edu|gov|id|tw|hk|sg|kr|jp|sa|ae|asia)"
    r"|(?:co|go|or|ac|web|my|sch|desa|com|gov|org|net)\.[a-z]{2}"
)
_SHORT = (
    r"(?:bit\.ly|s\.id|cutt\.ly|tinyurl\.com|linktr\.ee|forms\.gle|goo\.gl|shorturl\.at|heylink\.me|wa\.me|rb\.gy|"
    r"is\.gd|wa\.link)"
)
_LINK = re.compile(
    r"(?:h(?:tt|xx)ps?|tg|ftp)\s?:\s?//\s?\S+"
    r"|(?<![\w@.-])www\.\S+"
    rf"|(?<![\w@.-]){_SHORT}(?:/\S*)?"
    rf"|(?<![\w@.-])(?:[a-z0-9-]+\.)+(?:{_ENDINGS})(?![\w-])(?:[:/?#]\S*)?"
    r"|(?<![\w@.-])(?:[a-z0-9-]+\.)+[a-z]{2,6}/\S+",
    re.IGNORECASE,
)
# Endings that are words too: "kasih.info kerja" is a slip of the thumb.
_LINK_OR_SLIP = re.compile(
    r"(?<![\w@.-])(?:[a-z0-9-]+\.)*(?P<name>[a-z0-9-]{3,})\."
    r"(?:info|online|site|shop|store|top|live|club|link|page|pro|app|jobs|work|vip|me|io|cc|tk)(?![\w-])"
    r"(?:[:/?#]\S*)?",
    re.IGNORECASE,
)
_BEFORE_DOT = words("kasih minta cari dapat makasih")
_TELEGRAM = re.compile(
    r"(?:https?\s?://\s?)?(?:www\.)?(?:t\.me|telegram\.me|telegram\.dog)/\S+", re.IGNORECASE
)
_ACCOUNT = re.compile(r"(?<![\w.])@[ ]?[A-Za-z_][\w.]{2,}")
_NAMED_ACCOUNT = re.compile(
    rf"\b{_SERVICE}(?:[ ]?(?:id|saya|sy|aku|ku|nya|name))?\s?[:=]\s?"
    rf"(?P<name>(?!{_SERVICE}\b)[\w.]{{3,30}}(?:[ ](?!{_SERVICE}\b|dan\b|hp\b|wa\b)[\w.]{{2,30}})?)",
    re.IGNORECASE,
)
# Without a colon only what cannot be a word, and names written as such.
_CALLED = re.compile(
    rf"\b(?:{_SERVICE}|gmail|akun)(?:[ ]?(?:id|saya|sy|aku|ku|nya|name|akun|{_SERVICE})){{1,3}}[ ]{{1,2}}"
    r"(?P<name>(?-i:[A-Z][a-z]{2,}(?:[ ][A-Z][a-z]{2,}){1,3})"
    r"|(?=\w*(?:_|\.\w|[a-z]\d))(?!(?:k|bn?)p2(?:mi|tki)\b|s?i?p[23]mi\b)[a-z][\w.]{3,30})(?![\w@])",
    re.IGNORECASE,
)


def tokens(text: str) -> Iterator[Find]:
    """Tokens of Telegram bots."""
    for found in _TOKEN.finditer(text):
        yield found.start(), found.end(), "[TOKEN]"


def emails(text: str) -> Iterator[Find]:
    """E-mail addresses, also with blanks around the @ or written as "at"."""
    for found in _EMAIL.finditer(text):
        yield found.start(), found.end(), "[EMAIL]"


def links(text: str) -> Iterator[Find]:
    """Links with or without https; those that lead to a chat on Telegram are accounts."""
    finds = [found.span() for found in _LINK.finditer(text)]
    finds += [found.span() for found in _LINK_OR_SLIP.finditer(text) if not _is_words(found["name"])]
    end = 0
    for start, stop in sorted(finds, key=lambda find: (find[0], -find[1])):
        if start >= end:
            end = stop
            account = _TELEGRAM.match(text, start) or text[start : start + 2].lower() == "tg"
            yield start, stop, "[AKUN]" if account else "[TAUTAN]"


def accounts(text: str) -> Iterator[Find]:
    """Names with @, and what stands behind "IG:" and its like."""
    finds = [found.span() for found in _ACCOUNT.finditer(text)]
    finds += [found.span("name") for found in _NAMED_ACCOUNT.finditer(text)]
    finds += [found.span("name") for found in _CALLED.finditer(text) if not _is_words(found["name"])]
    end = 0
    for start, stop in sorted(finds):
        if start >= end:
            end = stop
            yield start, stop, "[AKUN]"


def _is_words(name: str) -> bool:
    """Whether it is two words that a dot joined: "apa.makasih"."""
    return all(part.lower() in COMMON or part.lower() in _BEFORE_DOT for part in name.split("."))
