"""Numbers of people: identity, family card, passport, tax, bank account; and numbers that are harmless."""

from __future__ import annotations

import re
from collections.abc import Iterator

from storage.masking_tags import Find

# What people put between the digits of one number.
GAP = r"[\s.\-_/():]{0,3}"
_PROVINCES = frozenset(
    [
        *range(11, 20),
        21,
        *range(31, 37),
        *range(51, 54),
        *range(61, 66),
        *range(71, 77),
        81,
        82,
        *range(91, 98),
    ]
)
_MONEY_SIGN = r"(?:rp|idr|nt\$|ntd|nt|usd|us\$|hk\$|hkd|s\$|sgd|rm|myr|jpy|krw|sar|aed|[$¥₩€£])"
_MONEY_WORD = (
    r"(?:jt|juta|jutaan|rb|ribu|ribuan|k|m|milyar|miliar|triliun|ntd|nt|usd|dolar|dollar|ringgit|rm|won|yen|riyal|"
    r"real|dirham|sgd|hkd|rupiah|perak|persen|tahun|thn|th|bulan|bln|bl|minggu|hari|hr|jam|menit|mnt|orang|org|"
    r"kali|x|kg|km|cm|lembar|lbr)\b|%"
)
COUNTRIES = (
    r"taiwan|hongkong|hong[ ]kong|hk|singapura|singapore|sg|malaysia|korea|jepang|saudi|arab|dubai|brunei"
)
_THOUSANDS = r"[1-9]\d{0,2}(?:[.,]\d{3})+(?:,\d{1,2})?"
_DATE = (
    r"(?:(?:0?[1-9]|[12]\d|3[01])[-/. ](?:0?[1-9]|1[0-2])[-/. ](?:19|20)\d\d"
    r"|(?:0?[1-9]|[12]\d|3[01])[-/](?:0?[1-9]|1[0-2])[-/]\d\d"
    r"|(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01]))"
)
_ALONE = r"(?<!\d)(?<!\d[.,\-/ ])"
_END = r"(?![.,\-/]?\d)"
_RANGE = r"\s?(?:-|s/?d|sampai|hingga|to)\s?"
HARMLESS = re.compile(
    rf"{_MONEY_SIGN}\s?\.?\s?\d{{1,3}}(?:[.,]?\d{{3}}){{0,3}}(?:,\d{{1,2}})?(?![\d])"
    rf"|{_ALONE}{_THOUSANDS}{_END}"
    rf"|{_ALONE}\d{{1,12}}(?:[.,]\d{{1,3}})?\s?{_MONEY_WORD}"
    rf"|{_ALONE}{_DATE}(?:\s?-\s?{_DATE})?(?![.\-/]?\d)"
    rf"|(?<![\d.])[0-2]?\d[.:][0-5]\d{_RANGE}[0-2]?\d[.:][0-5]\d{_END}"
    rf"|(?<![\d.:])[0-2]?\d(?::[0-5]\d|\.(?:00|15|30|45))(?!:){_END}"
    rf"|{_ALONE}(?:19|20)\d\d{_RANGE}(?:19|20)\d\d{_END}",
    re.IGNORECASE,
)
_AMOUNTS_OR_DATES = re.compile(
    rf"(?:{_DATE}|{_THOUSANDS}|(?:19|20)\d\d)(?:[\s/,-]{{1,3}}(?:{_DATE}|{_THOUSANDS}|(?:19|20)\d\d))+"
)

BANKS = (
    r"bca|bri|bni|bnp|btn|bsi|mandiri|cimb|danamon|permata|btpn|jenius|jago|seabank|sea[ ]?bank|bukopin|"
    r"muamalat|mega|ocbc|maybank|panin|bank"
)
_WALLETS = r"dana|ovo|gopay|go[ -]pay|shopee[ ]?pay|spay|link[ ]?aja|e-?wallet"
_ACCOUNT_WORD = r"no[.]?[ ]?rek|norek|rek|rekening|account|akun[ ]bank|va|virtual[ ]account"
_FILLER = (
    r"(?:[\s:=.,#()\"'-]|\b(?:no|nomor|nomer|nmr|num|number|saya|sy|aku|ku|nya|gw|gue|adalah|yaitu|itu|ini|ya|is|my|"
    r"yang|yg|baru|lama|ortu|ibu|bapak|ayah|suami|istri|anak|adik|kakak|agen|kerja|dia|tujuan|ke|di|an|ktp|e-?ktp|"
    rf"card|id|{COUNTRIES}|{BANKS})\b){{0,12}}"
)
_DIGITS = rf"\d(?:{GAP}\d)"
_LABELLED = tuple(
    (re.compile(rf"(?<!\w)(?:{label})(?:ku|nya|ne)?{_FILLER}(?P<number>{number})(?!\d)", re.IGNORECASE), tag)
    for label, number, tag in (
        (r"(?:no[.]?[ ]?)?kk|kartu[ ]keluarga|k\.k", rf"{_DIGITS}{{15}}", "[KK]"),
        (r"npwp", rf"{_DIGITS}{{14,15}}", "[NPWP]"),
        (
            r"nik|ktp|e-?ktp|id[ ]?pmi|e-?pmi|sisko[ ]?(?:p2mi|tkln)?|"
            r"bpjs[ ]?(?:tk|ketenagakerjaan|kesehatan)?",
            rf"{_DIGITS}{{9,16}}",
            "[NIK]",
        ),
        (
            r"pas[s]?por[t]?|passpor|pspr|visa",
            rf"(?!(?:rp|nt|rm|no)[\s.]?\d)[a-z]{{1,2}}{GAP}{_DIGITS}{{5,7}}|(?<![\w.,])(?!\d*000(?!\d))\d{{7,9}}(?!\d|[.,]\d)",
            "[PASPOR]",
        ),
        (_ACCOUNT_WORD, rf"\d{{8,17}}(?!\d)|{_DIGITS}{{7,15}}", "[REK]"),
    )
)
_NPWP = re.compile(r"(?<!\d)\d{2}[. ]\d{3}[. ]\d{3}[. ]\d[- .]\d{3}[. ]\d{3}(?!\d)")
_SIXTEEN = re.compile(rf"(?<!\d)\d(?:{GAP}\d){{15}}(?!\d)")
_CARD = re.compile(r"\d{16}|\d{4}([ .-])\d{4}\1\d{4}\1\d{4}")
_PASSPORT = re.compile(r"(?<![\w@.-])[A-Za-z]\d{7}(?![\w])")
_BANK_BEFORE = re.compile(
    rf"(?<!\w)(?:{BANKS}|{_WALLETS}|transfer|trf|tf|kirim[ ]ke){_FILLER}"
    rf"(?P<number>\d{{8,17}}(?!\d)|\d{{2,6}}(?:[ .-]\d{{2,9}}|[.-]\d){{1,5}})(?!\d)",
    re.IGNORECASE,
)
_BANK_AFTER = re.compile(
    # Not the end of a longer number, nor a phone number, which has a tag of its own.
    r"(?<!\d)(?<!\d[ .-])(?!08|62[ .-]?8)(?P<number>\d{8,17}|\d{2,6}(?:[ .-]\d{2,9}){1,4})"
    rf"\s?[(,-]?\s?(?:(?:{BANKS})\b|a/n|atas nama)",
    re.IGNORECASE,
)
_LONG = re.compile(r"(?<!\d)\d{10,}(?!\d)")
MOST_DIGITS_OF_MONEY = 13
_ROUND = re.compile(r"0{4,}\Z")


def labelled(text: str) -> Iterator[Find]:
    """Numbers that stand right behind the word that says what they are."""
    finds = [(*found.span("number"), tag) for rule, tag in _LABELLED for found in rule.finditer(text)]
    finds += [(*found.span(), "[NPWP]") for found in _NPWP.finditer(text)]
    yield from apart(finds)


def identity_numbers(text: str) -> Iterator[Find]:
    """Sixteen digits: a NIK or family card by their built-in place and date, or a card of a bank."""
    for found in _SIXTEEN.finditer(text):
        digits = re.sub(r"\D", "", found[0])
        if _AMOUNTS_OR_DATES.fullmatch(found[0]):
            continue
        if is_nik(digits):
            yield found.start(), found.end(), "[NIK]"
        elif _CARD.fullmatch(found[0]):
            yield found.start(), found.end(), "[REK]"


def is_nik(digits: str) -> bool:
    """Whether 16 digits may be a NIK: a province, a day (women: plus 40) and a month."""
    day, month = int(digits[6:8]), int(digits[8:10])
    return int(digits[:2]) in _PROVINCES and (1 <= day <= 31 or 41 <= day <= 71) and 1 <= month <= 12


def passports(text: str) -> Iterator[Find]:
    """An Indonesian passport number without a label: a letter and seven digits."""
    for found in _PASSPORT.finditer(text):
        if not _ROUND.search(found[0]):
            yield found.start(), found.end(), "[PASPOR]"


def transfers(text: str) -> Iterator[Find]:
    """Account numbers near the name of a bank or wallet; round ones are amounts."""
    finds = []
    for rule in (_BANK_BEFORE, _BANK_AFTER):
        for found in rule.finditer(text):
            digits = re.sub(r"\D", "", found["number"])
            if 8 <= len(digits) <= 17 and not _ROUND.search(digits):
                finds.append((*found.span("number"), "[REK]"))
    yield from apart(finds)


def long_numbers(text: str) -> Iterator[Find]:
    """Ten digits and more that nothing explains: an account or a number of some card."""
    for found in _LONG.finditer(text):
        if len(found[0]) > MOST_DIGITS_OF_MONEY or not _ROUND.search(found[0]):
            yield found.start(), found.end(), "[REK]"


def apart(finds: list[Find]) -> Iterator[Find]:
    """From left to right, without those that overlap an earlier or longer one."""
    end = 0
    for start, stop, tag in sorted(finds, key=lambda find: (find[0], -find[1])):
        if start >= end:
            end = stop
            yield start, stop, tag
