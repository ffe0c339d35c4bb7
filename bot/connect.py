"""The first calls to Telegram: is the token good, and how shall updates come?"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from telegram.error import InvalidToken, TelegramError

from bot.client import Refused, TelegramProblem
from bot.intake import ALLOWED_UPDATES
from bot.logs import get_logger
from bot.settings import Settings
from bot.single import CannotStart
from bot.wiring import App

log = get_logger("connect")

PAUSES = (1, 2, 4, 8, 16, 30)


async def connect(app: App, stop: asyncio.Event) -> None:
    """Reach Telegram, however long it is away, and switch to polling or to our webhook.

    Raises CannotStart for a token or an address of the webhook that Telegram refuses.
    """
    tries = 0
    while not stop.is_set():
        try:
            await app.application.initialize()
            await app.client.call(*_way_in(app.settings))
            return
        except InvalidToken:
            raise CannotStart("Telegram refuses the token: check BEKAL_TELEGRAM_TOKEN") from None
        except Refused as error:
            raise CannotStart(
                "Telegram refuses the webhook's address: check BEKAL_WEBHOOK_URL "
                "(https, a name that the internet knows, port 443, 80, 88 or 8443)"
            ) from error
        except (TelegramError, TelegramProblem) as error:
            pause = PAUSES[min(tries, len(PAUSES) - 1)]
            tries += 1
            log.warning("telegram_not_reached", kind=type(error).__name__, again_in=pause)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)


def _way_in(settings: Settings) -> tuple[str, dict[str, Any]]:
    """The call that tells Telegram how updates shall come."""
    if settings.mode == "polling":
        return "deleteWebhook", {"drop_pending_updates": False}
    assert settings.webhook_secret is not None
    return "setWebhook", {
        "url": settings.webhook_url,
        "secret_token": settings.webhook_secret.get_secret_value(),
        "allowed_updates": ALLOWED_UPDATES,
        "max_connections": 100,
    }
