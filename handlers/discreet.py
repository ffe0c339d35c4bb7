"""Phones that others read too: what is sensitive opens on a tap, and goes with another."""

from typing import Any

from content import Article
from handlers import buttons
from handlers.exchange import Outcome
from handlers.keyboards import tap
from handlers.payloads import NOWHERE, pack
from handlers.rendering import Page
from handlers.turn import Turn

# Numbers must never wait for a tap, and their title tells nothing.
_NUMBERS = "hotlines"
_CLOSE = pack("close")
PRIVATE_KEPT = 20


def neutral_line(turn: Turn) -> str:
    """What a notification shows of a sensitive message."""
    return turn.say("Jawaban Bekal")


def waits_for_tap(turn: Turn, article: Article) -> bool:
    """Whether an answer is for somebody who looks at the chat: a notification would show it to others."""
    return article.danger and article.topic != _NUMBERS and turn.update.callback_query is None


def offer(turn: Turn, topic: str, destination: str | None) -> None:
    """Announce a sensitive answer without a word about what it is."""
    turn.end(Outcome.ANSWERED)
    keep_private(turn)
    page = Page().add(neutral_line(turn), "italic").paragraph().add(turn.say("Tekan Buka untuk membaca."))
    open_it = tap(turn.say("Buka"), "read", topic, destination or NOWHERE)
    turn.reply(page.rich(), [[open_it, buttons.close(turn)]])


def keep_private(turn: Turn) -> None:
    """Know the number of the message that was written, so that it can go together with the answer."""
    if turn.message is not None:
        known = dict.fromkeys((*turn.memory.private, turn.message.message_id))
        turn.remember(private=tuple(known)[-PRIVATE_KEPT:])


def close(turn: Turn) -> None:
    """Put something harmless in place of the message, and take away all the others that are sensitive."""
    turn.end(Outcome.SERVED)
    turn.exchange.conceal = turn.memory.private
    turn.remember(private=(), turns=(), place=None, later=())
    if turn.tapped_message is not None:
        turn.edit(turn.say("Bekal: catatan persiapan kerja. Ketik /menu untuk mulai."))


def is_sensitive(params: dict[str, Any]) -> bool:
    """Whether a message that was sent can be closed: those that can are the sensitive ones."""
    rows = params.get("reply_markup", {}).get("inline_keyboard", [])
    return any(button.get("callback_data") == _CLOSE for row in rows for button in row)
