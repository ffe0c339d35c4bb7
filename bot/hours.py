"""The hours in which staff answer, in words."""

from __future__ import annotations

from babel import Locale
from babel.dates import format_time, get_day_names

from storage.office_hours import OfficeHours


def hours_in(locale: str, hours: OfficeHours | None) -> str:
    """`Senin–Jumat 08.00–16.00 WIB`; "" where nobody has said."""
    if hours is None:
        return ""
    spoken = Locale.parse(locale)
    names = get_day_names("wide", "stand-alone", spoken)
    days = names[hours.first] if hours.first == hours.last else f"{names[hours.first]}–{names[hours.last]}"
    times = (format_time(each, "HH:mm", locale=spoken) for each in (hours.opens, hours.closes))
    return f"{days} {'–'.join(times)} WIB"
