"""When a reviewed fact is due for review, and when it is too old to be sent."""

from calendar import monthrange
from datetime import date
from enum import StrEnum

REVIEW_MONTHS = (3, 6, 12, 24)


class Freshness(StrEnum):
    FRESH = "fresh"
    DUE = "due"
    WITHHELD = "withheld"


def next_review(reviewed_on: date, months: int) -> date:
    """The same day `months` later, or the last day of that month where it has no such day."""
    years, month = divmod(reviewed_on.month - 1 + months, 12)
    year = min(reviewed_on.year + years, date.max.year)
    day = min(reviewed_on.day, monthrange(year, month + 1)[1])
    return date(year, month + 1, day)


def freshness_of(reviewed_on: date, months: int, today: date) -> Freshness:
    """Due from the day of the next review on, withheld from twice the term on."""
    if today >= next_review(reviewed_on, 2 * months):
        return Freshness.WITHHELD
    return Freshness.DUE if today >= next_review(reviewed_on, months) else Freshness.FRESH
