"""The staff's Telegram group is told of danger cases, one topic for each: a pseudonym and kinds, no words."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from bot.client import Refused, TelegramClient, TelegramProblem, TryLater
from bot.console import console_url
from bot.logs import get_logger
from bot.staff_replies import StaffReplies
from bot.wiring import App
from console import group_words as words
from console.wording import wording
from storage import Connection, Database, StorageError, staff_group

log = get_logger("staff-group")

EVERY_SECONDS = 1.0
REFUSED_PAUSE = timedelta(seconds=60)
LOST = ("refused_message_thread_not_found", "refused_topic_deleted", "refused_topic_id_invalid")
REMEDY = (
    "make the bot an admin of the group of BEKAL_STAFF_GROUP that may manage topics, and switch topics on"
)


class StaffGroup:
    """Tells the group that is set. `url` is the console's address, without a path."""

    def __init__(
        self,
        database: Database,
        client: TelegramClient,
        group_id: int,
        *,
        url: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._group = group_id
        self._database = database
        self._client = client
        self._url = url
        self._clock = clock
        self._say = wording("id")  # the group reads one language

    async def run(self, stop: asyncio.Event) -> None:
        """Tell the group what is new, until `stop`."""
        while not stop.is_set():
            try:
                await self.tell()
            except StorageError as error:
                log.warning("staff_group_not_told", kind=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), EVERY_SECONDS)

    async def tell(self) -> None:
        """Tell all that is due now. Raises StorageError."""
        cipher, now = self._database.cipher, self._clock()
        topics = await self._database.write(lambda conn: staff_group.due(conn, cipher, self._group, now))
        for number, topic in enumerate(topics):
            try:
                await self._tell_one(topic)
            except TelegramProblem as error:
                await self._later(topics[number:], error)
                return

    async def _later(self, topics: list[staff_group.Topic], error: TelegramProblem) -> None:
        ids, until = [each.id for each in topics], self._clock() + self._pause(error)
        await self._write(lambda conn: staff_group.later(conn, ids, until))

    def _pause(self, error: TelegramProblem) -> timedelta:
        if isinstance(error, TryLater):
            return timedelta(seconds=error.seconds or 5)
        log.error("staff_group_refuses", reason=error.reason, remedy=REMEDY)
        return REFUSED_PAUSE

    async def _tell_one(self, topic: staff_group.Topic) -> None:
        if topic.case_id is None:
            await self._remove(topic)
            return
        thread = topic.thread_id
        if thread is None:
            name = words.title(topic, self._say)
            made = await self._client.call("createForumTopic", {"chat_id": self._group, "name": name})
            thread = int(made["message_thread_id"])
            await self._write(lambda conn: staff_group.made(conn, topic.id, thread))
        news = words.news(topic, self._url, self._say)
        try:
            if news:
                await self._client.call("sendMessage", self._message(thread, news))
        except Refused as error:
            if error.reason not in LOST:
                raise
            log.warning("staff_topic_lost", topic=topic.id)
            await self._write(lambda conn: staff_group.lost(conn, topic.id, self._clock()))
            return
        if topic.closed and topic.awaited is None:
            await self._quietly("closeForumTopic", thread)
        await self._write(lambda conn: staff_group.told(conn, topic, self._clock()))

    async def _remove(self, topic: staff_group.Topic) -> None:
        """The person was erased, or the case kept long enough: its topic goes as well."""
        if topic.thread_id is not None:
            await self._quietly("deleteForumTopic", topic.thread_id)
        await self._write(lambda conn: staff_group.drop(conn, topic.id))

    async def _quietly(self, method: str, thread: int) -> None:
        """Tidy up; where Telegram refuses that, it is not worth another try."""
        try:
            await self._client.call(method, self._place(thread))
        except Refused as error:
            log.warning("staff_topic_not_tidied", method=method, reason=error.reason)

    async def _write(self, unit: Callable[[Connection], None]) -> None:
        await self._database.write(unit)

    def _place(self, thread: int) -> dict[str, Any]:
        return {"chat_id": self._group, "message_thread_id": thread}

    def _message(self, thread: int, text: str) -> dict[str, Any]:
        plain = {"text": text, "link_preview_options": {"is_disabled": True}, "protect_content": True}
        return {**self._place(thread), **plain}


def join(app: App, group_id: int) -> StaffGroup:
    """Answer what staff write in this group; what comes back tells the group. Content has to be loaded."""
    assert app.turns is not None
    assert app.desk is not None
    app.turns.staff_replies = StaffReplies(
        app.database,
        group_id,
        messages=app.desk,
        clock=app.clock,
        wake_delivery=app.delivery.wake,
    )
    return StaffGroup(app.database, app.client, group_id, url=console_url(app.settings), clock=app.clock)
