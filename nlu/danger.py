"""Signs of danger in a message."""

from nlu.reading import Reading
from nlu.types import DangerSign


def signs(reading: Reading) -> tuple[DangerSign, ...]:
    return ()
