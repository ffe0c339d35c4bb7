"""How fast broadcasts may go: a steady number a second, however long nothing was sent before."""

from __future__ import annotations

from datetime import datetime

PER_SECOND = 25.0  # Telegram lets about 30 a second through to different chats
BURST_SECONDS = 0.2


class Pace:
    """An allowance that fills up again with time, but never to more than `BURST_SECONDS` of it."""

    def __init__(self, per_second: float = PER_SECOND) -> None:
        self.per_second = per_second
        self._most = max(per_second * BURST_SECONDS, 1.0)
        self._left = self._most
        self._at: datetime | None = None

    def allows(self, now: datetime) -> int:
        """How many may go now."""
        if self._at is not None and now > self._at:
            passed = (now - self._at).total_seconds()
            self._left = min(self._left + passed * self.per_second, self._most)
        self._at = now
        return int(self._left)

    def used(self, count: int) -> None:
        """So many went."""
        self._left -= count

    @property
    def pause(self) -> float:
        """Seconds until one more may go, after the allowance was used up."""
        return max((1.0 - self._left) / self.per_second, 0.001)
