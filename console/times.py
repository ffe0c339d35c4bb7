"""Times as people read them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from console.wording import Say, msg

JAKARTA = ZoneInfo("Asia/Jakarta")
_UNITS = (
    (timedelta(days=1), msg("{n} hari")),
    (timedelta(hours=1), msg("{n} jam")),
    (timedelta(minutes=1), msg("{n} mnt")),
)


def ago_in(say: Say) -> Callable[[datetime, datetime], str]:
    """How long ago something was, in the largest unit that fits."""

    def ago(then: datetime, now: datetime) -> str:
        passed = now - then
        for unit, wording in _UNITS:
            if passed >= unit:
                return say(wording, n=passed // unit)
        return say("baru saja")

    return ago


def local_in(locale: str) -> Callable[[datetime], str]:
    """A moment in Jakarta's time."""

    def local(moment: datetime) -> str:
        form = "d MMM, HH:mm"
        return str(format_datetime(moment.astimezone(JAKARTA), form, locale=locale)) + " WIB"

    return local
