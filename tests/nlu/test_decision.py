"""The ladder: danger before all, a clear answer, else a choice, else the search, else a person."""

from __future__ import annotations

import pytest

from nlu import decision
from nlu.decision import AHEAD_BY, ANSWER_FROM, CHOOSE_FROM, ELSEWHERE_BELOW, REJECT_BELOW, SERVICE_FROM
from nlu.types import OUT_OF_SCOPE, Decision, Scored

SERVICE = frozenset({"greet", "thanks", OUT_OF_SCOPE})
LITTLE = 0.001


def decided(
    *ranking: tuple[str, float], raw: float = 1.0, danger: bool = False, found: bool = False
) -> Decision:
    return decision.decide([Scored(*each) for each in ranking], raw, SERVICE, danger=danger, found=found)


def test_danger_is_never_outvoted() -> None:
    assert decided(("visa", 0.99), danger=True) is Decision.DANGER
    assert decided(("greet", 0.99), raw=0.0, danger=True) is Decision.DANGER
    assert decided(danger=True) is Decision.DANGER


def test_nothing_known_goes_to_a_person() -> None:
    assert decided() is Decision.PERSON


@pytest.mark.parametrize(
    ("best", "second", "rung"),
    [
        (0.95, 0.01, Decision.ANSWER),
        (ANSWER_FROM, 0.0, Decision.ANSWER),
        (ANSWER_FROM - LITTLE, 0.0, Decision.CHOOSE),
        (ANSWER_FROM, ANSWER_FROM - AHEAD_BY - LITTLE, Decision.ANSWER),
        (ANSWER_FROM, ANSWER_FROM - AHEAD_BY + LITTLE, Decision.CHOOSE),
        (CHOOSE_FROM, 0.1, Decision.CHOOSE),
        (CHOOSE_FROM - LITTLE, 0.1, Decision.PERSON),
    ],
)
def test_an_article_is_sent_only_when_it_is_sure_and_clearly_ahead(
    best: float, second: float, rung: Decision
) -> None:
    assert decided(("visa", best), ("passport", second)) is rung


def test_a_suspicion_of_another_subject_asks_back() -> None:
    assert decided(("visa", 0.9), (OUT_OF_SCOPE, ELSEWHERE_BELOW - LITTLE)) is Decision.ANSWER
    assert decided(("visa", 0.9), (OUT_OF_SCOPE, ELSEWHERE_BELOW)) is Decision.CHOOSE


def test_services_need_less_but_must_be_clear_too() -> None:
    assert decided(("greet", SERVICE_FROM), ("visa", 0.1)) is Decision.SERVICE
    assert decided(("greet", SERVICE_FROM - LITTLE), ("visa", 0.1)) is Decision.CHOOSE
    assert decided(("greet", 0.5), ("visa", 0.45)) is Decision.CHOOSE


def test_another_subject_goes_to_a_person_and_is_never_offered() -> None:
    assert decided((OUT_OF_SCOPE, 0.9), ("visa", 0.05)) is Decision.PERSON
    assert decided((OUT_OF_SCOPE, 0.4), ("visa", 0.35)) is Decision.PERSON
    assert decided((OUT_OF_SCOPE, 0.4), ("visa", 0.35), found=True) is Decision.SEARCH


def test_what_resembles_nothing_is_searched_not_offered() -> None:
    assert decided(("visa", 0.3), raw=REJECT_BELOW) is Decision.CHOOSE
    assert decided(("visa", 0.3), raw=REJECT_BELOW - LITTLE) is Decision.PERSON
    assert decided(("visa", 0.3), raw=REJECT_BELOW - LITTLE, found=True) is Decision.SEARCH
