"""The buttons that many messages share."""

from handlers.keyboards import Button, tap
from handlers.payloads import NOWHERE
from handlers.turn import Turn


def topic(turn: Turn, name: str) -> Button:
    """The title of an article; brings its answer."""
    return tap(turn.catalog.article(name, turn.locale).title, "topic", name)


def hear(turn: Turn, topic: str) -> Button:
    """Brings the recording of an answer."""
    return tap(turn.say("🔊 Dengarkan"), "hear", topic)


def close(turn: Turn) -> Button:
    """Puts something harmless in place of the message it hangs on."""
    return tap(turn.say("Tutup cepat"), "close")


def emergency(turn: Turn) -> Button:
    """Brings the emergency card."""
    return tap(turn.say("🆘 Nomor darurat"), "sos", NOWHERE)


def menu(turn: Turn) -> Button:
    """Brings the menu."""
    return tap(turn.say("Menu"), "menu")


def person(turn: Turn) -> Button:
    """Brings in staff."""
    return tap(turn.say("Bicara dengan petugas"), "person")


def again(turn: Turn) -> Button:
    """How to put a question differently."""
    return tap(turn.say("Tulis dengan kata lain"), "again")
