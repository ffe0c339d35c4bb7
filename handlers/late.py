"""After hours in which we were out of reach: one apology a chat, one answer, and danger as always.

Telegram keeps messages for a day. Answering all of them would be a flood of replies to what somebody may no
longer want to know; whoever still does is asked to write again.
"""

from datetime import timedelta

from handlers import messages, taps
from handlers.exchange import Outcome
from handlers.turn import Turn

LATE = timedelta(hours=12)


def covered(turn: Turn) -> bool:
    """Whether this is from the time for which the chat has its apology already."""
    told = turn.memory.apologised_at
    return is_late(turn) and told is not None and turn.sent_at <= told


def is_late(turn: Turn) -> bool:
    """Whether the person has waited for hours."""
    return turn.now - turn.sent_at > LATE


async def pass_over(turn: Turn) -> None:
    """Say nothing more, unless it tells of danger."""
    taps.acknowledge(turn)
    await messages.hurried(turn)


def apologise(turn: Turn) -> None:
    """Put the apology before the answer; an emergency card stands alone."""
    turn.remember(apologised_at=turn.now)
    calls = turn.exchange.calls
    if not calls or turn.exchange.erase or turn.outcome is Outcome.EMERGENCY:
        return
    turn.reply(
        turn.say(
            "Maaf, kami sempat tidak bisa dihubungi, jadi pesan Anda baru terbaca sekarang. "
            "Kalau masih ada yang ingin ditanyakan, silakan tulis lagi."
        )
    )
    calls.insert(0, calls.pop())
