"""What a button carries: `1:action:argument:...`, at most 64 bytes, read by one strict parser.

Anybody can send any payload, and buttons of old messages stay in chats for years. So a payload names things
by id and never by position in a list that may change, and whatever does not parse is met with the menu.
"""

import re
from dataclasses import dataclass

VERSION = "1"
MAX_BYTES = 64
NOWHERE = "-"  # stands for "no country chosen"
THIS_TURN = "@"  # stands for the number of the turn, known only once the turn is stored

_ID = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_COUNTRY = r"[A-Z]{2}"
_NUMBER = r"[0-9]{1,3}"

_ACTIONS: dict[str, tuple[str, ...]] = {
    "menu": (),  # a new message with the modules
    "home": (),  # the same, in place of this message
    "open": (_ID,),  # a new message with the first topics of a module
    "mod": (_ID, _NUMBER),  # module, page: in place of this message
    "topic": (_ID,),
    "read": (_ID, f"{_COUNTRY}|{NOWHERE}"),  # topic, country: a sensitive answer, in place of this message
    "part": (_ID, _NUMBER, f"{_COUNTRY}|{NOWHERE}"),  # topic, first section, country
    "dest": (_ID, _COUNTRY),
    "dests": (_ID,),  # all countries of a topic
    "hear": (_ID,),  # the recording of a topic
    "none": (),  # none of the offered topics
    "fb": (r"up|down", _ID, rf"[0-9]{{1,18}}|{THIS_TURN}"),  # feedback: verdict, topic, turn
    "done": (r"yes|no", r"[0-9]{1,18}"),  # answered? case
    "again": (),  # "let me say it differently"
    "person": (),
    "ask": (),  # hand this question to staff
    "report": (),  # hand this report to staff
    "sos": (rf"{_ID}|{NOWHERE}",),  # kind of danger
    "sosall": (rf"{_ID}|{NOWHERE}",),  # kind of danger: all countries
    "sosat": (_COUNTRY, rf"{_ID}|{NOWHERE}"),  # country, kind of danger
    "close": (),
    "langs": (),
    "lang": (r"id|en|jv|su",),
    "consent": (r"yes|no",),
    "erase": (r"ask|yes|no",),
    "export": (),
    "news": (r"yes|no|stop|country|province",),
    "newsto": (f"{_COUNTRY}|{NOWHERE}",),  # news for this country
    "newsin": (_ID,),  # the provinces of an island
    "newsof": (f"{_COUNTRY}|{NOWHERE}",),  # news for this province
    "privacy": (),
}
_PATTERNS = {
    action: re.compile(":".join((VERSION, action, *(f"({argument})" for argument in arguments))))
    for action, arguments in _ACTIONS.items()
}


@dataclass(frozen=True, slots=True)
class Tap:
    """A button that was tapped."""

    action: str
    arguments: tuple[str, ...]


def pack(action: str, *arguments: str | int) -> str:
    """The payload of a button; ValueError for one that could not be read back or is too long."""
    payload = ":".join((VERSION, action, *map(str, arguments)))
    if len(payload.encode()) > MAX_BYTES or parse(payload) is None:
        raise ValueError(f"not a payload: {payload}")
    return payload


def parse(payload: str | None) -> Tap | None:
    """The tap behind a payload, or None for anything that no button of ours carries."""
    if payload is None or len(payload) > MAX_BYTES:
        return None
    action = payload.split(":", 2)[1] if payload.count(":") else ""
    pattern = _PATTERNS.get(action)
    match = pattern.fullmatch(payload) if pattern else None
    return Tap(action, match.groups()) if match else None
