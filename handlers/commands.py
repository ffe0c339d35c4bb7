"""The commands. People reach most of this in their own words too."""

from collections.abc import Callable

from handlers import answers, consent, danger, menus, messages, service, staff, subscriptions
from handlers.exchange import Outcome
from handlers.turn import Turn


def start(turn: Turn) -> None:
    """The welcome; with a topic's id as payload (a link or QR code) also that topic's answer."""
    service.welcome(turn)
    topic = _argument(turn)
    if topic in turn.catalog.topics:
        turn.outcome = None  # the answer counts, not the welcome
        answers.answer(turn, topic, None)
        consent.ask_once(turn)


def emergency(turn: Turn) -> None:
    """The emergency card; its buttons lead to the numbers of each country."""
    danger.card(turn, (), None)


def search(turn: Turn) -> None:
    """The articles that hold the words after the command."""
    words = _argument(turn)
    if words:
        messages.search(turn, words)
        return
    turn.end(Outcome.SERVED)
    turn.reply(turn.say("Tulis kata yang dicari sesudah /cari, misalnya: /cari paspor"))


def test_broadcast(turn: Turn) -> None:
    """A broadcast as it would arrive, for who wrote it."""
    turn.end(Outcome.SERVED)
    turn.exchange.test_code = _argument(turn).upper()[:16]


# Telegram itself asks every bot for start, help and settings, and for privacy in place of a policy of its
# own.
# `uji` is for staff and listed nowhere: it needs a code from the console.
COMMANDS: dict[str, Callable[[Turn], None]] = {
    "start": start,
    "menu": menus.show,
    "bahasa": service.ask_language,
    "settings": service.ask_language,
    "privasi": consent.explain,
    "privacy": consent.explain,
    "hapus": service.ask_erase,
    "dataku": service.export,
    "bantuan": service.help_menu,
    "help": service.help_menu,
    "darurat": emergency,
    "petugas": staff.talk,
    "cari": search,
    "berhenti": consent.declined,
    "kabar": subscriptions.show,
    "uji": test_broadcast,
}


def _argument(turn: Turn) -> str:
    _, *rest = turn.text.split(maxsplit=1)
    return rest[0].strip() if rest else ""
