"""The log of Bot API calls, for tests and benchmarks that count."""

from __future__ import annotations

from collections import Counter, deque
from typing import NamedTuple

from simulator.api import Json

KEPT = 200_000


class Entry(NamedTuple):
    """One call: `at` in Unix seconds, answered after `seconds`, `outcome` "ok" or what was answered."""

    number: int
    at: float
    bot: int
    method: str
    chat: int | None
    code: int
    outcome: str
    seconds: float
    violation: bool

    def as_json(self) -> Json:
        return self._asdict()


class CallLog:
    """The latest calls, and counters over all of them since the last reset."""

    def __init__(self) -> None:
        self.entries: deque[Entry] = deque(maxlen=KEPT)
        self.by_method: Counter[str] = Counter()
        self.by_code: Counter[int] = Counter()
        self.violations = 0
        """Calls that were made while a 429 told the bot to wait."""
        self.total = 0

    def add(
        self,
        at: float,
        bot: int,
        method: str,
        chat: int | None,
        code: int,
        outcome: str,
        seconds: float,
        violation: bool,
    ) -> None:
        self.total += 1
        self.by_method[method] += 1
        self.by_code[code] += 1
        self.violations += violation
        self.entries.append(Entry(self.total, at, bot, method, chat, code, outcome, seconds, violation))

    def counters(self) -> Json:
        return {
            "total": self.total,
            "by_method": dict(self.by_method),
            "by_code": {str(code): count for code, count in self.by_code.items()},
            "violations": self.violations,
        }

    def clear(self) -> None:
        self.__init__()  # type: ignore[misc]
