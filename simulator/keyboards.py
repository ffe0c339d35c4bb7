"""reply_markup: what Telegram accepts as buttons."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from simulator.api import Json, Params, bad_request

MAX_CALLBACK_DATA = 64
MAX_BUTTONS = 100
MAX_COPY_TEXT = 256
_ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
_HOST = re.compile(r"^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$|^\d{1,3}(?:\.\d{1,3}){3}$", re.I)


def reply_markup(params: Params) -> Json | None:
    """The checked keyboard of a call, or None. Raises ApiError in Telegram's words."""
    try:
        markup = params.structure("reply_markup")
    except ValueError as error:
        raise bad_request("can't parse reply keyboard markup JSON object") from error
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if not markup:
        return None
    if "inline_keyboard" in markup:
        return inline_keyboard(markup["inline_keyboard"])
    if "keyboard" in markup:
        return reply_keyboard(markup)
    return {key: markup[key] for key in ("remove_keyboard", "force_reply") if markup.get(key) is True} or None


def inline_keyboard(rows: Any) -> Json | None:
    if not isinstance(rows, list):
        raise bad_request('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array')
    checked: list[list[Json]] = []
    for row in rows:
        if not isinstance(row, list):
            raise bad_request(
                'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays'
            )
        if buttons := [_inline_button(button) for button in row]:
            checked.append(buttons)
    if sum(map(len, checked)) > MAX_BUTTONS:
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": checked} if checked else None


def _inline_button(button: Any) -> Json:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    text = button.get("text")
    if not isinstance(text, str):
        raise bad_request("can't parse inline keyboard button: can't find field \"text\"")
    if not text.strip():
        raise bad_request("can't parse inline keyboard button: Button text must not be empty")
    actions = [action for action in _ACTIONS if button.get(action) is not None]
    if not actions:
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    action = actions[0]
    value = button[action]
    if action == "callback_data":
        if not isinstance(value, str) or not 1 <= len(value.encode("utf-8", "replace")) <= MAX_CALLBACK_DATA:
            raise bad_request("BUTTON_DATA_INVALID")
    elif action == "url":
        value = checked_url(text, value)
    elif action == "copy_text":
        copied = value.get("text") if isinstance(value, dict) else None
        if not isinstance(copied, str) or not 1 <= len(copied) <= MAX_COPY_TEXT:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")
    kept: Json = {"text": text, action: value}
    if button.get("style") in ("danger", "success", "primary"):
        kept["style"] = button["style"]
    return kept


def checked_url(label: str, url: Any) -> str:
    """A web address or tg:// link as Telegram stores it."""
    if not isinstance(url, str) or not url.strip():
        raise bad_request("BUTTON_URL_INVALID")
    address = url.strip()
    scheme, sep, _ = address.partition("://")
    if address.lower().startswith(("tg://", "ton://", "tonsite://")):
        return address
    if not sep:
        address = f"http://{address}"
    elif scheme.lower() not in ("http", "https"):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Unsupported URL protocol")
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        host = ""
    if not _HOST.match(host):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    return address


def reply_keyboard(markup: Json) -> Json:
    rows = markup["keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "keyboard" of the ReplyKeyboardMarkup must be an Array of Arrays')
    for row in rows:
        for button in row:
            if isinstance(button, dict) and not isinstance(button.get("text"), str):
                raise bad_request("can't parse keyboard button: can't find field \"text\"")
            if not isinstance(button, (dict, str)):
                raise bad_request("can't parse keyboard button: KeyboardButton must be an Object")
    return {"keyboard": rows, "one_time_keyboard": bool(markup.get("one_time_keyboard"))}
