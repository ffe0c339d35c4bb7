"""Whom somebody in danger should call, best first."""

from collections.abc import Sequence

from content import countries
from content.model import DANGER_KINDS, Contact

HOME = "ID"
LIFE_AT_STAKE = frozenset({"medical", "self-harm"})
"""An ambulance is called before the mission."""
MINISTRY_FIRST = frozenset({"trafficking", "disaster"})
"""Without a known place the ministries reach further than the police of one district."""
SPECIALIST = 3
"""A line for so few kinds of danger knows them better than a general one."""


def contacts(
    known: Sequence[Contact], kinds: frozenset[str], destination: str | None, limit: int
) -> list[Contact]:
    """At most `limit` contacts; those of equal rank stay in the order of the file."""
    if destination is None or destination == HOME:
        ranked = _at_home(known, kinds)
    else:
        ranked = _abroad(known, kinds, destination)
    return list({contact.id: contact for contact in ranked}.values())[:limit]


def _abroad(known: Sequence[Contact], kinds: frozenset[str], destination: str) -> list[Contact]:
    """The mission, the country's emergency line, a helper for this danger, a ministry; then the rest."""
    local = [
        contact
        for contact in known
        if contact.destination and countries.covers(contact.destination, destination)
    ]
    missions = _best_first(_having(local, "mission"), kinds)
    # A country's general line helps in any danger, whatever kinds are listed for it.
    emergency = _having(local, "emergency")
    general = [line for line in _best_first(emergency, kinds) if not _specialist(line)] or emergency
    helpers = [contact for contact in _best_first(local, kinds) if _serves(contact, kinds)]
    helpers = [contact for contact in helpers if contact not in missions and contact not in general[:1]]
    reachable = [
        contact for contact in known if contact.destination is None and _dialled_from_abroad(contact)
    ]
    ministries = _best_first(_having(reachable, "ministry"), kinds)
    ambulance = bool(kinds & LIFE_AT_STAKE) and any("medical" in line.kinds for line in general[:1])
    first = [*general[:1], *missions[:1]] if ambulance else [*missions[:1], *general[:1]]
    others = [contact for contact in reachable if _serves(contact, kinds)]
    return [*first, *helpers[:1], *ministries[:1], *helpers, *missions, *ministries, *others]


def _at_home(known: Sequence[Contact], kinds: frozenset[str]) -> list[Contact]:
    """Two emergency lines for this kind of danger and two ministries; then all who serve it."""
    home = [contact for contact in known if contact.destination in (None, HOME)]
    serving = [contact for contact in _best_first(home, kinds) if _serves(contact, kinds)]
    lines = sorted(_having(serving, "emergency"), key=lambda line: not (kinds and _specialist(line)))
    ministries = _having(serving, "ministry")
    fallback = [contact for contact in _having(home, "ministry") if contact.numbers]
    if kinds and kinds <= MINISTRY_FIRST:
        first = [*ministries[:2], *lines[:2]]
    else:
        first = [*lines[:2], *ministries[:2]]
    helpers = [contact for contact in serving if "ministry" not in contact.kinds]
    return [*first, *fallback[:2], *helpers, *ministries, *fallback]


def _having(known: Sequence[Contact], role: str) -> list[Contact]:
    return [contact for contact in known if role in contact.kinds]


def _best_first(known: Sequence[Contact], kinds: frozenset[str]) -> list[Contact]:
    return sorted(known, key=lambda contact: -len(kinds.intersection(contact.kinds)))


def _serves(contact: Contact, kinds: frozenset[str]) -> bool:
    return bool(kinds.intersection(contact.kinds)) if kinds else not _specialist(contact)


def _specialist(contact: Contact) -> bool:
    return len(set(DANGER_KINDS).intersection(contact.kinds)) <= SPECIALIST


def _dialled_from_abroad(contact: Contact) -> bool:
    return any(number.number.startswith("+") for number in contact.numbers)
