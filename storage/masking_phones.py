"""Phone numbers of Indonesia and of the countries where people work."""

from __future__ import annotations

import re
from collections.abc import Iterator

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

from storage.masking_numbers import COUNTRIES, GAP
from storage.masking_tags import Find

REGIONS = ("ID", "TW", "HK", "MY", "SG", "KR", "JP", "SA", "AE")
MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
_WORD = r"(?:nol|kosong|satu|dua|tiga|empat|lima|enam|tujuh|delapan|lapan|sembilan)"
TRIGGER = rf"\b{_WORD}\b"
_TIGHT = r"[\s.\-_/():]{0,3}"
_PHONE = re.compile(
    # With the code of a country, or with the 0 of the trunk: nothing else looks like that.
    rf"(?<![\w+])(?:\+|00){_TIGHT}[1-9](?:{GAP}\d){{7,14}}(?!\d)"
    rf"|(?<!\d)(?:0\d{{8,14}}|0(?:{_TIGHT}\d){{8,12}})(?!\d)"
    rf"|(?<!\d)62{_TIGHT}8(?:{_TIGHT}\d){{7,11}}(?!\d)"
    r"|(?<!\d)0\d{2,3}[ .-]?\d{3,4}[ .-]?[xX*#]{2,5}"
    r"|(?<![\w])[oO]8(?:[ .-]?[\doO]){7,11}(?![\w])"
    rf"|(?<!\w){_WORD}(?:[\s,.-]{{1,3}}{_WORD}){{7,}}(?!\w)",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"(?<!\w)(?:no[.]?[ ]?hp|nohp|hp|hape|handphone|wa|whats?app|watsap|telp?|telepon|telpon|tlp|tlpn|phone|"
    r"mobile|call|hub|hubungi|kontak|contact|calling|sms)"
    r"(?:[\s:=.,#()-]|\b(?:no|nomor|nomer|number|saya|sy|aku|ku|nya|ini|itu|di|ke|dia|majikan|agen|suami|ibu|bapak|"
    rf"istri|anak|aktif|baru|kantor|sponsor|calo|mbak|mas|pak|bu|is|my|me|at|on|{COUNTRIES})\b){{0,10}}"
    rf"(?P<number>\+?\d(?:{_TIGHT}\d){{6,14}})(?!\d)",
    re.IGNORECASE,
)
_BARE = re.compile(r"(?<![\w.,/-])(?:8\d{2}[ .-]?\d{3,4}[ .-]?\d{2,5}|[1-9]\d{7,9})(?![\w]|[.,/-]\d)")


def phones(text: str) -> Iterator[Find]:
    """Numbers by their form, numbers behind a word for phone, and bare ones that are valid mobile numbers."""
    finds = [found.span() for found in _PHONE.finditer(text)]
    finds += [found.span("number") for found in _LABELLED.finditer(text)]
    finds += [found.span() for found in _BARE.finditer(text) if _is_mobile(re.sub(r"\D", "", found[0]))]
    end = 0
    for start, stop in sorted(finds, key=lambda find: (find[0], -find[1])):
        if start >= end:
            end = stop
            yield start, stop, "[HP]"


def _is_mobile(digits: str) -> bool:
    """Whether a number written without its 0 is somebody's mobile somewhere; round numbers are amounts."""
    if digits.endswith("000"):
        return False
    for region in REGIONS:
        try:
            number = phonenumbers.parse(digits, region)
        except NumberParseException:
            continue
        if (
            phonenumbers.is_valid_number_for_region(number, region)
            and phonenumbers.number_type(number) in MOBILE
        ):
            return True
    return False
