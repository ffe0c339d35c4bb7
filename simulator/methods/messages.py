"""sendMessage and what else carries no file."""

from __future__ import annotations

from typing import Any

from simulator.api import Call, Json, bad_request
from simulator.entities import MAX_BYTES, checked
from simulator.keyboards import reply_markup
from simulator.markup import parse
from simulator.methods.targets import deliver, open_chat
from simulator.utf16 import utf16_length

MAX_TEXT = 4096
"""UTF-16 code units, after entities have been parsed."""
MAX_CAPTION = 1024
CHAT_ACTIONS = frozenset(
    [
        "cancel",
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "record_audio",
        "upload_voice",
        "upload_audio",
        "upload_document",
        "choose_sticker",
        "find_location",
        "pick_up_location",
        "record_video_note",
        "upload_video_note",
    ]
)


def formatted(call: Call, text_name: str, entities_name: str) -> tuple[str, list[Json]]:
    """Text and entities of a call, from its parse mode or its entities."""
    text = call.params.text(text_name)
    if len(text) > MAX_BYTES // 4 and len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise bad_request("text is too long")
    mode = call.params.text("parse_mode")
    if text and mode and mode.lower() != "none":
        return checked(*parse(text, mode))
    try:
        given: Any = call.params.structure(entities_name)
    except ValueError:
        given = None  # Telegram sends the text without entities then
    return checked(text, given)


def message_text(call: Call) -> Json:
    if not call.params.text("text"):
        raise bad_request("message text is empty")
    text, entities = formatted(call, "text", "entities")
    if not text:
        raise bad_request("text must be non-empty")
    if utf16_length(text) > MAX_TEXT:
        raise bad_request("message is too long")
    content: Json = {"text": text}
    if entities:
        content["entities"] = entities
    _link_preview(call, content)
    return content


def caption(call: Call) -> Json:
    text, entities = formatted(call, "caption", "caption_entities")
    if utf16_length(text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    content: Json = {}
    if text:
        content["caption"] = text
    if entities:
        content["caption_entities"] = entities
    return content


def _link_preview(call: Call, content: Json) -> None:
    try:
        options = call.params.structure("link_preview_options")
    except ValueError as error:
        raise bad_request("can't parse link preview options JSON object") from error
    if call.params.flag("disable_web_page_preview"):
        options = {"is_disabled": True}
    if isinstance(options, dict) and options:
        content["link_preview_options"] = options


def send_message(call: Call) -> Json:
    if not call.params.text("text"):
        raise bad_request("message text is empty")
    chat = open_chat(call)
    return deliver(call, chat, message_text(call), reply_markup(call.params))


def send_contact(call: Call) -> Json:
    phone, name = call.params.text("phone_number"), call.params.text("first_name")
    for field, value in (("phone_number", phone), ("first_name", name)):
        if not value:
            raise bad_request(f'parameter "{field}" is required')
    chat = open_chat(call)
    contact: Json = {"phone_number": phone, "first_name": name}
    if last_name := call.params.text("last_name"):
        contact["last_name"] = last_name
    return deliver(call, chat, {"contact": contact}, reply_markup(call.params))


def send_location(call: Call) -> Json:
    for field in ("latitude", "longitude"):
        if not call.params.text(field).strip():
            raise bad_request(f"{field} is empty")
    chat = open_chat(call)
    try:
        latitude, longitude = float(call.params.text("latitude")), float(call.params.text("longitude"))
    except ValueError as error:
        raise bad_request("wrong location specified") from error
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise bad_request("wrong location specified")
    content: Json = {"location": {"latitude": latitude, "longitude": longitude}}
    return deliver(call, chat, content, reply_markup(call.params))


def send_chat_action(call: Call) -> bool:
    action = call.params.text("action").lower()
    if action not in CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = open_chat(call)
    if call.world.events.listeners:
        call.world.events.publish({"kind": "action", "chat": chat.id, "bot": call.bot.id, "action": action})
    return True


METHODS = {
    "sendMessage": send_message,
    "sendContact": send_contact,
    "sendLocation": send_location,
    "sendChatAction": send_chat_action,
}
