"""Messages that answer nobody: what staff send, and broadcasts."""

from telegram import Update

from handlers.exchange import Exchange, Services
from handlers.turn import Turn
from storage import chats


def turn_of_nobody(services: Services, locale: str) -> Turn:
    """A turn that lends its language and its way of writing."""
    now = services.clock()
    exchange = Exchange(chat=chats.new("", 0, now), now=now, received_at=now)
    turn = Turn(Update(0), exchange, services, "")
    turn.locale = locale
    return turn
