"""Offices and their numbers, as they stand in a message."""

from collections.abc import Iterable

from content import Contact, Rich
from content.model import in_locale
from handlers import names
from handlers.rendering import Page
from handlers.turn import Turn


def contact(turn: Turn, office: Contact) -> Rich:
    """Name, numbers, from where and when they answer, and a caveat when nobody checked them lately."""
    page = Page().add(office.name, "bold")
    for number in office.numbers:
        label = in_locale(number.label, turn.locale)
        page.line().add(number.number)
        page.add(f" ({label})" if label else "")
    if not office.numbers:
        page.line().add(office.web or office.address or "")
    facts = [in_locale(office.dial_from, turn.locale)]
    if office.hours:
        facts.append(in_locale(office.hours, turn.locale))
    page.line().add(" · ".join(fact for fact in facts if fact), "italic")
    if office.overdue(turn.today):
        page.line().fill(
            turn.say("⚠️ Terakhir kami periksa {date}. Kalau tidak tersambung, coba nomor lain."),
            date=names.day(turn, office.checked_on),
        )
    return page.rich()


def contacts(turn: Turn, offices: Iterable[Contact]) -> Rich:
    """Several offices, a paragraph each."""
    page = Page()
    for office in offices:
        page.paragraph().add(contact(turn, office))
    return page.rich()
