"""What a message takes over from the turn before."""

from datetime import timedelta

from nlu.types import Context, PastTurn

FORGOTTEN_AFTER = timedelta(minutes=30)


def last_turn(context: Context) -> PastTurn | None:
    """The newest turn that is not forgotten."""
    for turn in reversed(context.turns):
        if context.now is None or context.now - turn.at <= FORGOTTEN_AFTER:
            return turn
        return None
    return None
