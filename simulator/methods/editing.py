"""Changing and deleting messages, answering button presses, reactions."""

from __future__ import annotations

from typing import Any

from simulator.api import Call, Json, bad_request
from simulator.bots import CALLBACK_LIFETIME_SECONDS
from simulator.keyboards import reply_markup
from simulator.methods.messages import caption, message_text
from simulator.methods.targets import open_chat
from simulator.world import Chat

DELETE_WINDOW_SECONDS = 48 * 3600
MAX_DELETED = 100
MAX_ANSWER = 200
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
FILES = ("photo", "document", "voice", "audio")


def _message(call: Call, purpose: str) -> tuple[Chat, Json]:
    chat = open_chat(call)
    if not call.params.has("message_id"):
        raise bad_request("message identifier is not specified")
    message = chat.messages.get(call.params.integer("message_id"))
    if message is None:
        raise bad_request(f"message to {purpose} not found")
    return chat, message


def _editable(call: Call) -> tuple[Chat, Json]:
    if call.params.has("inline_message_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    chat, message = _message(call, "edit")
    if chat.type != "channel" and message.get("from", {}).get("id") != call.bot.id:
        raise bad_request("message can't be edited")
    return chat, message


def _replace(call: Call, chat: Chat, message: Json, content: Json, drop: tuple[str, ...]) -> Json:
    """Change a message in place; refuses a change that changes nothing."""
    markup = reply_markup(call.params)
    wanted = {**content}
    if markup is not None and "inline_keyboard" in markup:
        wanted["reply_markup"] = markup
    current = {name: message[name] for name in (*drop, "reply_markup") if name in message}
    if wanted == current:
        raise bad_request(NOT_MODIFIED)
    # A new object: an update that waits keeps the message as it was.
    message = {name: value for name, value in message.items() if name not in (*drop, "reply_markup")} | wanted
    if content:
        message["edit_date"] = call.world.now()
    chat.messages[message["message_id"]] = message
    chat.changed.set()
    if call.world.events.listeners:
        call.world.events.publish({"kind": "edit", "chat": chat.id, "bot": call.bot.id, "message": message})
    return message


def edit_message_text(call: Call) -> Json:
    content = message_text(call)
    chat, message = _editable(call)
    if "text" not in message:
        raise bad_request("there is no text in the message to edit")
    return _replace(call, chat, message, content, ("text", "entities", "link_preview_options"))


def edit_message_caption(call: Call) -> Json:
    content = caption(call)
    chat, message = _editable(call)
    if not any(name in message for name in FILES):
        raise bad_request("there is no caption in the message to edit")
    return _replace(call, chat, message, content, ("caption", "caption_entities"))


def edit_message_reply_markup(call: Call) -> Json:
    chat, message = _editable(call)
    return _replace(call, chat, message, {}, ())


def _delete(call: Call, chat: Chat, message: Json) -> None:
    del chat.messages[message["message_id"]]
    if call.world.events.listeners:
        call.world.events.publish(
            {"kind": "delete", "chat": chat.id, "bot": call.bot.id, "message_id": message["message_id"]}
        )


def _may_delete(call: Call, chat: Chat, message: Json) -> bool:
    if chat.type == "group" and message.get("from", {}).get("id") != call.bot.id:
        return False
    return bool(call.world.now() - message["date"] < DELETE_WINDOW_SECONDS)


def delete_message(call: Call) -> bool:
    chat, message = _message(call, "delete")
    if not _may_delete(call, chat, message):
        raise bad_request("message can't be deleted for everyone")
    _delete(call, chat, message)
    return True


def delete_messages(call: Call) -> bool:
    """Deletes what it can: messages that are not there are passed over, as at Telegram."""
    chat = open_chat(call)
    ids = _ids(call)
    for message_id in ids:
        message = chat.messages.get(message_id)
        if message is not None and _may_delete(call, chat, message):
            _delete(call, chat, message)
    return True


def _ids(call: Call) -> list[int]:
    try:
        ids: Any = call.params.structure("message_ids")
    except ValueError as error:
        raise bad_request("can't parse message identifiers JSON object") from error
    if not ids:
        raise bad_request("message identifiers are not specified")
    if not isinstance(ids, list):
        raise bad_request("expected an Array of message identifiers")
    if len(ids) > MAX_DELETED:
        raise bad_request("too many message identifiers specified")
    try:
        return [int(message_id) for message_id in ids]
    except (TypeError, ValueError) as error:
        raise bad_request("invalid message identifier specified") from error


def answer_callback_query(call: Call) -> bool:
    press = call.bot.presses.get(call.params.text("callback_query_id"))
    if press is None or call.world.clock().timestamp() - press.at > CALLBACK_LIFETIME_SECONDS:
        raise bad_request(TOO_OLD)
    text = call.params.text("text")
    if len(text) > MAX_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    if press.answer is None:
        press.answer = {
            "text": text,
            "show_alert": call.params.flag("show_alert"),
            "url": call.params.text("url"),
        }
        if call.world.events.listeners:
            call.world.events.publish(
                {
                    "kind": "answer",
                    "chat": press.chat_id,
                    "user": press.user_id,
                    "bot": call.bot.id,
                    "message_id": press.message_id,
                    **press.answer,
                }
            )
    return True


def set_message_reaction(call: Call) -> bool:
    chat, message = _message(call, "react")
    try:
        reactions = call.params.structure("reaction") or []
    except ValueError as error:
        raise bad_request("can't parse reaction types JSON object") from error
    if not isinstance(reactions, list) or not all(isinstance(one, dict) for one in reactions):
        raise bad_request("expected an Array of ReactionType")
    if len(reactions) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    if reactions and reactions[0].get("type") == "emoji" and str(reactions[0].get("emoji")) not in EMOJI:
        raise bad_request("REACTION_INVALID")
    if call.world.events.listeners:
        emoji = reactions[0].get("emoji", "") if reactions else ""
        call.world.events.publish(
            {
                "kind": "reaction",
                "chat": chat.id,
                "bot": call.bot.id,
                "message_id": message["message_id"],
                "emoji": emoji,
            }
        )
    return True


_EMOJI_LINES = """
❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥
🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨
🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡
"""
EMOJI = frozenset(_EMOJI_LINES.split())
"""What a bot may react with."""

METHODS = {
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "answerCallbackQuery": answer_callback_query,
    "setMessageReaction": set_message_reaction,
}
