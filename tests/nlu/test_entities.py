"""Which country a message is about, and for whom it asks, by word lists alone."""

from __future__ import annotations

import pytest

from nlu import entities
from nlu.reading import plain_sentences, read


def words(text: str, language: str = "id") -> tuple[str, ...]:
    return read(plain_sentences(text), language).words


@pytest.mark.parametrize(
    ("language", "text", "country"),
    [
        ("id", "mau kerja ke jepang", "JP"),
        ("en", "I want to work in Germany", "DE"),
        ("en", "jobs in Saudi Arabia", "SA"),
        ("jv", "arep nyambut gawe nang Korea", "KR"),
        ("su", "hoyong damel ka Singapura", "SG"),
        ("id", "kerja di polandia", "PL"),
        ("id", "gaji di taipei berapa", "TW"),
        ("id", "kerja di Kuala Lumpur", "MY"),
        ("id", "tki di sabah", "MY"),
        ("id", "kerja di Jeddah", "SA"),
        ("id", "magang ke tokyo", "JP"),
        ("id", "negeri ginseng", "KR"),
        ("id", "kerja di negeri sakura", "JP"),
        ("id", "kerja di formosa", "TW"),
        ("id", "gajinya berapa yen", "JP"),
        ("id", "gaji 1700 ringgit cukup?", "MY"),
        ("id", "dolar hongkong", "HK"),
        ("id", "ujian EPS-TOPIK kapan", "KR"),
        ("id", "tes JLPT N4", "JP"),
        ("id", "harus lulus goethe B1", "DE"),
        ("id", "timur tengah sudah dibuka?", "ME"),
        ("id", "kursus bahasa jepang", "JP"),
    ],
)
def test_countries_cities_nicknames_currencies_and_exams(language: str, text: str, country: str) -> None:
    assert entities.destination(words(text, language)) == country


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("dari malaysia mau ke jepang", "JP"),
        ("pulang dari taiwan", "TW"),
        ("bukan ke malaysia tapi ke singapura", "SG"),
        ("gak jadi ke taiwan, ke brunei aja", "BN"),
        ("ga mau ke malaysia min", None),
        ("tidak ada job ke taiwan?", "TW"),
        ("selain jepang ke mana lagi", None),
        ("taiwan apa hong kong", None),
        ("bagusan jepang atau korea", None),
        ("kursus bahasa inggris", None),
        ("kerja di batam", None),
        ("saya orang malang mau kerja", None),
        ("bolehkah saya berangkat", None),
        ("", None),
    ],
)
def test_grammar_decides_which_mention_counts(text: str, country: str | None) -> None:
    assert entities.destination(words(text)) == country


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        ("saya mau kerja ke korea", "self"),
        ("berapa gajinya", "self"),
        ("suami saya belum dapat gaji", "relative"),
        ("anak saya mau ke taiwan", "relative"),
        ("istri saya di hong kong gajinya dipotong", "relative"),
        ("keponakan saya umur 19 mau ke korea", "relative"),
        ("teman saya ditipu calo", "other"),
        ("tetangga saya mau berangkat", "other"),
        ("saya kades, ada warga mau ke malaysia", "other"),
        ("saya relawan desa, ada warga yang hilang", "other"),
        ("murid saya mau magang", "other"),
    ],
)
def test_for_whom_somebody_asks(text: str, whom: str) -> None:
    assert entities.asks_for(words(text)) == whom


@pytest.mark.parametrize(
    "text",
    [
        "bu, saya mau tanya",
        "pak gimana caranya",
        "suami tidak mengizinkan saya pergi",
        "mau kirim uang ke ibu di kampung",
        "saya mau pulang karena ibu sakit",
        "jaga nenek di taiwan gajinya berapa",
        "majikan saya galak sama anaknya",
    ],
)
def test_not_everybody_who_is_mentioned_is_asked_for(text: str) -> None:
    assert entities.asks_for(words(text)) == "self"


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "my brother wants to work in Korea"), ("jv", "adhiku pengin kerja nang Jepang")],
)
def test_relatives_in_other_languages(language: str, text: str) -> None:
    assert entities.asks_for(words(text, language)) == "relative"


def test_a_mention_knows_its_place_in_the_message() -> None:
    found = entities.mentions(words("dari hong kong ke jepang"))
    assert [(m.code, m.start, m.end) for m in found] == [("HK", 1, 3), ("JP", 4, 5)]
