"""The desk is open on working days; a deadline counts only while it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.office_hours import FIRST_REPLY, OfficeHours, first_reply_due

HOURS = OfficeHours.parse("mon-fri 08:00-16:00")
# 24 November 2026 is a Tuesday; Jakarta is seven hours ahead.
TUESDAY_NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
spans = st.timedeltas(timedelta(minutes=1), timedelta(days=3))


@pytest.mark.parametrize(
    ("since", "due"),
    [
        (TUESDAY_NOON, datetime(2026, 11, 24, 5, 15, tzinfo=UTC)),
        (datetime(2026, 11, 24, 8, 55, tzinfo=UTC), datetime(2026, 11, 25, 1, 10, tzinfo=UTC)),
        (datetime(2026, 11, 24, 20, 0, tzinfo=UTC), datetime(2026, 11, 25, 1, 15, tzinfo=UTC)),
        (datetime(2026, 11, 27, 9, 0, tzinfo=UTC), datetime(2026, 11, 30, 1, 15, tzinfo=UTC)),
    ],
    ids=["open", "closes in between", "night", "weekend"],
)
def test_danger_has_fifteen_minutes_at_the_desk(since: datetime, due: datetime) -> None:
    assert first_reply_due("danger", since, HOURS) == due


def test_without_known_hours_the_clock_runs_on() -> None:
    assert first_reply_due("danger", TUESDAY_NOON, None) == TUESDAY_NOON + FIRST_REPLY["danger"]
    assert first_reply_due("unanswered", TUESDAY_NOON, None) == TUESDAY_NOON + timedelta(hours=24)


def test_open_and_closed() -> None:
    assert HOURS.open_at(TUESDAY_NOON)
    assert not HOURS.open_at(datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
    assert not HOURS.open_at(datetime(2026, 11, 28, 5, 0, tzinfo=UTC))
    assert OfficeHours.parse("Sat 09:00-12:00").open_at(datetime(2026, 11, 28, 2, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    "text", ["", "mon-fri", "fri-mon 08:00-16:00", "mon-fri 16:00-08:00", "mon 8-16", "x"]
)
def test_what_is_not_hours_is_refused_with_the_right_form(text: str) -> None:
    with pytest.raises(ValueError, match="mon-fri 08:00-16:00"):
        OfficeHours.parse(text)


@given(moments, spans, spans)
def test_waiting_on_adds_up_and_ends_while_the_desk_is_open(
    since: datetime, span: timedelta, more: timedelta
) -> None:
    due = HOURS.after(since, span)
    assert due >= since + span
    assert HOURS.open_at(due - timedelta(microseconds=1))
    assert HOURS.after(due, more) == HOURS.after(since, span + more)
