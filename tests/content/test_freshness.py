from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.freshness import REVIEW_MONTHS, Freshness, freshness_of, next_review


@pytest.mark.parametrize(
    ("reviewed", "months", "due"),
    [
        (date(2026, 11, 24), 3, date(2027, 2, 24)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 12, 31), 24, date(2028, 12, 31)),
    ],
)
def test_the_next_review_is_on_the_same_day_of_a_later_month(reviewed: date, months: int, due: date) -> None:
    assert next_review(reviewed, months) == due


def test_an_article_is_due_after_its_term_and_withheld_after_twice_that() -> None:
    reviewed = date(2026, 11, 24)
    assert freshness_of(reviewed, 6, date(2027, 5, 23)) is Freshness.FRESH
    assert freshness_of(reviewed, 6, date(2027, 5, 24)) is Freshness.DUE
    assert freshness_of(reviewed, 6, date(2027, 11, 23)) is Freshness.DUE
    assert freshness_of(reviewed, 6, date(2027, 11, 24)) is Freshness.WITHHELD


@given(st.dates(), st.sampled_from(REVIEW_MONTHS), st.integers(0, 2000))
def test_no_article_becomes_fresher_by_waiting(reviewed: date, months: int, days: int) -> None:
    order = list(Freshness)
    today = min(reviewed, date.max - timedelta(days=3000)) + timedelta(days=days)
    first, later = (freshness_of(reviewed, months, day) for day in (today, today + timedelta(days=100)))
    assert order.index(first) <= order.index(later)
