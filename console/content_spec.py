"""Which fields the files of the content have, for forms: what the content's readers check, said to people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from console.wording import msg
from content.agencies import COLUMNS
from content.contacts import CONFIDENCES, NUMBER_KINDS
from content.freshness import REVIEW_MONTHS
from content.model import LOCALES
from content.pages import OWNERS
from content.sources import TIERS
from content.table_model import (
    AgencyStatus,
    AmountKind,
    ContractKind,
    ExamKind,
    KurUnit,
    OfficeKind,
    Payer,
    Period,
    RequiredBy,
    Status,
    WageBasis,
)

Kind = Literal["line", "word", "text", "day", "number", "flag", "choice", "words", "texts", "group", "items"]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form.

    `line` is a sentence, `word` a name or an address, `text` several lines, `words` a list of names,
    `texts` a sentence by language, `group` a mapping, `items` a list of mappings.
    """

    key: str
    label: str
    kind: Kind = "line"
    choices: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    hint: str = ""


_LANGUAGES = {"id": msg("Indonesia"), "en": msg("Inggris"), "jv": msg("Jawa"), "su": msg("Sunda")}


def _choice(key: str, label: str, choices: tuple[str, ...]) -> Field:
    return Field(key, label, "choice", choices)


def _texts(key: str, label: str) -> Field:
    return Field(key, label, "texts", fields=tuple(Field(each, _LANGUAGES[each]) for each in LOCALES))


_MONTHS = _choice("review_months", msg("Berlaku berapa bulan"), tuple(map(str, REVIEW_MONTHS)))
_REVIEWED = Field("reviewed_on", msg("Fakta terakhir diperiksa"), "day")
_SOURCES = Field(
    "sources",
    msg("Sumber"),
    "items",
    fields=(
        Field("title", msg("Judul sumber")),
        Field("url", msg("Alamat web"), "word"),
        Field("ref", msg("Atau keterangan, kalau tidak ada alamat web")),
        Field("date", msg("Tanggal sumber (2026, 2026-11, 2026-11-24, atau undated)"), "word"),
        _choice("tier", msg("Jenis sumber"), TIERS),
        Field("retrieved", msg("Dibaca tanggal"), "day"),
    ),
    hint=msg("Kosongkan judul dan alamat untuk menghapus satu sumber."),
)
ARTICLE = (
    Field("title", msg("Judul"), hint=msg("Paling banyak 60 huruf; tombol menampilkan sekitar 40.")),
    Field(
        "summary", msg("Jawaban singkat"), "text", hint=msg("Dikirim lebih dulu. Paling banyak 400 huruf.")
    ),
    _REVIEWED,
    _MONTHS,
    _SOURCES,
    _choice("owner", msg("Pemilik"), OWNERS),
    Field("related", msg("Topik terkait"), "words", hint=msg("Dua sampai empat topik, dipisah koma.")),
    Field("ask", msg("Kontak untuk bertanya"), "word", hint=msg("id di contacts.yml")),
    Field("danger", msg("Artikel bahaya"), "flag"),
    Field(
        "correction",
        msg("Koreksi penting"),
        "group",
        fields=(
            Field("date", msg("Tanggal koreksi"), "day"),
            Field("what", msg("Apa yang dulu salah, dan yang benar")),
        ),
        hint=msg(
            "Isi hanya kalau teks lama bisa merugikan orang. Orang yang mendapat teks lama bisa diberi tahu."
        ),
    ),
)
TRANSLATION = (
    ARTICLE[0],
    ARTICLE[1],
    Field("native_reviewed", msg("Sudah dibaca penutur asli"), "flag"),
)
CONTACT = (
    Field("id", "id", "word"),
    Field("name", msg("Nama resmi")),
    _texts("what_for", msg("Untuk apa")),
    Field(
        "numbers",
        msg("Nomor"),
        "items",
        fields=(
            Field("number", msg("Nomor telepon")),
            _choice("kind", msg("Jenis"), NUMBER_KINDS),
            _texts("label", msg("Keterangan nomor")),
        ),
        hint=msg("Kosongkan semua isian satu nomor untuk menghapusnya."),
    ),
    Field("web", msg("Situs"), "word"),
    Field("address", msg("Alamat")),
    _texts("hours", msg("Jam layanan")),
    _texts("dial_from", msg("Bisa ditelepon dari")),
    Field(
        "destination",
        msg("Negara"),
        "word",
        hint=msg("Dua huruf besar, misalnya TW; kosong untuk Indonesia."),
    ),
    Field("kinds", msg("Jenis bantuan"), "words"),
    _SOURCES,
    Field("checked_on", msg("Terakhir diperiksa"), "day"),
    _MONTHS,
    _choice("confidence", msg("Kepastian"), CONFIDENCES),
)
_OF_FILE = Field(
    "sources", msg("Sumber"), "words", hint=msg("Nama pendek dari daftar sumber di atas berkas ini.")
)
_DOUBT = (
    Field("certain", msg("Sudah pasti"), "flag"),
    _texts("note", msg("Catatan, kalau belum pasti")),
)
_EVIDENCE = (_OF_FILE, _REVIEWED, _MONTHS, *_DOUBT)
_ID = Field("id", "id", "word")
_SCHEMES = Field("schemes", msg("Jalur"), "words")
_COUNTRIES = Field("destinations", msg("Negara"), "words")
_AMOUNT = Field("amount", msg("Jumlah"), "number")
_CURRENCY = Field("currency", msg("Mata uang"), "word")
_NAMES = _texts("name", msg("Nama"))

ROWS: Mapping[str, tuple[Field, ...]] = {
    "contacts.yml": CONTACT,
    "tables/destinations.yml": (
        _ID,
        Field("code", msg("Negara"), "word"),
        _CURRENCY,
        _SCHEMES,
        _choice("status", msg("Keadaan"), get_args(Status)),
        _texts("status_note", msg("Penjelasan keadaan")),
        Field(
            "wages",
            msg("Upah"),
            "items",
            fields=(
                _texts("job", msg("Pekerjaan")),
                _AMOUNT,
                _CURRENCY,
                _choice("per", msg("Per"), get_args(Period)),
                _choice("basis", msg("Dasar"), get_args(WageBasis)),
                Field("valid_from", msg("Berlaku sejak"), "word"),
                Field("valid_until", msg("Berlaku sampai"), "word"),
                _OF_FILE,
                *_DOUBT,
            ),
        ),
        Field("hotlines", msg("Kontak"), "words"),
        *_EVIDENCE,
    ),
    "tables/documents.yml": (
        _ID,
        _NAMES,
        _texts("what", msg("Isi")),
        _texts("only_if", msg("Hanya kalau")),
        _SCHEMES,
        _choice("required_by", msg("Diminta oleh"), get_args(RequiredBy)),
        *_EVIDENCE,
    ),
    "tables/red-flags.yml": (
        _ID,
        _texts("sign", msg("Tanda")),
        _texts("why", msg("Sebabnya")),
        _choice("weight", msg("Bobot (3: berhenti)"), ("1", "2", "3")),
        *_EVIDENCE,
    ),
    "tables/contract-clauses.yml": (
        _ID,
        _choice("contract", msg("Kontrak"), get_args(ContractKind)),
        _texts("clause", msg("Isi kontrak")),
        _texts("look_for", msg("Yang diperhatikan")),
        Field("law", msg("Pasal")),
        *_EVIDENCE,
    ),
    "tables/cost-items.yml": (
        _ID,
        _NAMES,
        _SCHEMES,
        _COUNTRIES,
        _choice("payer", msg("Siapa yang membayar"), get_args(Payer)),
        _texts("remark", msg("Keterangan")),
        _AMOUNT,
        _CURRENCY,
        _choice("kind", msg("Jenis"), get_args(AmountKind)),
        *_EVIDENCE,
    ),
    "tables/kur.yml": (
        _ID,
        _NAMES,
        _texts("says", msg("Isi")),
        _AMOUNT,
        _choice("unit", msg("Satuan"), get_args(KurUnit)),
        *_EVIDENCE,
    ),
    "tables/tests.yml": (
        _ID,
        _choice("kind", msg("Jenis"), get_args(ExamKind)),
        Field("name", msg("Nama")),
        _COUNTRIES,
        _texts("purpose", msg("Untuk apa")),
        _texts("level", msg("Tingkat")),
        Field("organiser", msg("Penyelenggara")),
        Field("fee", msg("Biaya"), "number"),
        _CURRENCY,
        Field("fee_year", msg("Tahun biaya"), "word"),
        *_EVIDENCE,
    ),
    "tables/offices.yml": (
        _ID,
        Field("contact", msg("Kontak"), "word"),
        _choice("kind", msg("Jenis"), get_args(OfficeKind)),
        Field("country", msg("Negara"), "word"),
        Field("place", msg("Tempat")),
        _texts("serves", msg("Melayani")),
        *_EVIDENCE,
    ),
}
_AGENCY: Mapping[str, Field] = {
    "status": _choice("status", msg("Keadaan"), get_args(AgencyStatus)),
    "source_tier": _choice("source_tier", msg("Jenis sumber"), TIERS),
    "reviewed_on": _REVIEWED,
    "review_months": _MONTHS,
}
_AGENCY_LABELS = {
    "id": "id",
    "name": msg("Nama"),
    "licence": msg("Nomor SIP3MI"),
    "city": msg("Kota kantor pusat"),
    "source_title": msg("Judul sumber"),
    "source_url": msg("Alamat web"),
    "source_date": msg("Tanggal sumber (2026, 2026-11, 2026-11-24, atau undated)"),
}
AGENCY = tuple(_AGENCY.get(column) or Field(column, _AGENCY_LABELS[column]) for column in COLUMNS)
SHOWN: Mapping[str, tuple[str, ...]] = {
    "contacts.yml": ("id", "name", "numbers", "destination", "checked_on"),
    "tables/destinations.yml": ("id", "code", "status", "hotlines", "reviewed_on"),
    "tables/documents.yml": ("id", "name", "required_by", "reviewed_on"),
    "tables/red-flags.yml": ("id", "sign", "weight", "reviewed_on"),
    "tables/contract-clauses.yml": ("id", "contract", "clause", "reviewed_on"),
    "tables/cost-items.yml": ("id", "name", "payer", "amount", "currency", "reviewed_on"),
    "tables/kur.yml": ("id", "name", "amount", "unit", "reviewed_on"),
    "tables/tests.yml": ("id", "name", "fee", "currency", "reviewed_on"),
    "tables/offices.yml": ("id", "contact", "kind", "place", "reviewed_on"),
    "tables/agencies.csv": ("id", "name", "licence", "status", "city", "reviewed_on"),
}
"""The columns of a grid; the rest stands in the form of a row."""
