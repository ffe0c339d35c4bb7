"""reply_markup: what Telegram accepts as buttons."""

from __future__ import annotations

from typing import Any

from simulator.api import ApiError, Json, Params, bad_request
from simulator.links import checked_link

MAX_CALLBACK_DATA = 64
"""Bytes in UTF-8."""
MAX_BUTTONS = 100
MAX_COPY_TEXT = 256
_OTHER_ACTIONS = (
    "callback_game",
    "pay",
    "switch_inline_query",
    "switch_inline_query_chosen_chat",
    "switch_inline_query_current_chat",
    "login_url",
    "web_app",
    "copy_text",
)
_STYLES = ("danger", "success", "primary")


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
    for name in ("keyboard", "inline_keyboard"):
        if markup.get(name) is not None and not isinstance(markup[name], list):
            raise bad_request(f'field "{name}" must be of type Array')
    if markup.get("keyboard"):
        return reply_keyboard(markup)
    if markup.get("inline_keyboard"):
        return inline_keyboard(markup["inline_keyboard"])
    return {key: True for key in ("remove_keyboard", "force_reply") if markup.get(key) is True} or None


def inline_keyboard(rows: list[Any]) -> Json | None:
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


def _unparsable(words: str) -> ApiError:
    return bad_request(f"can't parse inline keyboard button: {words}")


def _inline_button(button: Any) -> Json:
    if not isinstance(button, dict):
        raise _unparsable("InlineKeyboardButton must be an Object")
    text = _string(button, "text")
    if text is None:
        raise _unparsable('Can\'t find field "text"')
    url, data = _string(button, "url"), _string(button, "callback_data")
    if url:
        action = _url_action(text, url)
    elif data:
        action = _data_action(text, data)
    else:
        name = next((name for name in _OTHER_ACTIONS if button.get(name) is not None), None)
        if name is None:
            raise _unparsable("Text buttons are unallowed in the inline keyboard")
        action = {name: _copy_text(button[name]) if name == "copy_text" else button[name]}
    if button.get("style") is not None and button["style"] not in _STYLES:
        raise bad_request("BUTTON_STYLE_INVALID")
    style = {"style": button["style"]} if button.get("style") else {}
    return {"text": text, **action, **style}


def _string(button: Json, name: str) -> str | None:
    value = button.get(name)
    if value is not None and not isinstance(value, str):
        raise _unparsable(f'Field "{name}" must be of type String')
    return value


def _non_empty(text: str) -> None:
    if not text.strip():
        raise bad_request("inline keyboard button text must be non-empty")


def _url_action(text: str, url: str) -> Json:
    _non_empty(text)
    try:
        return {"url": checked_link(url)}
    except ValueError as error:
        raise bad_request(f"inline keyboard button {error}") from error


def _data_action(text: str, data: str) -> Json:
    _non_empty(text)
    if len(data.encode("utf-8", "surrogatepass")) > MAX_CALLBACK_DATA:
        raise bad_request("BUTTON_DATA_INVALID")
    return {"callback_data": data}


def _copy_text(value: Any) -> Json:
    text = value.get("text") if isinstance(value, dict) else None
    if not isinstance(text, str) or not 1 <= len(text) <= MAX_COPY_TEXT:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")
    return {"text": text}


def reply_keyboard(markup: Json) -> Json:
    rows: list[list[Json]] = []
    for row in markup["keyboard"]:
        if not isinstance(row, list):
            raise bad_request('field "keyboard" must be an Array of Arrays')
        rows.append([_reply_button(button) for button in row])
    return {"keyboard": rows, "one_time_keyboard": markup.get("one_time_keyboard") is True}


def _reply_button(button: Any) -> Json:
    if isinstance(button, str):
        button = {"text": button}
    if not isinstance(button, dict):
        raise bad_request("can't parse keyboard button: KeyboardButton must be a String or an Object")
    text = button.get("text")
    if text is None:
        raise bad_request("can't parse keyboard button: Can't find field \"text\"")
    if not isinstance(text, str):
        raise bad_request('can\'t parse keyboard button: Field "text" must be of type String')
    if not text.strip():
        raise bad_request("keyboard button text must be non-empty")
    return {
        "text": text,
        **{name: True for name in ("request_contact", "request_location") if button.get(name)},
    }
