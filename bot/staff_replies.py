"""What staff write in a topic of their Telegram group reaches the person whose case it is.

Whoever writes there is known by the Telegram account that they linked in the console, and may do what their
role allows; every message that goes out, and every one that does not, stands in the audit log.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from console import group_words as words
from console.codes import tidy_recovery
from console.roles import Role
from console.wording import wording
from handlers.desk import DeskMessages
from storage import (
    Connection,
    Database,
    InboxRow,
    audit,
    cases,
    chats,
    inbox,
    outbox,
    staff_actions,
    staff_group,
    staff_telegram,
)
from storage.staff import Staff
from storage.staff_actions import CaseClosed, CaseGone, Collision, Deed

VIA = "telegram group"
NOTE = "//"
# What a person can send but text; anything else in a group is Telegram's own notice.
MEDIA = (
    "photo",
    "voice",
    "video",
    "video_note",
    "audio",
    "document",
    "sticker",
    "animation",
    "location",
    "contact",
)
_COMMAND = re.compile(r"/(\w+)(?:@\w+)?(?:\s+(.*))?", re.DOTALL)


class StaffReplies:
    """Takes the updates of the group that is set."""

    def __init__(
        self,
        database: Database,
        group_id: int,
        *,
        messages: DeskMessages,
        clock: Callable[[], datetime],
        wake_delivery: Callable[[], None],
        hold: timedelta = timedelta(hours=12),
    ) -> None:
        self.group_id = group_id
        self._database = database
        self._cipher = database.cipher
        self._messages = messages
        self._clock = clock
        self._wake_delivery = wake_delivery
        self._hold = hold

    async def take(self, row: InboxRow, update: Mapping[str, Any]) -> None:
        """Do what a message asks for; all of it is stored when this returns."""
        now = self._clock()

        def unit(conn: Connection) -> None:
            inbox.done(conn, row, now)
            message = update.get("message") or update.get("edited_message")
            if not isinstance(message, dict):
                return
            answer = self._answer(conn, message, "edited_message" in update, now)
            if answer:
                self._say(conn, row.lane, message, answer, now)

        await self._database.write(unit)
        self._wake_delivery()

    def _say(self, conn: Connection, lane: str, message: dict[str, Any], text: str, now: datetime) -> None:
        params: dict[str, Any] = {
            "text": text,
            "reply_parameters": {
                "message_id": message["message_id"],
                "allow_sending_without_reply": True,
            },
        }
        if message.get("is_topic_message"):
            params["message_thread_id"] = message["message_thread_id"]
        outbox.put(
            conn, self._cipher, lane, self.group_id, "sendMessage", params, now=now, priority=outbox.STAFF
        )

    def _answer(self, conn: Connection, message: dict[str, Any], edited: bool, now: datetime) -> str | None:
        """Carry a message out -> what to say to its writer, if anything."""
        text = str(message.get("text") or "").strip()
        sender = int((message.get("from") or {}).get("id") or 0)
        command = _COMMAND.fullmatch(text)
        if command and command[1].lower() in ("hubungkan", "link") and not edited:
            return self._link(conn, command[2] or "", sender, now)
        case_id = None
        if message.get("is_topic_message"):
            case_id = staff_group.case_of(conn, self.group_id, int(message.get("message_thread_id") or 0))
        if case_id is None or not (text or any(message.get(kind) for kind in MEDIA)):
            return None
        person = staff_telegram.member(conn, self._cipher, sender)
        if person is None or Role.of(person.role) < Role.AGENT:
            return self._refuse(conn, case_id, person, now)
        say = wording(person.locale)
        if edited:
            return say(words.EDITED)
        if not text or message.get("forward_origin") or message.get("via_bot"):
            return say(words.ONLY_TEXT)
        deed = Deed(conn, self._cipher, case_id, person.name, now, self._hold, via=VIA)
        try:
            done = self._do(deed, text, command)
        except Collision as collision:
            return say(words.TAKEN, name=collision.actor)
        except CaseClosed:
            return say(words.CLOSED)
        except CaseGone:
            return say(words.GONE)
        return say(done) if done else None

    def _do(self, deed: Deed, text: str, command: re.Match[str] | None) -> str | None:
        """The message's deed -> a wording to answer with. Raises Collision, CaseClosed, CaseGone."""
        case = cases.get(deed.conn, deed.case_id)
        chat = chats.get(deed.conn, self._cipher, case.chat_row_id) if case is not None else None
        if chat is None:
            raise CaseGone
        locale = chat.locale or "id"
        if text.startswith(NOTE):
            if note := text.removeprefix(NOTE).strip():
                staff_actions.note(deed, note)
            return words.NOTED
        if command is None:
            staff_actions.reply(deed, self._messages.reply(text, locale), text)
            return None
        if command[1].lower() in ("ambil", "take"):
            staff_actions.take(deed, over=True)
            return None
        if command[1].lower() in ("selesai", "close"):
            staff_actions.close(deed, self._messages.closing(deed.case_id, locale), asked=True)
            return None
        return words.UNKNOWN

    def _refuse(self, conn: Connection, case_id: int, person: Staff | None, now: datetime) -> str:
        actor = person.name if person is not None else "-"
        why = VIA if person is not None else f"{VIA}; not linked"
        audit.add(conn, self._cipher, now, actor, "reply refused", f"case:{case_id}", why, done=False)
        if person is None:
            return wording("id")(words.UNLINKED)
        return wording(person.locale)(words.NOT_ALLOWED)

    def _link(self, conn: Connection, code: str, telegram_id: int, now: datetime) -> str:
        person = staff_telegram.link(conn, self._cipher, tidy_recovery(code), telegram_id, now)
        if person is None:
            audit.add(conn, self._cipher, now, "-", "telegram linked", detail=VIA, done=False)
            return wording("id")(words.BAD_CODE)
        audit.add(conn, self._cipher, now, person.name, "telegram linked", f"staff:{person.name}", VIA)
        return wording(person.locale)(words.LINKED, name=person.name)
