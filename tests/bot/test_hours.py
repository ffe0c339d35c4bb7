"""People are told the hours in which staff answer."""

from __future__ import annotations

import pytest

from bot.hours import hours_in
from bot.settings import SettingsError, load_settings
from storage.office_hours import OfficeHours

HOURS = OfficeHours.parse("mon-fri 08:00-16:00")


@pytest.mark.parametrize(
    ("locale", "words"),
    [("id", "Senin–Jumat 08:00–16:00 WIB"), ("en", "Monday–Friday 08:00–16:00 WIB")],
)
def test_hours_in_words(locale: str, words: str) -> None:
    assert hours_in(locale, HOURS) == words


def test_one_day_and_no_hours() -> None:
    assert hours_in("id", OfficeHours.parse("sat 09:00-12:00")) == "Sabtu 09:00–12:00 WIB"
    assert hours_in("id", None) == ""


def test_the_setting_is_checked() -> None:
    assert load_settings({"BEKAL_OFFICE_HOURS": "mon-fri 08:00-16:00"}).desk_hours == HOURS
    assert load_settings({}).desk_hours is None
    with pytest.raises(SettingsError, match=r"BEKAL_OFFICE_HOURS.*mon-fri 08:00-16:00"):
        load_settings({"BEKAL_OFFICE_HOURS": "8 to 4"})
