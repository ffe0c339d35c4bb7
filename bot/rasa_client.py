"""Asks Rasa's server for the topic of a message, and never lets it hold up or spoil an answer.

Whatever goes wrong (nothing listens, slow, wrong token, an unusable answer), the message is left to
the embedded engine. After several failures in a row Rasa is left alone for a while, then one message tries.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp

from bot.logs import get_logger
from nlu import Scored

log = get_logger("rasa")

TIMEOUT = aiohttp.ClientTimeout(total=0.5)
FAILURES_TO_OPEN = 5
OPEN_FOR = timedelta(seconds=30)
# Its server takes one message after the other, about 15 ms each: more at once would only time out together.
MOST_AT_ONCE = 16
LONGEST_TEXT = 4096
LONGEST_ANSWER = 200_000


class UnusableAnswer(Exception):
    """Rasa answered, but not with a ranking of our topics; the message says what was wrong."""


class RasaClient:
    """One server. `topics` are those that may be answered; the token is read from its file when needed."""

    def __init__(
        self, url: str, token_file: Path, topics: Collection[str], *, clock: Callable[[], datetime]
    ) -> None:
        self._url = url.rstrip("/") + "/model/parse"
        self._token_file = token_file
        self._topics = frozenset(topics)
        self._clock = clock
        self._token: str | None = None
        self._asking = 0
        self._failures = 0
        self._open_until: datetime | None = None

    async def rank(self, text: str) -> tuple[Scored, ...] | None:
        """All topics by confidence, best first; None within half a second where Rasa cannot be had."""
        # Rasa takes a text that starts with a slash for the name of an intent.
        text = text.strip().lstrip("/")[:LONGEST_TEXT]
        if not text or self._asking >= MOST_AT_ONCE or not self._may_try():
            return None
        self._asking += 1
        try:
            ranking = ranked(await self._parse(text), self._topics)
        except Exception as error:  # whatever it is, the other engine answers
            self._failed(error)
            return None
        finally:
            self._asking -= 1
        if self._failures:
            log.info("rasa_answers_again", after_failures=self._failures)
            self._failures = 0
        return ranking

    async def _parse(self, text: str) -> object:
        if self._token is None:
            self._token = self._token_file.read_text(encoding="ascii").strip()
        # A connection of its own for each message: an old one may have died with the server unnoticed.
        async with (
            aiohttp.ClientSession(timeout=TIMEOUT) as session,
            session.post(
                self._url, params={"token": self._token}, json={"text": text}, allow_redirects=False
            ) as response,
        ):
            if response.status == HTTPStatus.UNAUTHORIZED:
                self._token = None  # a new one may lie there by now
            if response.status != HTTPStatus.OK:
                raise UnusableAnswer(f"status {response.status}")
            body = bytearray()
            async for chunk in response.content.iter_any():
                body += chunk
                if len(body) > LONGEST_ANSWER:
                    raise UnusableAnswer("too long")
        try:
            return json.loads(body)
        except (ValueError, RecursionError) as error:
            raise UnusableAnswer("not JSON") from error

    def _may_try(self) -> bool:
        if self._failures < FAILURES_TO_OPEN:
            return True
        now = self._clock()
        if self._open_until is not None and now < self._open_until:
            return False
        self._open_until = now + OPEN_FOR  # this message tries; the others go on without
        return True

    def _failed(self, error: Exception) -> None:
        if not self._failures:
            reason = str(error) if isinstance(error, UnusableAnswer) else type(error).__name__
            log.warning("rasa_unavailable", reason=reason, instead="embedded")
        self._failures += 1
        if self._failures == FAILURES_TO_OPEN:
            self._open_until = self._clock() + OPEN_FOR


def ranked(answer: object, topics: Collection[str]) -> tuple[Scored, ...]:
    """Rasa's parse result as a ranking of all `topics`; those that it leaves out come last with 0.

    Raises UnusableAnswer.
    """
    entries = answer.get("intent_ranking") if isinstance(answer, dict) else None
    if not isinstance(entries, list):
        raise UnusableAnswer("no intent_ranking")
    found: dict[str, float] = {}
    for entry in entries:
        name, confidence = _entry(entry)
        if name in topics:
            found[name] = confidence
    if not found:
        raise UnusableAnswer("none of our topics: trained from other data?")
    rest = dict.fromkeys(sorted(set(topics) - set(found)), 0.0)
    every = {**found, **rest}
    return tuple(Scored(name, every[name]) for name in sorted(every, key=lambda name: -every[name]))


def _entry(entry: Any) -> tuple[str, float]:
    name = entry.get("name") if isinstance(entry, dict) else None
    confidence = entry.get("confidence") if isinstance(entry, dict) else None
    if not isinstance(name, str) or isinstance(confidence, bool) or not isinstance(confidence, int | float):
        raise UnusableAnswer("an entry without name or confidence")
    if not math.isfinite(confidence) or not 0 <= confidence <= 1:
        raise UnusableAnswer("a confidence outside 0 to 1")
    return name, float(confidence)
