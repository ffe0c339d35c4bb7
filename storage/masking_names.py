"""Names of people, by the words that announce them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from storage.masking_common import COMMON, may_be_name, words
from storage.masking_numbers import BANKS, apart
from storage.masking_tags import HIDDEN, TAGS, Find

TRIGGER = (
    r"nama|panggil|kenal|jeneng|\b(?:pak|bu|bpk|ibu|bapak|mas|mbak?|haji|ustadz?|mr?s?|miss)\.?\s(?-i:[A-Z])|asma|nami\b|ngaran|wast[ao]|name|called|this\sis|a/n|a\.n|an\.|nm\s|ttd|salam|"
    r"hormat|\b(?:saya|aku|sy)\s(?-i:[A-Z])"
)
_ACCOUNT = chr(HIDDEN + TAGS.index("[REK]"))
_WHOSE = (
    r"(?:saya|sy|sya|aku|ku|gw|gue|gua|kami|nya|lengkap|asli|panggilan|ibu|bapak|ayah|suami|istri|anak|adik|adek|"
    r"kakak|teman|temen|majikan|sponsor|calo|agen|dia|beliau|ktp|adalah|itu|ini|yaitu|ialah|:|=)"
)
_NAME = re.compile(
    r"(?<![\w/])(?:"
    rf"nama(?:ku|nya)?(?:\s?{_WHOSE}){{1,4}}|nama\s\w{{3,15}}nya(?=\s(?-i:[A-Z])|\s(?i:pak|bu)\s)|namaku|bernama|nm\s?[:=]|nm(?:\s?{_WHOSE}){{1,4}}"
    r"|panggil(?:an)?\s(?:saya|aku|sy|gw|saja|aja)(?:\s(?:saya|aku|saja|aja))?"
    r"|(?:per)?kenal(?:kan|in|keun),?\s(?:saya|aku|sy|gw)"
    r"|jeneng(?:ku|e)?(?:\s(?:kulo|kula|aku))?|asma(?:ne|nipun)?\s(?:kulo|kula)|nami\s(?:kulo|kula|abdi|simkuring)"
    r"|wast[ao](?:ipun|ne|na)?(?:\s(?:kulo|kula|abdi))?"
    r"|ngaran(?:\s(?:abdi|kuring|urang|sim\s?kuring))?"
    r"|my\sname(?:\sis|'s|s)|i\sam\scalled|this\sis(?=\s(?-i:[A-Z]))|(?<!user)name\s?[:=]"
    rf"|a/n|a\.n\.?|an\.|(?<={_ACCOUNT}\s)(?:(?:{BANKS})\s)?an|atas\snama|ttd(?=\s?[,:\n])|hormat\ssaya|(?<=\n)salam,"
    r")(?!\w)\s{0,3}[:=,\"'-]?\s{0,3}(?P<name>[^\W\d_][\w'’.-]*(?:\s[^\W\d_][\w'’-]*){0,4})",
    re.IGNORECASE,
)
_NEVER = words("""
    abdi ada adalah agen agency agensi aku alamat and apa arep asal asale atau atas bank bri bni bca
    mandiri bapak bin bukan calo cv dan dari dengan di dr eps eps-topik from hoyong hp ibu is istri
    jl kbri kdei ke kecamatan kjri koperasi ktp kulo kula kuring lpk majikan mau mboten nama nik not no
    nomor orang p3mi paspor perusahaan pmi pt rekening rt saking saya sekolah sing sponsor suami sy
    the ti tidak topik umur untuk urang usia wa yang yayasan yg
    """)
# Part of a name, but never its beginning.
_INSIDE = words("bin binti")
# Said to somebody, at the end: "Yanti mbak".
_ADDRESSED = words("pak bu mas mbak kak min admin bang bos")
# Said before a name: "Pak Haryono", "H. Mukhlis".
_TITLES = words(
    "pak bu bpk ibu bapak mas mbak mba kak bang h hj haji ustad ustadz mr mrs ms miss nyonya tuan"
)
# By the capital letters alone: "saya Kartini dari Demak", "calonya pak Darmo".
_SELF_OR_TITLED = re.compile(
    r"(?<!\w)(?i:saya|aku|sy),?\s(?P<name>[A-Z][a-z]{2,}(?:\s[A-Z][a-z]{2,}){0,2})"
    r"(?=,?\s(?:dari|asal|umur|usia|mau|ingin)\b)"
    r"|(?<!\w)(?i:pak|bu|bpk|ibu|bapak|mas|mbak|mba|haji|ustad|ustadz|mr|mrs|ms|miss)\.?\s"
    r"(?P<titled>[A-Z][a-z]{2,}(?:\s[A-Z][a-z]{2,}){0,2})(?!\w)"
)


def names(text: str) -> Iterator[Find]:
    """What follows "nama saya" and its like, up to a word that is no name."""
    finds: list[Find] = []
    for found in _SELF_OR_TITLED.finditer(text):
        group = "name" if found["name"] else "titled"
        if not any(word in COMMON for word in found[group].lower().split()):
            finds.append((*found.span(group), "[NAMA]"))
    for found in _NAME.finditer(text):
        start = end = found.start("name")
        titles = True
        for word in re.finditer(r"\S+", found["name"]):
            titles = titles and word[0].strip(".").lower() in _TITLES
            if titles:
                continue
            inside = word.start() > 0 and word[0].lower() in _INSIDE
            if not inside and (not may_be_name(word[0], _NEVER) or word[0].lower() in _ADDRESSED):
                break
            end = start + word.start() + len(word[0].rstrip(".,-"))
            if word[0].endswith((".", ",")):
                break
        if end > start:
            finds.append((start, end, "[NAMA]"))
    yield from apart(finds)
