import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import content
from content import search
from content.model import Article, Rich, Section
from tests.content import folder as sample


def article(topic: str, title: str, body: str, locale: str = "id") -> Article:
    sections = tuple(Section(part.split(":")[0], frozenset(), Rich(part)) for part in body.split("|"))
    return Article(
        topic=topic,
        module="m",
        locale=locale,
        title=title,
        summary=Rich(""),
        sections=sections,
        sources=(),
        reviewed_on=date(2026, 11, 24),
        review_months=6,
        owner="",
        related=(),
        danger=False,
        ask="",
        version="",
        text_hash="",
    )


ARTICLES = [
    article("passport", "Membuat paspor", "Syarat: bawa ktp ke imigrasi|Biaya: membayar di bank"),
    article("remittance", "Mengirim uang ke rumah", "Bank: kirim lewat bank resmi|Biaya: ongkos pengiriman"),
    article("medical", "Pemeriksaan kesehatan", "Hasil: dinyatakan tidak sehat|Tempat: rumah sakit"),
    article("passport", "Getting a passport", "Papers: bring your identity card", "en"),
    article("remittance", "Sending money home", "Fees: what the transfer costs", "en"),
]
INDEX = search.Index(ARTICLES, [["upah", "gaji", "uang"]])


def topics(query: str, locale: str = "id") -> list[str]:
    return [hit.topic for hit in INDEX.search(query, locale)]


@pytest.mark.parametrize(
    ("query", "topic"),
    [
        ("cara bikin paspor gimana ya", "passport"),
        ("kirimkan uang", "remittance"),
        ("kesehatannya diperiksa", "medical"),
        ("sending money", "remittance"),
        ("passports", "passport"),
        ("PASPOR!!!", "passport"),
    ],
)
def test_words_find_their_article_whatever_their_form(query: str, topic: str) -> None:
    assert topics(query)[0] == topic


@pytest.mark.parametrize(
    ("query", "topic"), [("papsor", "passport"), ("imigarsi", "passport"), ("kesehtan", "medical")]
)
def test_misspelt_words_are_repaired(query: str, topic: str) -> None:
    assert topics(query) == [topic]


def test_every_language_is_searched_and_a_topic_comes_once() -> None:
    assert topics("paspor passport") == ["passport"]
    assert topics("passport", "id") == ["passport"]


def test_the_best_section_is_named() -> None:
    assert INDEX.search("ongkos", "id")[0].heading == "Biaya"
    assert INDEX.search("paspor", "id")[0].heading == ""


def test_synonyms_count_less_than_the_word_itself() -> None:
    assert topics("gaji") == ["remittance"]
    assert INDEX.search("gaji", "id")[0].score < INDEX.search("uang", "id")[0].score


@pytest.mark.parametrize("query", ["", "   ", "yang dan di", "???", "xyzxyz qqqq", "🙏", "\x00", "a" * 5000])
def test_what_fits_nothing_finds_nothing(query: str) -> None:
    assert topics(query) == []


def test_the_limit_is_kept() -> None:
    assert len(INDEX.search("biaya bank rumah", "id", 2)) == 2
    assert INDEX.search("bank", "id", 0) == []


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200), st.sampled_from(content.LOCALES))
def test_any_text_can_be_searched(query: str, locale: str) -> None:
    hits = INDEX.search(query, locale)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_an_empty_catalog_finds_nothing() -> None:
    assert search.Index([]).search("paspor", "id") == []


def test_synonyms_are_read_from_their_file(folder: Path) -> None:
    sample.write(folder, {"synonyms.yml": "- [paspor, pasaporte]\n"})
    assert content.load(folder).search("pasaporte", "id")[0].topic == "passport"
    sample.write(folder, {"synonyms.yml": "- paspor\n- [satu]\n"})
    problems = content.check(folder, date(2026, 11, 24))
    assert [(problem.file, problem.line) for problem in problems] == [
        ("synonyms.yml", 1),
        ("synonyms.yml", 2),
    ]


def test_a_query_takes_less_than_five_milliseconds() -> None:
    words = [
        f"{first}{second}{third}an" for first in "bcdfghjklm" for second in "aeiou" for third in "bdkmnprst"
    ]
    many = [
        article(
            f"topic-{number}-{locale}",
            "judul",
            " ".join(words[(number * 7 + step) % len(words)] for step in range(300)),
            locale,
        )
        for number in range(78)
        for locale in content.LOCALES
    ]
    index = search.Index(many)
    queries = [f"{words[number]} gimana {words[number + 9]}x caranya qwrtz{number}" for number in range(50)]
    start = time.process_time()
    for query in queries:
        index.search(query, "id")
    assert (time.process_time() - start) / len(queries) < 0.005
