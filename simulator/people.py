"""What people do: write, press buttons, send files, block the bot."""

from __future__ import annotations

from typing import Any

from simulator.api import Json, Upload
from simulator.autolinks import found
from simulator.bots import CALLBACK_LIFETIME_SECONDS, Bot, Press
from simulator.entities import clean
from simulator.methods.media import described, photo_sizes
from simulator.world import Chat, User, World

MAX_START_PAYLOAD = 64
VOICE_SECONDS = 3


class People:
    """Acts for the people of a world. Bad requests raise ValueError with a reason."""

    def __init__(self, world: World) -> None:
        self._world = world

    def write(self, bot: Bot, item: Json) -> Json:
        """Put a message into a chat as a person would, and the update on its way. Returns the message.

        Fields: `user` (id) and/or `chat` (id of a group or channel), and what is in it: `text`, `caption`,
        `photo` | `voice` | `document` | `audio` | `sticker` (an Upload, or anything true for a sample),
        `location` {latitude, longitude}, `contact` {phone_number, first_name}, `start` (deep link payload),
        `forward_from` (a name), `reply_to` (message id), `edit` (message id: changes that message's text).
        """
        chat, sender = self._place(bot, item)
        if "edit" in item:
            return self._edit(bot, chat, sender, item)
        content = self._content(item)
        message: Json = {"message_id": bot.next_message_id(chat)}
        if chat.type == "channel":
            message["sender_chat"] = chat.as_json()
        elif sender is not None:
            message["from"] = sender.as_json()
        message["chat"] = chat.as_json()
        message["date"] = self._world.now()
        if thread := item.get("message_thread_id"):
            message["message_thread_id"], message["is_topic_message"] = int(thread), True
        if name := item.get("forward_from"):
            origin = {"type": "hidden_user", "sender_user_name": str(name), "date": message["date"] - 60}
            message["forward_origin"] = origin
        if reply_to := item.get("reply_to"):
            if (answered := chat.messages.get(int(reply_to))) is None:
                raise ValueError(f"there is no message {reply_to} in chat {chat.id}")
            message["reply_to_message"] = {k: v for k, v in answered.items() if k != "reply_to_message"}
        message.update(content)
        chat.messages[message["message_id"]] = message
        chat.known = True
        if chat.state == "blocked":
            chat.state = "open"
        chat.replies.clear()
        if chat.keyboard and chat.keyboard.get("one_time_keyboard"):
            chat.keyboard = None
        kind = "channel_post" if chat.type == "channel" else "message"
        if item.get("silent") is not True:
            bot.feed.push(kind, message, ("chat", chat.id))
        self._show("message", bot, chat, message)
        return message

    def _place(self, bot: Bot, item: Json) -> tuple[Chat, User | None]:
        sender = self._world.user(int(item["user"])) if item.get("user") is not None else None
        chat_id = item.get("chat")
        if chat_id is None or (sender is not None and int(chat_id) == sender.id):
            if sender is None:
                raise ValueError("a message needs a user or a chat")
            return self._world.private_chat(bot, sender), sender
        if int(chat_id) > 0:
            sender = self._world.user(int(chat_id))
            return self._world.private_chat(bot, sender), sender
        chat = bot.chats.get(int(chat_id))
        if chat is None:
            raise ValueError(f"there is no chat {chat_id}")
        if sender is None and chat.type != "channel":
            raise ValueError("a message in a group needs a user")
        return chat, sender

    def _content(self, item: Json) -> Json:
        if "start" in item:
            payload = str(item["start"] or "")[:MAX_START_PAYLOAD]
            return _text(f"/start {payload}" if payload else "/start")
        if "text" in item:
            return _text(str(item["text"]))
        content: Json = {}
        for kind in ("photo", "voice", "document", "audio", "sticker"):
            if item.get(kind):
                content[kind] = self._file(kind, item[kind])
                break
        else:
            for kind in ("location", "contact"):
                if item.get(kind):
                    content[kind] = dict(item[kind])
        if not content:
            raise ValueError(
                "a message needs text, start, photo, voice, document, audio, sticker, location or contact"
            )
        if caption := item.get("caption"):
            content["caption"] = clean(str(caption))
            if entities := found(content["caption"], []):
                content["caption_entities"] = entities
        return content

    def _file(self, kind: str, given: Any) -> Any:
        upload = given if isinstance(given, Upload) else SAMPLES[kind]
        stored = self._world.files.add(kind, upload)
        if kind == "photo":
            return photo_sizes(stored)
        if kind == "sticker":
            emoji = given.get("emoji", "👍") if isinstance(given, dict) else "👍"
            return {
                **stored.as_json(),
                "type": "regular",
                "width": 512,
                "height": 512,
                "is_animated": False,
                "is_video": False,
                "emoji": emoji,
            }
        return described(stored, kind, VOICE_SECONDS)

    def _edit(self, bot: Bot, chat: Chat, sender: User | None, item: Json) -> Json:
        message = chat.messages.get(int(item["edit"]))
        if message is None:
            raise ValueError(f"there is no message {item['edit']} in chat {chat.id}")
        if sender is not None and message.get("from", {}).get("id") != sender.id:
            raise ValueError("people can only edit what they wrote themselves")
        # A new object: an update that waits keeps the message as it was.
        message = {name: value for name, value in message.items() if name != "entities"}
        message |= {**_text(str(item.get("text", ""))), "edit_date": self._world.now()}
        chat.messages[message["message_id"]] = message
        kind = "edited_channel_post" if chat.type == "channel" else "edited_message"
        bot.feed.push(kind, message, ("chat", chat.id))
        self._show("edit", bot, chat, message)
        return message

    def press(self, bot: Bot, user_id: int, chat_id: int, message_id: int, data: str) -> str:
        """Press an inline button. Returns the callback query's id; forged data is allowed on purpose."""
        chat = bot.chats.get(chat_id)
        message = chat.messages.get(message_id) if chat else None
        if chat is None or message is None:
            raise ValueError(f"there is no message {message_id} in chat {chat_id}")
        user = self._world.user(user_id)
        query_id = str(self._world.random.getrandbits(62) | 1 << 61)
        now = self._world.clock().timestamp()
        bot.presses[query_id] = Press(user_id, chat_id, message_id, now)
        self._forget_old_presses(bot, now)
        chat.replies.clear()
        query: Json = {
            "id": query_id,
            "from": user.as_json(),
            "message": message,
            "chat_instance": str(abs(chat_id) * 7919),
            "data": data,
        }
        bot.feed.push("callback_query", query, ("user", user_id), CALLBACK_LIFETIME_SECONDS)
        return query_id

    @staticmethod
    def _forget_old_presses(bot: Bot, now: float) -> None:
        """Presses stand in order of time; the oldest ones go."""
        for query_id, press in list(bot.presses.items())[:2]:
            if now - press.at > 2 * CALLBACK_LIFETIME_SECONDS:
                del bot.presses[query_id]

    def set_state(self, bot: Bot, chat_id: int, state: str, upgraded_to: int = 0) -> Chat:
        """Block the bot, come back, deactivate the account, kick the bot from a group, upgrade a group."""
        chat = bot.chats.get(chat_id)
        if chat is None and chat_id > 0:
            chat = self._world.private_chat(bot, self._world.user(chat_id))
        if chat is None:
            raise ValueError(f"there is no chat {chat_id}")
        if state not in ("open", "blocked", "deactivated", "kicked", "upgraded"):
            raise ValueError(f"unknown state {state!r}")
        if state == "upgraded":
            self._upgrade(bot, chat, upgraded_to)
            return chat
        was, chat.state = chat.state, state
        chat.known = True
        if chat.type == "private" and was != state and "blocked" in (was, state) and chat.user is not None:
            self._member_update(bot, chat, chat.user, "member" if state == "open" else "kicked")
        return chat

    def _member_update(self, bot: Bot, chat: Chat, user: User, status: str) -> None:
        def member(value: str) -> Json:
            return {
                "user": bot.as_user(),
                "status": value,
                **({"until_date": 0} if value == "kicked" else {}),
            }

        before = "kicked" if status == "member" else "member"
        body: Json = {
            "chat": chat.as_json(),
            "from": user.as_json(),
            "date": self._world.now(),
            "old_chat_member": member(before),
            "new_chat_member": member(status),
        }
        bot.feed.push("my_chat_member", body, ("chat", chat.id))

    def _upgrade(self, bot: Bot, chat: Chat, upgraded_to: int) -> None:
        new = self._world.add_group(bot, chat.title, "supergroup", upgraded_to or None)
        chat.state, chat.upgraded_to = "upgraded", new.id
        base: Json = {
            "message_id": bot.next_message_id(chat),
            "chat": chat.as_json(),
            "date": self._world.now(),
        }
        bot.feed.push("message", {**base, "migrate_to_chat_id": new.id}, ("chat", chat.id))
        base = {"message_id": bot.next_message_id(new), "chat": new.as_json(), "date": self._world.now()}
        bot.feed.push("message", {**base, "migrate_from_chat_id": chat.id}, ("chat", new.id))

    def _show(self, kind: str, bot: Bot, chat: Chat, message: Json) -> None:
        if self._world.events.listeners:
            self._world.events.publish(
                {"kind": kind, "chat": chat.id, "bot": bot.id, "message": message, "keyboard": chat.keyboard}
            )


def _text(text: str) -> Json:
    cleaned = clean(text)
    if not cleaned.strip():
        raise ValueError("a message cannot be empty")
    body: Json = {"text": cleaned}
    if entities := found(cleaned, []):
        body["entities"] = entities
    return body


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d4944415478da6364f8ff1f0003030200efa2a75b0000000049454e44ae426082"
)
SAMPLES = {
    "photo": Upload("photo.png", "image/png", PIXEL),
    "voice": Upload("voice.ogg", "audio/ogg", b"OggS" + bytes(60)),
    "audio": Upload("audio.mp3", "audio/mpeg", b"ID3" + bytes(61)),
    "document": Upload("document.txt", "text/plain", b"Contoh berkas\n"),
    "sticker": Upload("sticker.webp", "image/webp", b"RIFF\x24\x00\x00\x00WEBP" + bytes(32)),
}
