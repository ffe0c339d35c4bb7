"""The day on which somebody was born. Other dates stay: they tell when, not who."""

from __future__ import annotations

import re
from collections.abc import Iterator

from storage.masking_tags import HIDDEN, TAGS, Find

_BORN = chr(HIDDEN + TAGS.index("[LAHIR]"))
_MONTH = (
    r"(?:jan(?:uari|uary)?|feb(?:ruari|ruary)?|pebruari|mar(?:et|ch)?|apr(?:il)?|mei|may|jun[ie]?|jul[iy]?|"
    r"agu?s?(?:tus|t)?|aug(?:ust)?|sep(?:t|tember)?|okt(?:ober)?|oct(?:ober)?|nov(?:ember)?|nop(?:ember)?|"
    r"des(?:ember)?|dec(?:ember)?)\b"
)
_DAY, _MONTH_NUMBER, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:(?:19|20)\d\d|\d\d)"
_DATE = (
    rf"(?:{_DAY}\s?[-/. ,]{{0,2}}{_MONTH}(?:[-/. ,']{{0,3}}{_YEAR}(?!\d))?"
    rf"|{_MONTH}\s?{_DAY}(?:,?\s?{_YEAR}(?!\d))?"
    rf"|{_DAY}\s?[-/. ]\s?{_MONTH_NUMBER}\s?[-/. ]\s?{_YEAR}(?!\d)"
    rf"|(?:19|20)\d\d[-/. ]{_MONTH_NUMBER}[-/. ]{_DAY}(?!\d)"
    r"|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)?\d\d(?!\d))"
)
_CUE = (
    r"(?:(?:tanggal|tgl|tg)[\s.]{0,2}(?:lahir|lhr|lair)|t\.?t\.?l\b|lahir|kelahiran|lair|babar|"
    r"d\.?o\.?b\b|date\sof\sbirth|birth\s?da(?:te|y)|born|ultah|ulang\stahun)(?:ku|mu|nya|e|na)?\b"
)
_BIRTH = re.compile(
    # The place may stand between: "ttl Cilacap, 5 Juni 1999".
    rf"(?<!\w){_CUE}[^\d\n\ue000-\uf8ff]{{0,30}}(?<!\d)(?P<date>{_DATE})(?![\d/])"
    # Papers that do not agree: "lahir 5-6-1999 tapi di ijazah 6-5-1999".
    rf"|{_BORN}(?:[\s,.()]|\b(?:di|pada|ijazah|akta|akte|kk|ktp|paspor|sedang(?:kan)?|tapi|atau|dan|jadi|bukan|"
    rf"harusnya|seharusnya|ditulis|tertulis|malah|yang|yg|benar|bener|salah)\b){{1,12}}(?P<second>{_DATE})(?![\d/])",
    re.IGNORECASE,
)


def birthdays(text: str) -> Iterator[Find]:
    """Dates behind a word for birth; a year alone is no more than an age and stays."""
    for found in _BIRTH.finditer(text):
        group = "date" if found["date"] else "second"
        yield found.start(group), found.end(group), "[LAHIR]"
