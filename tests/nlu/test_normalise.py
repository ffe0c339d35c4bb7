"""From what people type to words: nothing of the meaning lost, nothing of the typing kept."""

from __future__ import annotations

import pytest

from nlu import sentences
from nlu.normalise import MAX_CHARACTERS, clean, cut, words_of
from nlu.standard import standard
from nlu.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Kerja KE Jepang?!", "kerja ke jepang"),
        ("bangeeeet", "banget"),
        ("maaaf", "maaf"),
        ("tooolong", "tolong"),
        ("25jt", "25 juta"),
        ("2thn", "2 tahun"),
        ("3bln", "3 bulan"),
        ("500rb", "500 ribu"),
        ("anak2", "anak-anak"),
        ("teman2nya", "teman-temannya"),
        ("anak-anak", "anak-anak"),
        ("ke-jepang", "ke jepang"),
        ("priyé carané", "priye carane"),
        ("bâdhâ", "badha"),
        ("Jum'at", "jumat"),
        ("ｇａｊｉ", "gaji"),
        ("lihat https://contoh.id/x?y=1 dong", "lihat tautan dong"),
        ("tulis ke nama@contoh.id", "tulis ke tautan"),
        ("t.me/grup", "tautan"),
        ("  \t\n ", ""),
        ("!!! ... ???", ""),
        ("\ud800a\x00b", "a b"),
        ("日本に行きたい", "日本に行きたい"),
    ],
)
def test_words_of_what_was_typed(typed: str, words: str) -> None:
    assert " ".join(words_of(typed)) == words


def test_emoji_are_read_as_words() -> None:
    assert words_of("😭")
    assert words_of("takut😭") == ("takut", *words_of("😭"))


def test_a_long_story_keeps_its_beginning_and_its_end() -> None:
    story = "awal cerita " + "kata tengah " * 1000 + "berapa biayanya"
    short = cut(story)
    assert len(short) <= MAX_CHARACTERS
    assert short.startswith("awal cerita")
    assert short.endswith("berapa biayanya")
    assert cut("pendek") == "pendek"


def test_control_characters_never_reach_the_models() -> None:
    assert clean("a\u200bb\u202ec\x07") == "a b c "


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("Halo. Berapa gajinya? Terima kasih!", ["Halo.", "Berapa gajinya?", "Terima kasih!"]),
        ("PT. Maju Jaya resmi?", ["PT. Maju Jaya resmi?"]),
        ("satu\ndua\n\ntiga", ["satu", "dua", "tiga"]),
        ("umur 2.5 tahun", ["umur 2.5 tahun"]),
        ("", []),
    ],
)
def test_messages_are_cut_where_sentences_end(message: str, parts: list[str]) -> None:
    assert sentences.split(message) == parts


def test_endless_sentences_are_bounded_but_the_last_one_stays() -> None:
    parts = sentences.split("ya. " * 500 + "Berapa biayanya?")
    assert len(parts) <= sentences.MAX_SENTENCES
    assert parts[-1] == "Berapa biayanya?"


@pytest.mark.parametrize(
    ("typed", "language", "read"),
    [
        ("brp gajinya klo ke taiwan", "id", "berapa gajinya kalau ke taiwan"),
        ("sy gak bisa", "id", "saya tidak bisa"),
        ("kulo badhe kerja", "jv", "saya mau kerja"),
        ("abdi hoyong damel", "su", "saya ingin kerja"),
        ("work abroad", "en", "kerja luar negeri"),
    ],
)
def test_other_spellings_and_languages_are_read_as_standard_indonesian(
    typed: str, language: str, read: str
) -> None:
    assert " ".join(standard(words_of(typed), language)) == read


VOCABULARY = Vocabulary(
    {"paspor": 9, "berangkat": 9, "biaya": 9, "pencerahan": 9, "jarang": 1}, [{"pendarahan"}]
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("paspr", "paspor"),
        ("passpor", "paspor"),
        ("berangkst", "berangkat"),
        ("biyaa", "biaya"),
        ("brangkat", "berangkat"),
        ("paspor", "paspor"),
        ("pendarahan", "pendarahan"),
        ("pasar", "pasar"),
        ("bya", "bya"),
        ("12345", "12345"),
        ("jaramg", "jaramg"),
        ("日本", "日本"),
        ("kulkas", "kulkas"),
    ],
)
def test_only_slips_of_the_thumb_are_repaired(typed: str, meant: str) -> None:
    assert VOCABULARY.repair(typed) == meant
