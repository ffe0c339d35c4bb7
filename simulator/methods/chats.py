"""getMe, getChat, forum topics, and leaving the server."""

from __future__ import annotations

from simulator.api import Call, Json, bad_request
from simulator.methods.targets import find_chat, open_chat
from simulator.world import Chat

MAX_TOPIC_NAME = 128


def get_me(call: Call) -> Json:
    return call.bot.as_me()


def get_chat(call: Call) -> Json:
    chat = find_chat(call)
    return {
        **chat.as_json(),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": False,
            "limited_gifts": False,
            "unique_gifts": False,
            "premium_subscription": False,
            "gifts_from_channels": False,
        },
    }


def create_forum_topic(call: Call) -> Json:
    chat = open_chat(call)
    if chat.type != "supergroup":
        raise bad_request("the chat is not a forum")
    name = call.params.text("name").strip()
    if not name:
        raise bad_request("topic name must be non-empty")
    if len(name) > MAX_TOPIC_NAME:
        raise bad_request("TOPIC_TITLE_TOO_LONG")
    thread = call.bot.next_message_id(chat)
    chat.topics[thread] = name
    return {"message_thread_id": thread, "name": name, "icon_color": 7322096}


def close_forum_topic(call: Call) -> bool:
    _topic(call)
    return True


def delete_forum_topic(call: Call) -> bool:
    chat, thread = _topic(call)
    chat.remove_topic(thread)
    return True


def _topic(call: Call) -> tuple[Chat, int]:
    chat = open_chat(call)
    if chat.type != "supergroup":
        raise bad_request("the chat is not a forum")
    thread = call.params.integer("message_thread_id")
    if thread not in chat.topics:
        raise bad_request("message thread not found")
    return chat, thread


async def log_out(call: Call) -> bool:
    await call.bot.webhook.close()
    return True


METHODS = {
    "getMe": get_me,
    "getChat": get_chat,
    "createForumTopic": create_forum_topic,
    "closeForumTopic": close_forum_topic,
    "deleteForumTopic": delete_forum_topic,
    "logOut": log_out,
    "close": log_out,
}
