"""Signs of danger by rules alone, as when no model works: nothing missed, nothing cried out over."""

from __future__ import annotations

import pytest

import nlu
from nlu import Context, Decision, danger
from nlu.training import DANGER_KINDS

DANGEROUS = [
    ("id", "violence", "majikan saya memukul saya pakai rotan tadi pagi"),
    ("id", "violence", "aku digebukin bos sampe lebam min"),
    ("id", "violence", "adik saya disiksa majikannya di Riyadh, badannya penuh lebam"),
    ("id", "violence", "sudah dua hari saya tidak dikasih makan sama majikan"),
    ("jv", "violence", "kulo dikaplok juragan kulo saben dinten"),
    ("su", "violence", "abdi dipeupeuh ku majikan unggal poe"),
    ("ms", "violence", "majikan saya pukul saya setiap hari, tolong"),
    ("mad", "violence", "engko' etokol juragan sabban are"),
    ("sas", "violence", "tiang tepantok siq majikan"),
    ("id", "sexual-violence", "saya diperkosa anak majikan"),
    ("id", "sexual-violence", "bapak majikan masuk kamar saya tengah malam terus"),
    ("jv", "sexual-violence", "kula diperkaos majikan"),
    ("id", "confinement", "saya disekap di penampungan, pintunya digembok dari luar"),
    ("id", "confinement", "sy dikunci d kamar ga boleh keluar"),
    ("jv", "confinement", "bojoku dikurung neng penampungan"),
    ("su", "confinement", "abdi dikonci di imah ku dunungan teu meunang kaluar"),
    ("en", "confinement", "they locked me in the house and I cannot leave"),
    ("id", "trafficking", "saya dijual agen ke perusahaan scam di kamboja"),
    ("id", "trafficking", "kami dipaksa kerja di myanmar tidak bisa pulang"),
    ("en", "trafficking", "I was sold to a scam company in Cambodia"),
    ("id", "threat", "agen mengancam mau bunuh keluarga saya"),
    ("jv", "threat", "aku diancam dibunuh karo juraganku"),
    ("id", "self-harm", "saya ingin mati saja"),
    ("id", "self-harm", "rasanya pengen bunuh diri"),
    ("jv", "self-harm", "aku pengin mati wae"),
    ("su", "self-harm", "abdi hoyong maot wae"),
    ("id", "medical", "saya pendarahan hebat dari tadi"),
    ("id", "medical", "teman saya pingsan dan tidak bangun, napasnya sesak"),
    ("en", "medical", "my friend is unconscious and bleeding"),
    ("id", "child", "anak saya umur 15 tahun dibawa agen ke malaysia"),
    ("id", "child", "adik saya masih 14 tahun mau diberangkatkan jadi pembantu ke saudi"),
    ("id", "disaster", "mess kami kebakaran sekarang"),
    ("id", "disaster", "ada gempa besar di sini, kami terjebak di gedung"),
    ("en", "disaster", "there is war here, bombs everywhere, help us"),
]
CALM = {
    "denied": [
        "saya tidak pernah dipukul majikan, cuma mau tanya gaji",
        "majikan saya baik, tidak pernah memukul",
        "ora tau digebuk juragan kok, apik wonge",
        "teu kungsi dicarekan, dunungan bageur",
        "my employer never hits me, I just want to know about salary",
    ],
    "long over": [
        "dulu tahun 2010 ibu saya pernah dipukul majikan, sekarang sudah pulang dan sehat",
        "rumah saya dulu kebakaran jadi ijazah hilang",
    ],
    "a joke or a figure of speech": [
        "wkwk bosku jahat bgt bikin aku mati ketawa",
        "capek banget nunggu visa, bisa mati bosan",
    ],
    "news or a film": [
        "tadi baca berita ada TKW disiksa di Saudi, ngeri ya",
        "i read news about a maid who was beaten, is Saudi safe?",
        "film tentang perdagangan orang bagus ga",
    ],
    "a general question": [
        "apa hukumannya kalau majikan memukul pekerja?",
        "kalau nanti dipukul majikan, saya harus lapor ke mana?",
        "berapa lama hukuman pelaku TPPO",
        "pelatihan pemadam kebakaran untuk PMI",
    ],
    "trouble, but no danger": [
        "paspor saya ditahan agen",
        "gaji saya belum dibayar tiga bulan",
        "saya belum dapat kabar dari suami di Malaysia",
    ],
    "politeness": ["tolong jelaskan syarat ke jepang", "minta tolong infonya ya kak"],
}


@pytest.mark.parametrize(("language", "kind", "text"), DANGEROUS)
def test_the_rules_alone_see_danger(
    understander: nlu.Understander, language: str, kind: str, text: str
) -> None:
    for usual in (language, None):
        seen = understander.rules_only(text, Context(language=usual))
        assert seen.decision is Decision.DANGER
        assert kind in {sign.kind for sign in seen.danger}


def test_every_kind_of_danger_is_in_the_table() -> None:
    assert {kind for _, kind, _ in DANGEROUS} == set(DANGER_KINDS)


@pytest.mark.parametrize("text", [text for texts in CALM.values() for text in texts])
def test_what_only_sounds_alarming_raises_no_alarm(understander: nlu.Understander, text: str) -> None:
    seen = understander.rules_only(text)
    assert [sign.evidence for sign in seen.danger] == []
    assert seen.decision is Decision.PERSON


@pytest.mark.parametrize(
    "text", ["tolong", "TOLONG!!!", "tulung", "help me please", "tolong saya", "🆘 tolong"]
)
def test_a_bare_call_for_help_is_heard(understander: nlu.Understander, text: str) -> None:
    assert understander.understand(text).decision is Decision.DANGER


def test_a_sign_says_what_raised_it(understander: nlu.Understander) -> None:
    (sign,) = understander.rules_only("saya diperkosa anak majikan").danger
    assert sign.kind == "sexual-violence"
    assert "diperkosa" in sign.evidence


def test_the_weightier_of_two_dangers_stands_first_and_each_kind_once(understander: nlu.Understander) -> None:
    signs = understander.rules_only("saya dipukul dan ditendang majikan, pintu dikunci dari luar").danger
    kinds = [sign.kind for sign in signs]
    assert set(kinds) == {"violence", "confinement"}
    assert len(kinds) == 2


def test_what_understanding_finds_is_never_less_than_the_rules(understander: nlu.Understander) -> None:
    for language, kind, text in DANGEROUS:
        seen = understander.understand(text, Context(language=language))
        assert seen.decision is Decision.DANGER, text
        assert kind in {sign.kind for sign in seen.danger}, text
        assert seen.topic not in understander.service


def test_danger_in_the_middle_of_a_story_is_found(understander: nlu.Understander) -> None:
    before = "Nama saya Sri dari Cilacap. Saya berangkat tahun lalu lewat PT di Jakarta. " * 5
    after = " Maaf kalau kepanjangan. Terima kasih sebelumnya ya Pak, Bu." * 3
    assert understander.understand(f"{before}Tiap malam saya dipukul majikan.{after}").danger


def test_the_word_lists_have_no_pattern_that_can_never_match() -> None:
    """Each row is found in a message made of its own words."""
    lists = danger.lists()
    for kind in DANGER_KINDS:
        assert any(kind in pattern.name for pattern in _patterns(lists.signs)), kind
    for pattern in _patterns(lists.signs):
        words = [min(element.words()) for element in pattern.elements]
        assert pattern.end(words, 0) == len(words), pattern.name


def _patterns(index: danger.PatternIndex) -> list[danger.Pattern]:
    return [pattern for group in (*index._whole.values(), *index._beginning.values()) for pattern in group]
