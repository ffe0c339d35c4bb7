"""Passwords: long, not common, and slow to guess."""

from __future__ import annotations

import asyncio
import re
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

COMMON = Path(__file__).with_name("common_passwords.txt")
MIN_LENGTH = 12
MAX_LENGTH = 200
AT_ONCE = 2  # each check takes 64 MB and all of a core for a while

_REPEATED = re.compile(r"(.{1,4}?)\1+")


class Passwords:
    """argon2id in a thread, a few at a time."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobodys = self._hasher.hash("the password of nobody")
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def hash(self, password: str) -> str:
        """An argon2id hash, with its salt and cost."""
        async with self._gate:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password fits; without a stored hash it takes as long, and never does."""
        async with self._gate:
            return await asyncio.to_thread(self._verify, stored, password)

    def _verify(self, stored: str | None, password: str) -> bool:
        try:
            return self._hasher.verify(stored or self._nobodys, password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def weakness(password: str, name: str) -> str | None:
    """Why this password is no good: short | long | common, or None. `name` is the account's."""
    if len(password) < MIN_LENGTH:
        return "short"
    if len(password) > MAX_LENGTH:
        return "long"
    plain = password.casefold()
    # "Password2026!!" is the word "password" to a guesser, and so is what only repeats itself.
    words = {plain, re.sub(r"[\W\d_]+", "", plain), re.sub(r"[\W\d_]+$", "", plain)}
    if (
        words & _common()
        or name in words
        or _REPEATED.fullmatch(plain)
        or len(set(plain)) < 5
        or plain.isdigit()
    ):
        return "common"
    return None


@cache
def _common() -> frozenset[str]:
    lines = COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
