"""One conversation turn: a Telegram update in, a reply out. Nothing here talks to Telegram."""

from handlers.conversation import ALLOWED_UPDATES, CONTEXT_TYPES, Conversation
from handlers.discreet import is_sensitive
from handlers.exchange import Call, Exchange, Feedback, Outcome, Services
from handlers.keyboards import Button

__all__ = [
    "ALLOWED_UPDATES",
    "CONTEXT_TYPES",
    "Button",
    "Call",
    "Conversation",
    "Exchange",
    "Feedback",
    "Outcome",
    "Services",
    "is_sensitive",
]
