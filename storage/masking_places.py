"""Where somebody lives: streets, RT/RW, villages, districts, and what is called an address."""

from __future__ import annotations

import re
from collections.abc import Iterator

from storage.masking_common import COMMON, may_be_name, words
from storage.masking_tags import Find

TRIGGER = (
    r"alamat|address|\b(?:jl|jln|jalan|gg|gang|rt|rw|desa|ds|dusun|dsn|dukuh|kampung|kp|kel|kelurahan|kec|kecamatan|"
    r"blok|perum|perumahan|komplek|kompleks)\b"
)
_WORD = r"[^\W\d_][\w'’-]*"
_NUMBER = r"(?:no|nomor|nmr)\.?\s?\d+\w?(?:[/-]\w{1,4})?"
_AREA = (
    r"(?:kab|kabupaten|kec|kecamatan|kel|kelurahan|desa|ds|dusun|dsn|kampung|kp|kota|rt|rw|jl|jln|blok|prov|"
    r"provinsi|di|dan|no|hp|wa)"
)
_PARTS = re.compile(
    r"(?<!\w)(?:"
    rf"(?:jl|jln|gg)\b\.?\s?(?P<street>{_WORD}(?:\s{_WORD}){{0,3}}?)(?:\s(?:{_NUMBER}|\d{{1,3}}\w?)"
    r"|(?=\s*[,.;\n\ue000-\uf8ff]|\s*$|\s(?:rt|rw|desa|ds|dusun|dsn|kel|kec|kab|di|dan|kota|blok|jl|jln|gg)\b))"
    rf"|(?:jalan|gang)\s{_WORD}(?:\s{_WORD}){{0,3}}?\s(?:{_NUMBER}|(?=rt\b))"
    r"|(?:gg|gang|lr|lorong)\b\.?\s?\d{1,3}\w?"
    r"|rt\s?/\s?rw\s?[.:]?\s?\d{1,3}\s?[/.-]\s?\d{1,3}"
    r"|rt\s?[./:]?\s?\d{1,3}(?:\s?[/,.-]?\s?(?:rw\s?[.:]?\s?)?\d{1,3})?"
    r"|rw\s?[.:]?\s?\d{1,3}"
    r"|blok\s[a-z]{1,2}(?:\s?[-/.]?\s?\d{1,3})?(?:\s?[/-]?\s?(?:no\.?\s?)?\d{1,3})?"
    r"|(?P<marker>(?:desa|dusun|dukuh|kampung|kelurahan|kecamatan|perum|perumahan|komplek|kompleks)\b"
    rf"|(?:ds|dsn|kp|kel|kec)\b\.?)\s?:?\s?(?P<place>{_WORD})(?P<second>\s(?!{_AREA}\b){_WORD})?"
    rf"|{_NUMBER})(?!\w)",
    re.IGNORECASE,
)
_NO_PLACE = words("""
    abdi adakah aparat asal baik belum berdaya bersama binaan dari dengan desa di domisili emas ini
    itu jadi kami ke kecamatan kelurahan kita kula kulo lain masing mana merah migran nang nelayan
    neng ning percontohan produktif punika ramah saged sampai sareng saya se sendiri setempat siaga
    siap sini sy tangguh terdekat tempat tersebut tertinggal tiasa untuk urang wisata wonten yang yg
    """)
# Ordinary words that begin the names of places: "desa air keruh".
_BEGINS = words("""
    air anak balai bandar bangun baru batang batu bukit buluh bumi buntu danau gunung hulu jati kampung karang
    kayu kebun kota
    lembah lima lubuk mandi meral muara padang pangkalan pantai pasar pasir pinang pintu pondok pulau rantau
    rumah sawah selat simpang sinar situ suka sumber sungai taman tanah tanjung teluk tiga ujung
    """)
_OFFICE = re.compile(
    r"(?:kantor|kepala|perangkat|surat|dana|lurah|camat|pak|bu|aparat|balai|bidan|koperasi)\s\Z",
    re.IGNORECASE,
)
# "blok m": a bus station as soon as the end of an address.
_LETTER_ONLY = re.compile(r"blok\s[a-z]{1,2}\Z", re.IGNORECASE)
_RT = re.compile(r"[\s,.]{0,3}r[tw]\b", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s,./-]{0,3}\Z")
_STATED = re.compile(
    r"(?<!\w)(?:"
    r"(?P<sure>alamat(?:ku|nya)?(?:\s?(?:lengkap|rumah|ktp|asal|tinggal|domisili|saya|sy|aku|ku|kami|majikan|ortu))*"
    r"\s?(?:[:=]|(?:adalah|yaitu|di)\b)|(?:my\s)?address\s?(?:is\b|:))"
    r"|alamat(?:ku|\s(?:rumah\s)?(?:saya|sy|aku|kami|majikan|penampungan))(?!\s*(?:[:=]|(?:adalah|yaitu|di)\b)))"
    r"\s*(?P<body>[^\W_][^;\n!?\ue000-\uf8ff]{2,100}?)"
    r"(?=\s*(?:[;\n!?\ue000-\uf8ff]|\.\s|\.?\s*\Z|,?\s(?:no\.?\s?hp|hp|wa|telp|tlp|nik|nama|umur|usia|mau|ingin|apakah|"
    r"tolong|mohon|saya|bisa|gimana|apa|tapi|rek|email)\b))",
    re.IGNORECASE,
)
_PLACE_WORD = re.compile(
    r"(?:jalan|gang|desa|dusun|kampung|kp|perum|perumahan|komplek|rt|blok|flat|block|lane|di)\b",
    re.IGNORECASE,
)
_NO_ADDRESS = re.compile(
    r"(?:salah|beda|berbeda|tidak|gak|ga|belum|sudah|sdh|apa|mana|dimana|kantor|dinas|disnaker|bp3mi|kbri|kjri|kdei|"
    r"email|sesuai|harus|bisa|yang|yg|pt|web|website|pindah|diubah|ganti|ktp|kk|paspor|sip2mi|surat|kontrak|dan)\b",
    re.IGNORECASE,
)


def addresses(text: str) -> Iterator[Find]:
    """What follows "alamat saya", and streets, RT/RW, villages and districts wherever they stand."""
    spans = sorted([*_stated(text), *_marked(text)])
    while spans:
        start, end = spans.pop(0)
        while spans and (spans[0][0] <= end or _BETWEEN.match(text, end, spans[0][0])):
            end = max(end, spans.pop(0)[1])
        yield start, end, "[ALAMAT]"


def _stated(text: str) -> Iterator[tuple[int, int]]:
    for found in _STATED.finditer(text):
        first = re.split(r"[\s.,:]", found["body"], maxsplit=1)[0].lower()
        place = found["sure"] or first not in COMMON or _PLACE_WORD.match(first)
        if place and not _NO_ADDRESS.match(found["body"]):
            yield found.span("body")


def _marked(text: str) -> Iterator[tuple[int, int]]:
    """Parts of addresses; a house number or a letter alone counts only beside another part."""
    spans: list[tuple[int, int]] = []
    numbers: list[tuple[int, int]] = []
    for found in _PARTS.finditer(text):
        start, end = found.span()
        if found["marker"]:
            if _OFFICE.search(text[max(0, start - 12) : start]):
                continue
            second = (found["second"] or "").strip()
            named = bool(second) and may_be_name(second, _NO_PLACE)
            if not may_be_name(found["place"], _NO_PLACE):
                if _RT.match(text, found.end("place")) and found["place"].lower() not in _NO_PLACE:
                    named = False
                    end = found.end("place")
                elif not named or found["place"].lower() not in _BEGINS:
                    continue
            elif not named:
                end = found.end("place")
        elif text[start : start + 2].lower() == "no" or _LETTER_ONLY.match(found[0]):
            numbers.append((start, end))
            continue
        spans.append((start, end))
    yield from spans
    for start, end in numbers:
        if any(_BETWEEN.match(text, stop, start) for _, stop in spans if stop <= start):
            yield start, end
