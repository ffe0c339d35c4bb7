"""Why a message was understood as it was: every step that decided, ready for staff."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

import nlu
from nlu import Context, PastTurn

NOW = datetime(2026, 5, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["cara buat paspor", "majikan memukul saya", "", "klo ke taiwan gajinya brp?"]
)
def test_it_tells_what_understanding_says(understander: nlu.Understander, text: str) -> None:
    seen, told = understander.understand(text), understander.explain(text)
    assert json.loads(json.dumps(told)) == told
    assert len(told["topics"]) == 5
    assert [t["topic"] for t in told["topics"]] == [s.topic for s in understander.think(text).ranking.best(5)]
    assert [sign["kind"] for sign in told["danger"]] == [sign.kind for sign in seen.danger]
    assert told["destination"] == seen.destination


def test_repairs_and_chat_spelling_are_shown(understander: nlu.Understander) -> None:
    told = understander.explain("klo mau buat pasporr brp")
    assert told["repaired"] == {"pasporr": "paspor"}
    assert told["read"] == "kalau mau buat paspor berapa"


def test_danger_names_its_rule_and_words(understander: nlu.Understander) -> None:
    (sign,) = understander.explain("saya diperkosa anak majikan")["danger"]
    assert sign["kind"] == "sexual-violence"
    assert "diperkosa" in sign["evidence"]


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("cara buat paspor", "models"),
        ("kalau jepang?", "follow-up"),
        ("yang kedua", "choice"),
        ("makasih ya", "thanks"),
    ],
)
def test_it_says_whether_the_context_decided(understander: nlu.Understander, text: str, because: str) -> None:
    before = PastTurn("salary-by-country", "TW", NOW, ("passport", "visa"))
    assert understander.explain(text, Context((before,), None, NOW))["decided_by"] == because
