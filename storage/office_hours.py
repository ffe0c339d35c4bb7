"""When staff are at the desk, and by when a case should have its first reply."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Jakarta")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Hours at the desk; where these are not known, hours of the clock.
FIRST_REPLY = {"danger": timedelta(minutes=15), "person": timedelta(hours=8)}
FIRST_REPLY_ELSE = timedelta(hours=24)
_FORM = re.compile(r"([a-z]{3})(?:-([a-z]{3}))? (\d\d:\d\d)-(\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """From `first` to `last` (0 is Monday), each day from `opens` to `closes`, Jakarta's time."""

    first: int
    last: int
    opens: time
    closes: time

    @classmethod
    def parse(cls, text: str) -> OfficeHours:
        """`mon-fri 08:00-16:00`. Raises ValueError that says how to write it."""
        found = _FORM.fullmatch(text.strip().lower())
        try:
            if found is None:
                raise ValueError(text)
            first, last = DAYS.index(found[1]), DAYS.index(found[2] or found[1])
            opens, closes = time.fromisoformat(found[3]), time.fromisoformat(found[4])
            if first > last or opens >= closes:
                raise ValueError(text)
        except ValueError as error:
            raise ValueError("write it as mon-fri 08:00-16:00, Jakarta's time") from error
        return cls(first, last, opens, closes)

    def open_at(self, now: datetime) -> bool:
        """Whether staff are at the desk."""
        here = now.astimezone(ZONE)
        return self.first <= here.weekday() <= self.last and self.opens <= here.time() < self.closes

    def after(self, start: datetime, span: timedelta) -> datetime:
        """The moment when the desk has been open for `span` since `start`. Both in UTC."""
        here = start.astimezone(ZONE)
        while True:
            if self.first <= here.weekday() <= self.last:
                begin = max(here, datetime.combine(here, self.opens, ZONE))
                left = datetime.combine(here, self.closes, ZONE) - begin
                if span <= left:
                    return (begin + span).astimezone(start.tzinfo)
                span -= max(left, timedelta())
            here = datetime.combine(here + timedelta(days=1), time(), ZONE)


def first_reply_due(kind: str, since: datetime, hours: OfficeHours | None) -> datetime:
    """By when somebody who has waited `since` then should have a reply."""
    span = FIRST_REPLY.get(kind, FIRST_REPLY_ELSE)
    return since + span if hours is None else hours.after(since, span)
