"""A turn for staff who try the bot out: answered as anybody's, and nothing of it is kept or sent."""

from dataclasses import dataclass, replace
from typing import Any

from telegram import Update

from handlers import commands, menus, messages, taps
from handlers.exchange import Exchange, Services
from handlers.memory import Memory
from handlers.turn import Turn
from nlu import Context
from storage import chats

PERSON = 1
# The bot does not ask for consent at every turn of somebody who has said no.
CONSENT = "declined"


@dataclass(frozen=True, slots=True)
class Tried:
    """What the bot would send (method, parameters) and remember.

    `case` is the kind of case that it would open, `context` what the words were understood with.
    """

    calls: list[tuple[str, dict[str, Any]]]
    memory: dict[str, Any]
    rung: str
    outcome: str
    case: str | None
    context: Context


async def take(
    services: Services, memory: dict[str, Any], locale: str | None, *, text: str = "", data: str = ""
) -> Tried:
    """Answer a text, or a tap on a button with this `data`.

    `memory` is that of the turn before, {} at first; without a `locale` the bot follows the words.
    """
    now = services.clock()
    chat = replace(chats.new("", PERSON, now), context=memory, locale=locale, consent=CONSENT)
    exchange = Exchange(chat=chat, now=now, received_at=now)
    turn = Turn(_update(int(now.timestamp()), text, data), exchange, services, "")
    context = Context(Memory.read(memory, now).turns, turn.memory.locale or locale, now)
    if data:
        taps.tapped(turn)
    elif text.startswith("/"):
        commands.COMMANDS.get(text[1:].split()[0] if text[1:].split() else "", menus.show)(turn)
    else:
        await messages.written(turn)
    turn.finish()
    return Tried(
        calls=[(call.method, call.params) for call in exchange.calls_for(None)],
        memory=exchange.chat_changes.get("context") or {},
        rung=turn.rung,
        outcome=turn.outcome or "",
        case=exchange.case.kind if exchange.case else None,
        context=context,
    )


def _update(date: int, text: str, data: str) -> Update:
    person = {"id": PERSON, "is_bot": False, "first_name": "Anda"}
    message = {"message_id": 1, "date": date, "chat": {"id": PERSON, "type": "private"}, "from": person}
    if data:
        query = {"id": "1", "from": person, "chat_instance": "1", "data": data, "message": message}
        return Update.de_json({"update_id": 1, "callback_query": query}, None)
    return Update.de_json({"update_id": 1, "message": {**message, "text": text}}, None)
