"""The bot's line to Telegram: raw Bot API calls, and errors named for what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from telegram import error as ptb
from telegram.ext import ExtBot
from telegram.request import BaseRequest

from bot.request import AiohttpRequest, NotSent


class TelegramProblem(Exception):
    """A call to Telegram that did not work. `reason` is short, constant and safe to store and log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TryLater(TelegramProblem):
    """Repeat the call. `seconds` is Telegram's own order (429), None for 'back off as you like'.

    `maybe_sent`: the call may have had its effect although no answer came back.
    """

    def __init__(self, reason: str, *, seconds: float | None = None, maybe_sent: bool = False) -> None:
        super().__init__(reason)
        self.seconds = seconds
        self.maybe_sent = maybe_sent


class StopWriting(TelegramProblem):
    """The person blocked the bot or is gone: never write to this chat again, unless they come back."""


class ChatMoved(TelegramProblem):
    """The group became a supergroup: the same call goes to `new_chat_id`."""

    def __init__(self, new_chat_id: int) -> None:
        super().__init__("chat_moved")
        self.new_chat_id = new_chat_id


class Refused(TelegramProblem):
    """Telegram will never accept this call (400): do not repeat it."""


class AnotherPoller(TelegramProblem):
    """Somebody else polls with our token, or a webhook is set (409)."""


class BadToken(TelegramProblem):
    """Telegram does not know the token: nothing works until BEKAL_TELEGRAM_TOKEN is mended."""


# 400s that mean 'the wished state holds already' or 'too late to matter'.
HARMLESS = ("message is not modified", "query is too old", "message to delete not found")
# Telegram quotes what it refuses, so only these words of its refusals are kept, whole.
KNOWN_REFUSALS = (
    "button_data_invalid",
    "can't parse entities",
    "chat not found",
    "file is too big",
    "message can't be edited",
    "message is too long",
    "message text is empty",
    "message thread not found",
    "message to edit not found",
    "not enough rights",
    "peer_id_invalid",
    "the chat is not a forum",
    "topic_deleted",
    "topic_id_invalid",
    "wrong file identifier",
)


class TelegramClient(ExtBot[None]):
    """python-telegram-bot's bot over aiohttp, with `call` for what the outbox holds as data."""

    def __init__(self, token: str, api_url: str, request: BaseRequest | None = None) -> None:
        base = api_url.rstrip("/")
        polling = request or AiohttpRequest(connections=1)
        super().__init__(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=request or AiohttpRequest(),
            get_updates_request=polling,
        )

    def __repr__(self) -> str:
        # The library would show the token.
        return f"TelegramClient[{self.account}]"

    @property
    def account(self) -> int:
        """The bot's own id, which is the part of the token before the colon."""
        return int(self.token.split(":", 1)[0])

    async def call(self, method: str, params: Mapping[str, Any], *, read_timeout: float | None = None) -> Any:
        """Call a Bot API method -> its `result`, as JSON. Raises one of the TelegramProblems above."""
        try:
            return await self._post(
                method,
                dict(params),
                read_timeout=BaseRequest.DEFAULT_NONE if read_timeout is None else read_timeout,
            )
        except ptb.RetryAfter as error:
            raise TryLater("flood_wait", seconds=_seconds(error.retry_after)) from error
        except ptb.Forbidden as error:
            raise StopWriting("blocked" if "blocked" in error.message else "gone") from error
        except ptb.ChatMigrated as error:
            raise ChatMoved(error.new_chat_id) from error
        except ptb.BadRequest as error:
            # Lower case: python-telegram-bot gives Telegram's words a capital.
            if any(words in error.message.lower() for words in HARMLESS):
                return True
            raise Refused(_reason(error.message)) from error
        except ptb.Conflict as error:
            raise AnotherPoller("conflict") from error
        except ptb.InvalidToken as error:
            if "method not found" in error.message.lower():  # an older Bot API server; the token is good
                raise Refused("refused_method_not_found") from error
            raise BadToken("bad_token") from error
        except NotSent as error:
            raise TryLater("no_connection") from error
        except ptb.TimedOut as error:
            raise TryLater("timeout", maybe_sent=True) from error
        except ptb.TelegramError as error:
            # 5xx, a broken connection, an answer that is no JSON: it may have been carried out.
            raise TryLater("server_error", maybe_sent=True) from error


def _seconds(value: int | float | timedelta) -> float:
    return value.total_seconds() if isinstance(value, timedelta) else float(value)


def _reason(message: str) -> str:
    """Which known refusal it is, as a code; "refused" for any other."""
    known = next((words for words in KNOWN_REFUSALS if words in message.lower()), "")
    return "_".join(["refused", *"".join(c if c.isalpha() else " " for c in known).split()])
