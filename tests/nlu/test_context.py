"""What a message takes over from the turns before: as much as a person would, and for half an hour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

import nlu
from nlu import Context, Decision, PastTurn, Understanding
from nlu.context import FORGOTTEN_AFTER

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


def turn(
    topic: str | None, country: str | None = None, *, offered: Sequence[str] = (), ago: int = 1
) -> PastTurn:
    return PastTurn(topic, country, NOW - timedelta(minutes=ago), tuple(offered))


class After:
    """Understands a message said after some turns."""

    def __init__(self, understander: nlu.Understander) -> None:
        self._understander = understander

    def __call__(self, text: str, *turns: PastTurn) -> Understanding:
        return self._understander.understand(text, Context(turns, None, NOW))


@pytest.fixture
def after(understander: nlu.Understander) -> After:
    return After(understander)


@pytest.mark.parametrize(
    "text", ["kalau jepang?", "klo ke jepang gimana", "jepang", "how about Japan?", "bagaimana dengan jepang"]
)
def test_a_country_alone_asks_the_same_of_that_country(after: After, text: str) -> None:
    seen = after(text, turn("salary-by-country", "TW"))
    assert (seen.topic, seen.destination) == ("salary-by-country", "JP")


def test_a_topic_that_stands_for_a_country_changes_with_it(after: After) -> None:
    assert after("kalau korea?", turn("dest-taiwan", "TW")).topic == "dest-korea"
    assert after("kalau polandia?", turn("dest-taiwan", "TW")).topic == "dest-others"
    assert after("kalau korea?", turn("language-japanese", "JP")).topic == "language-korean"


@pytest.mark.parametrize(
    ("text", "before", "topic"),
    [
        ("berapa biayanya?", "passport", "passport"),
        ("biayanya berapa?", "dest-taiwan", "costs-overview"),
        ("gajinya berapa?", "dest-taiwan", "salary-by-country"),
        ("syaratnya apa?", "dest-taiwan", "dest-taiwan"),
        ("dokumennya apa saja?", "dest-taiwan", "documents-required"),
        ("berapa lama?", "medical-check", "medical-check"),
        ("caranya gimana?", "e-pmi", "e-pmi"),
    ],
)
def test_a_question_without_a_subject_is_about_the_topic_before(
    after: After, text: str, before: str, topic: str
) -> None:
    assert after(text, turn(before, "TW")).topic == topic


def test_the_country_is_remembered_without_being_named_again(after: After) -> None:
    assert after("gajinya berapa?", turn("dest-taiwan", "TW")).destination == "TW"
    assert after("gajinya berapa?", turn("dest-taiwan", "TW"), turn("thanks")).destination == "TW"


@pytest.mark.parametrize(
    "text", ["bukan, maksud saya paspor hilang", "eh salah, paspor hilang", "bukan itu, paspor hilang"]
)
def test_a_correction_is_read_without_what_it_takes_back(after: After, text: str) -> None:
    assert after(text, turn("visa")).topic == after("paspor hilang").topic == "passport"


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("yang kedua", "visa"), ("2", "visa"), ("nomor 2 saja", "visa"), ("pilih yang dua", "visa"),
        ("yang pertama ya", "passport"), ("yang terakhir", "e-pmi"), ("the second", "visa"),
    ],
)  # fmt: skip
def test_a_place_in_the_list_chooses_what_was_offered(after: After, text: str, topic: str) -> None:
    seen = after(text, turn(None, offered=("passport", "visa", "e-pmi")))
    assert (seen.topic, seen.decision) == (topic, Decision.ANSWER)


def test_a_place_outside_of_the_list_chooses_nothing(after: After) -> None:
    assert after("yang ketiga", turn(None, offered=("passport", "visa"))).topic not in {"passport", "visa"}
    offered_earlier = (turn(None, offered=("passport", "visa")), turn("e-pmi"))
    assert after("yang kedua", *offered_earlier).topic != "visa"


def test_a_new_question_leaves_the_old_topic(after: After) -> None:
    assert after("cara cek agen resmi", turn("passport")).topic == "agency-check"
    assert after("apakah ini penipuan", turn("salary-by-country", "TW")).topic == "scam-signs"


def test_courtesy_and_commands_are_not_taken_for_follow_ups(after: After) -> None:
    assert after("terima kasih banyak", turn("passport")).topic == "thanks"
    assert after("halo", turn("passport")).topic == "greet"
    assert after("menu", turn("passport")).topic == "help-menu"


def test_half_an_hour_later_all_is_forgotten(after: After) -> None:
    minutes = int(FORGOTTEN_AFTER.total_seconds()) // 60
    assert minutes == 30
    just, past = (
        turn("salary-by-country", "TW", ago=minutes),
        turn("salary-by-country", "TW", ago=minutes + 1),
    )
    assert after("kalau jepang?", just).topic == "salary-by-country"
    forgotten, alone = after("kalau jepang?", past), after("kalau jepang?")
    assert (forgotten.topic, forgotten.ranking) == (alone.topic, alone.ranking)
    old_offer = turn(None, offered=("passport", "visa"), ago=minutes + 1)
    assert after("yang kedua", old_offer).topic != "visa"


def test_danger_is_seen_whatever_was_said_before(after: After) -> None:
    for before in (turn("passport", "TW"), turn(None, offered=("passport", "visa")), turn("out-of-scope")):
        assert after("tolong, majikan memukul saya", before).decision is Decision.DANGER


def test_the_chat_keeps_its_language_where_a_message_leaves_it_open(understander: nlu.Understander) -> None:
    assert understander.understand("ok", Context(language="jv", now=NOW)).language == "jv"
    assert understander.understand("123", Context(language="su", now=NOW)).language == "su"
    assert understander.understand("").language == "id"
