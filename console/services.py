"""What the console needs from outside."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from console.broadcasting import BroadcastTools
from console.passwords import Passwords
from console.questions_models import Models
from console.trial import Trial
from content import Catalog, Library
from storage import Database
from storage.office_hours import OfficeHours

Call = tuple[str, dict[str, Any]]
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class Messages(Protocol):
    """Makes Telegram's calls: (method, parameters without chat_id), in order."""

    def reply(self, text: str, locale: str) -> Sequence[Call]:
        """A reply of the staff, split to size and marked as theirs."""

    def article(self, topic: str, locale: str, destination: str | None) -> Sequence[Call]:
        """An article as the bot would send it. Raises KeyError for an unknown topic."""

    def draft(self, catalog: Catalog, topic: str, locale: str, destination: str | None) -> Sequence[Call]:
        """An article of a catalog that nobody is served yet, to its end. Raises KeyError: no such topic."""

    def closing(self, case_id: int, locale: str) -> Sequence[Call]:
        """The question at the end of a case: was it answered?"""

    def returned(self, locale: str) -> Sequence[Call]:
        """Staff have given the chat back, and the bot answers again."""


@dataclass(frozen=True, slots=True)
class Services:
    """`url` is the address in the browser, e.g. https://console.example.org, without a path.

    `library` gives None while content still loads. `wake` tells delivery that there is something to send.
    `telegram_group`: staff have a group there, and link their accounts to write in it. `hold` is the
    silence of both sides after which the bot takes a chat back by itself. `token` makes a secret for a
    URL or a cookie: at least 128 bits. `content_history` is the folder for older texts of content files
    that no git remembers. `office_hours` are those in which deadlines count;
    without them the clock runs on. `trial`, `models` and `broadcasts` give None while content and model
    still load.
    """

    database: Database
    clock: Callable[[], datetime]
    url: str
    messages: Messages
    library: Callable[[], Library | None]
    wake: Callable[[], None]
    hold: timedelta = timedelta(hours=12)
    office_hours: OfficeHours | None = None
    telegram_group: bool = False
    content_history: Path | None = None
    passwords: Passwords = field(default_factory=Passwords)
    token: Callable[[], str] = lambda: secrets.token_urlsafe(32)
    trial: Callable[[], Trial | None] = lambda: None
    models: Callable[[], Models | None] = lambda: None
    broadcasts: Callable[[], BroadcastTools | None] = lambda: None

    @property
    def https(self) -> bool:
        return self.url.startswith("https://")

    @property
    def origins(self) -> frozenset[str]:
        """Origins from which forms may come; a loopback address has three names."""
        parts = urlsplit(self.url)
        if not self.https and f"{parts.hostname}" in ("127.0.0.1", "localhost", "::1"):
            port = f":{parts.port}" if parts.port else ""
            return frozenset(f"http://{host}{port}" for host in LOOPBACK)
        return frozenset({f"{parts.scheme}://{parts.netloc}"})

    @property
    def hosts(self) -> frozenset[str]:
        """Names under which the console answers: whoever points another name here gets nothing."""
        return frozenset(urlsplit(origin).netloc for origin in self.origins)


def unsafe_url(url: str) -> str | None:
    """Why the console must not be served under this address, or None if it may."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return None
    if parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1"):
        return None
    return "passwords would cross the network in clear: put https in front"
