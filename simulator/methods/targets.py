"""Which chat and which message a call means, and storing what it sends."""

from __future__ import annotations

from typing import Any

from simulator.api import ApiError, Call, Json, bad_request, to_integer
from simulator.world import Chat

CLOSED = {
    "blocked": "bot was blocked by the user",
    "deactivated": "user is deactivated",
    "kicked": "bot was kicked from the {type} chat",
}


def find_chat(call: Call) -> Chat:
    """The chat under `chat_id`, wherever it stands. Raises ApiError where the bot does not know it."""
    raw = call.params.text("chat_id").strip()
    if not raw:
        raise bad_request("chat_id is empty")
    chat: Chat | None = None
    if raw.startswith("@"):
        wanted = raw[1:].lower()
        chat = next(
            (c for c in call.bot.chats.values() if c.type != "private" and c.username.lower() == wanted), None
        )
    else:
        try:
            chat = call.bot.chats.get(int(raw))
        except ValueError:
            chat = None
    if chat is None or not chat.known:
        raise bad_request("chat not found")
    return chat


def open_chat(call: Call) -> Chat:
    """The chat under `chat_id`, where the bot may write. Raises ApiError 403 or 400 where it may not."""
    chat = find_chat(call)
    if chat.state == "upgraded":
        words = "Bad Request: group chat was upgraded to a supergroup chat"
        raise ApiError(400, words, migrate_to_chat_id=chat.upgraded_to)
    if chat.state in CLOSED:
        raise ApiError(403, f"Forbidden: {CLOSED[chat.state].format(type=chat.type)}")
    return chat


def reply_parameters(call: Call, chat: Chat) -> Json | None:
    """The message that the new one answers to, or None."""
    try:
        given: Any = call.params.structure("reply_parameters")
    except ValueError as error:
        raise bad_request("can't parse reply parameters JSON object") from error
    wanted = call.params.integer("reply_to_message_id")
    optional = call.params.flag("allow_sending_without_reply")
    if isinstance(given, dict):
        wanted = to_integer(given.get("message_id"))
        optional = bool(given.get("allow_sending_without_reply"))
    if not wanted:
        return None
    message = chat.messages.get(wanted)
    if message is None:
        if optional:
            return None
        raise bad_request("message to be replied not found")
    return {key: value for key, value in message.items() if key != "reply_to_message"}


def deliver(call: Call, chat: Chat, content: Json, markup: Json | None) -> Json:
    """Store a message of the bot and show it to whoever looks. Returns it as the API answers it."""
    bot = call.bot
    thread = call.params.integer("message_thread_id")
    if thread and thread not in chat.topics:
        raise bad_request("message thread not found")
    answered = reply_parameters(call, chat) if "reply_" in "".join(call.params.values) else None
    message: Json = {"message_id": bot.next_message_id(chat)}
    if chat.type == "channel":
        message["sender_chat"] = chat.as_json()
    else:
        message["from"] = bot.as_user()
    message["chat"] = chat.as_json()
    message["date"] = call.world.now()
    if thread:
        message["message_thread_id"] = thread
        message["is_topic_message"] = True
    if answered is not None:
        message["reply_to_message"] = answered
    message.update(content)
    if call.params.flag("protect_content"):
        message["has_protected_content"] = True
    if markup is not None:
        if "inline_keyboard" in markup:
            message["reply_markup"] = markup
        else:
            chat.keyboard = markup if "keyboard" in markup else None
    chat.messages[message["message_id"]] = message
    chat.replies.append(message["message_id"])
    chat.changed.set()
    if call.world.events.listeners:
        call.world.events.publish(
            {"kind": "message", "chat": chat.id, "bot": bot.id, "message": message, "keyboard": chat.keyboard}
        )
    return message
