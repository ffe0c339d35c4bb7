"""Trouble on demand: what Telegram does on a bad day, as rules that tests switch on."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from simulator.api import ApiError, Json

KINDS = ("flood", "server_error", "hang", "close", "blocked", "deactivated", "migrate", "error")
NEVER_HALTED = frozenset(
    {"getupdates", "getme", "getwebhookinfo", "setwebhook", "deletewebhook", "answercallbackquery", "getfile"}
)
"""Telegram's flood limits concern what reaches a chat."""


@dataclass
class Rule:
    """The next `times` calls that match go wrong; `times` None means until the rules are cleared.

    kind: flood (429 after `retry_after` seconds), server_error (`code`), hang (`seconds`, then close the
    connection or, with `answer`, answer), close, blocked, deactivated, migrate (`chat` becomes `to`), error
    (`code`, `description`). `after`: the call takes effect first, then goes wrong. `everybody`: a flood halts
    all chats, not only the one called. `share`: of the calls that match, this share goes wrong (0 to 1).
    """

    kind: str
    times: int | None = 1
    method: str = ""
    chat: int | None = None
    after: bool = False
    retry_after: int = 1
    everybody: bool = False
    code: int = 500
    description: str = ""
    seconds: float = 0.0
    answer: bool = False
    to: int = 0
    share: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of fault {self.kind!r}; known are {', '.join(KINDS)}")
        self.method = self.method.lower()

    def error(self) -> ApiError | None:
        """The refusal that this rule answers with, or None where it answers nothing at all."""
        if self.kind == "blocked":
            return ApiError(403, "Forbidden: bot was blocked by the user")
        if self.kind == "deactivated":
            return ApiError(403, "Forbidden: user is deactivated")
        if self.kind == "migrate":
            words = "Bad Request: group chat was upgraded to a supergroup chat"
            return ApiError(400, words, migrate_to_chat_id=self.to)
        if self.kind == "server_error":
            return ApiError(
                self.code, self.description or SERVER_ERRORS.get(self.code, "Internal Server Error")
            )
        if self.kind == "error":
            return ApiError(self.code, self.description)
        return None


SERVER_ERRORS = {
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


@dataclass
class Delivery:
    """How updates travel: each `copies` times; in windows of `shuffle` updates in any order."""

    copies: int = 1
    shuffle: int = 0


@dataclass
class Latency:
    """Added to every call, in seconds: `base`, plus up to `jitter` at random."""

    base: float = 0.0
    jitter: float = 0.0


@dataclass
class Faults:
    """The rules in force, and the halts that floods have caused."""

    clock: Callable[[], datetime]
    random: random.Random
    rules: list[Rule] = field(default_factory=list)
    delivery: Delivery = field(default_factory=Delivery)
    latency: Latency = field(default_factory=Latency)
    halts: dict[int | None, float] = field(default_factory=dict)
    """Until when a chat (None: every chat) may not be called, in Unix seconds."""

    def add(self, **settings: Any) -> Rule:
        """Add a rule from its fields. Raises ValueError where a field or a kind is unknown."""
        try:
            rule = Rule(**settings)
        except TypeError as error:
            raise ValueError(f"no such field of a fault: {error}") from error
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        self.rules.clear()
        self.halts.clear()
        self.delivery.copies, self.delivery.shuffle = 1, 0
        self.latency.base = self.latency.jitter = 0.0

    def halted(self, method: str, chat: int | None) -> ApiError | None:
        """The 429 that a call earns that comes before the wait is over."""
        if not self.halts or method in NEVER_HALTED:
            return None
        now = self.clock().timestamp()
        until = max(self.halts.get(None, 0.0), self.halts.get(chat, 0.0) if chat is not None else 0.0)
        if until <= now:
            return None
        return flood(math.ceil(until - now))

    def take(self, method: str, chat: int | None) -> Rule | None:
        """The rule that this call runs into, counted down; None where all goes well."""
        for rule in self.rules:
            if rule.method not in ("", method) or rule.chat not in (None, chat):
                continue
            if rule.share < 1.0 and self.random.random() >= rule.share:
                continue
            if rule.kind == "flood" and method in NEVER_HALTED and not rule.method:
                continue
            if rule.times is not None:
                rule.times -= 1
                if rule.times <= 0:
                    self.rules.remove(rule)
            return rule
        return None

    def halt(self, rule: Rule, chat: int | None) -> ApiError:
        """Start the wait that a flood rule asks for."""
        key = None if rule.everybody else chat
        self.halts[key] = self.clock().timestamp() + rule.retry_after
        return flood(rule.retry_after)

    def pause(self) -> float:
        return self.latency.base + (
            self.random.random() * self.latency.jitter if self.latency.jitter else 0.0
        )

    def as_json(self) -> Json:
        return {
            "rules": [vars(rule) for rule in self.rules],
            "delivery": vars(self.delivery),
            "latency": vars(self.latency),
            "halts": [{"chat": chat, "until": until} for chat, until in self.halts.items()],
        }


def flood(seconds: int) -> ApiError:
    return ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
