"""What a conversation remembers, for how long, and that it holds nobody's words."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from handlers.memory import KEPT_FOR, KEPT_TURNS, Memory, Place
from handlers.rate_limit import Pace
from nlu import PastTurn

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
FULL = Memory(
    pace=Pace(3.0, NOW, True),
    hinted_at=NOW,
    at=NOW,
    turns=(PastTurn("passport", "TW", NOW, ("visa",)), PastTurn(None, None, NOW)),
    locale="jv",
    destination="TW",
    asked="helped",
    later=("visa",),
    place=Place("passport", 2, "TW"),
    message_id=7,
    alerted_at=NOW,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def test_everything_comes_back_within_half_an_hour() -> None:
    assert Memory.read(FULL.as_json(), NOW + KEPT_FOR) == FULL


def test_later_only_the_pace_and_the_hint_given_to_a_group_are_left() -> None:
    late = Memory.read(FULL.as_json(), NOW + KEPT_FOR + timedelta(seconds=1))
    assert late == Memory(pace=FULL.pace, hinted_at=NOW)


def test_only_the_last_turns_are_kept_and_a_country_stays_until_another_is_named() -> None:
    memory = Memory()
    for number, country in enumerate(["TW", None, None, None]):
        memory = memory.after(PastTurn(f"t{number}", country, NOW))
    assert [turn.topic for turn in memory.turns] == ["t1", "t2", "t3"]
    assert len(memory.turns) == KEPT_TURNS
    assert memory.destination == "TW"
    assert memory.after(PastTurn(None, "JP", NOW)).destination == "JP"


@given(st.dictionaries(st.sampled_from(sorted(FULL.as_json())), JSON))
def test_a_memory_that_cannot_be_read_is_forgotten(damaged: dict[str, Any]) -> None:
    assert isinstance(Memory.read(damaged, NOW), Memory)
