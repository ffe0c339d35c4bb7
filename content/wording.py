"""What must not stand in articles: numbers outside contacts.yml, and text that Telegram turns into links."""

import re
import unicodedata
from collections.abc import Iterator

from content.links import Hosts
from content.markdown import PLACEHOLDER

PHONE = re.compile(r"(?<![\w.,/+-])(\+?\(?\d[\d ().\-–]{4,}\d)(?![\w/]|[.,]\d)")
SHORT_CODES = r"1[01]0|11[1-9]|129|157|148|175|911|995|999|1955|1345|1350|15999|1577|1500\d{3}"
CALL = "(?:meng)?hubungi|(?:men)?telepon|telpon|te?lp|hotline|dial|call|phone|whatsapp|wa|sms|kontak"
SHORT_CALL = re.compile(
    rf"\b(?:{CALL})\b(?:\s+[\w-]+){{0,3}}\s*[:(]?\s*\b({SHORT_CODES})\b(?![.,]?\d)", re.IGNORECASE
)
BARE_ADDRESS = re.compile(r"https?://\S+|\bwww\.\S+", re.IGNORECASE)
TOP_LEVEL = (
    "com|org|net|id|info|biz|site|online|xyz|app|io|co|me|int|gov|tw|hk|sg|my|kr|jp|sa|ae|qa|kw|de|eu|tr|pl"
)
BARE_HOST = re.compile(rf"(?<![\w@.-])((?:[a-z0-9-]+\.)+(?:{TOP_LEVEL}))(?![\w.-]*\w|\.\w)", re.IGNORECASE)
MENTION = re.compile(r"(?<![\w/])@[A-Za-z]\w{3,}")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
MARKDOWN_LINK = re.compile(r"\]\([^)]*\)")
CODE = re.compile(r"`[^`]*`")
MONEY = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
NO_PHONE = re.compile(
    r"(?:19|20)\d\d ?[-–] ?(?:19|20)\d\d"  # years
    r"|\d{4}-\d\d-\d\d"  # a date
    r"|\d{1,2}\.\d\d ?[-–] ?\d{1,2}\.\d\d"  # opening hours
)
# A longer paragraph is refused for its length already, and these patterns would take long over it.
LONGEST = 4_000
PHONE_REMEDY = "Put it into contacts.yml and write {{contact:...}}"

# A paragraph without any of these has nothing to look at; most have none.
NOTABLE = re.compile(r"\d[ ().–-]?\d|[{}@]|\w\.\w|//")

Fault = tuple[str, str]


def title_fault(title: str) -> Fault | None:
    """A title is shown on buttons and in lists: plain words in one line."""
    for character in title:
        if unicodedata.category(character) in ("So", "Sk", "Cs", "Cn") or character in "\u200d\ufe0f\u20e3":
            return f"The title has a symbol or emoji: {character}", "Write plain words"
    if re.search(r"[*_`{}\[\]<>\n]", title):
        return "The title has formatting signs", "Write plain words"
    return None


def faults(source: str, hosts: Hosts) -> Iterator[Fault]:
    """`source` is the Markdown of one paragraph or heading."""
    text = PLACEHOLDER.sub(" ", MARKDOWN_LINK.sub("]", source[:LONGEST]))
    if not NOTABLE.search(text):
        return
    for match in PHONE.finditer(text):
        if _is_phone(match[1]):
            yield f"This looks like a phone number: '{match[1]}'", PHONE_REMEDY
    for match in SHORT_CALL.finditer(text):
        yield f"This looks like a number to call: '{match[1]}'", PHONE_REMEDY
    if "{{" in text or "}}" in text:
        yield "Braces '{{' or '}}' are left over", "Write {{contact:...}} in one piece, or remove them"
    for match in EMAIL.finditer(text):
        yield f"E-mail addresses are not allowed here: '{match[0]}'", PHONE_REMEDY
    tappable = EMAIL.sub(" ", CODE.sub(" ", text))
    for match in BARE_ADDRESS.finditer(tappable):
        yield f"Bare address '{match[0]}'", "Write [text](https://...)"
    for match in BARE_HOST.finditer(BARE_ADDRESS.sub(" ", tappable)):
        if hosts and match[1].lower() not in hosts:
            remedy = "If it is a warning, write it between backticks; if it is official, add it to hosts.yml"
            yield f"Telegram makes '{match[1]}' a link, and it is not in hosts.yml", remedy
    for match in MENTION.finditer(tappable):
        yield f"Telegram makes '{match[0]}' a link to somebody", "Remove it"


def _is_phone(text: str) -> bool:
    """Long digit groups; not amounts (2.500.000), years (2024-2026) or dates (2026-11-24)."""
    digits = re.sub(r"\D", "", text)
    if len(digits) < 7 or NO_PHONE.fullmatch(text):
        return False
    if text.startswith(("+", "0", "(0", "(+")):
        return True
    if all(MONEY.fullmatch(part) or len(part) <= 3 for part in re.split(r" ?[-–] ?| ", text)):
        return False
    return len(digits) >= 8
