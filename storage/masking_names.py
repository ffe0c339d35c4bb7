"""Names of people, by the words that announce them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from storage.masking_common import may_be_name, words
from storage.masking_tags import Find

TRIGGER = r"nama|panggil|kenalkan|jeneng|asma|nami\b|ngaran|my\sname|called|this\sis|a/n|a\.n|nm\s?[:=]"
_WHOSE = (
    r"(?:saya|sy|sya|aku|ku|gw|gue|gua|kami|nya|lengkap|asli|panggilan|ibu|bapak|ayah|suami|istri|anak|adik|adek|"
    r"kakak|teman|temen|majikan|sponsor|calo|agen|dia|beliau|ktp|adalah|itu|ini|yaitu|ialah|:|=)"
)
_NAME = re.compile(
    r"(?<![\w/])(?:"
    rf"nama(?:ku|nya)?(?:\s?{_WHOSE}){{1,4}}|namaku|bernama|nm\s?[:=]"
    r"|panggil(?:an)?\s(?:saya|aku|sy|gw|saja|aja)(?:\s(?:saya|aku|saja|aja))?"
    r"|perkenalkan,?\s(?:saya|aku)"
    r"|jeneng(?:ku|e)?(?:\s(?:kulo|kula|aku))?|asma(?:ne|nipun)?\s(?:kulo|kula)|nami\s(?:kulo|kula|abdi|simkuring)"
    r"|ngaran(?:\s(?:abdi|kuring|urang|sim\s?kuring))?"
    r"|my\sname(?:\sis|'s|s)|i\sam\scalled|this\sis"
    r"|a/n|a\.n\.?|atas\snama"
    r")(?!\w)\s{0,3}[:=,\"'-]?\s{0,3}(?P<name>[^\W\d_][\w'’.-]*(?:\s[^\W\d_][\w'’-]*){0,4})",
    re.IGNORECASE,
)
_NEVER = words("""
    ada adalah agen agency agensi aku alamat and apa arep asal asale atau atas bank bri bni bca
    mandiri bapak bin bukan calo cv dan dari dengan di dr eps eps-topik from hoyong hp ibu is istri
    jl kbri kdei ke kecamatan kjri koperasi ktp kulo kula lpk majikan mau mboten nama nik not no
    nomor orang p3mi paspor perusahaan pmi pt rekening rt saking saya sekolah sing sponsor suami sy
    the ti tidak topik umur untuk usia wa yang yayasan yg
    """)
# Part of a name, but never its beginning.
_INSIDE = words("bin binti")
# Said to somebody, at the end: "Yanti mbak".
_ADDRESSED = words("pak bu mas mbak kak min admin bang bos")


def names(text: str) -> Iterator[Find]:
    """What follows "nama saya" and its like, up to a word that is no name."""
    for found in _NAME.finditer(text):
        start = end = found.start("name")
        for word in re.finditer(r"\S+", found["name"]):
            inside = word.start() > 0 and word[0].lower() in _INSIDE
            if not inside and (not may_be_name(word[0], _NEVER) or word[0].lower() in _ADDRESSED):
                break
            end = start + word.start() + len(word[0].rstrip(".,-"))
            if word[0].endswith((".", ",")):
                break
        if end > start:
            yield start, end, "[NAMA]"
