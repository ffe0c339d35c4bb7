"""One update answered: read the chat, take the turn, commit everything that follows from it at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from telegram import Update

from bot.client import TelegramClient, TelegramProblem
from bot.export import export_calls
from bot.intake import chat_of
from bot.logs import get_logger
from bot.metrics import Metrics
from bot.staff_replies import StaffReplies
from handlers import Call, Exchange, is_sensitive
from storage import (
    Chat,
    Connection,
    Database,
    Feedback,
    InboxRow,
    NewCase,
    TurnOutcome,
    broadcasts,
    chats,
    finish_turn,
    inbox,
    outbox,
    people,
)
from storage.broadcasts import BroadcastRecord

log = get_logger("turns")

# Telegram lets a bot delete its own messages for 48 hours, 100 in a call.
DELETABLE = timedelta(hours=48)
DELETE_AT_ONCE = 100

StoredCalls = list[tuple[str, dict[str, Any]]]
BroadcastTest = Callable[[BroadcastRecord | None, str], Sequence[tuple[str, dict[str, Any]]]]


class Conversation(Protocol):
    """What handlers offer."""

    async def take(self, update: Update, exchange: Exchange) -> None:
        """Fill the exchange with what follows from the update."""

    def apologise(self, update: Update | None, exchange: Exchange) -> None:
        """Fill the exchange with an apology, for an update that cannot be answered."""


class Turns:
    """Takes turns for `bot.lanes`."""

    def __init__(
        self,
        database: Database,
        client: TelegramClient,
        conversation: Conversation,
        *,
        say: Callable[[str, str], str],
        clock: Callable[[], datetime],
        wake_delivery: Callable[[], None],
        metrics: Metrics,
        broadcast_test: BroadcastTest = lambda _found, _locale: (),
    ) -> None:
        self._database = database
        self._cipher = database.cipher
        self._broadcast_test = broadcast_test
        self._client = client
        self._conversation = conversation
        self._say = say
        self._clock = clock
        self._wake_delivery = wake_delivery
        self._metrics = metrics
        self._cosmetic: set[asyncio.Task[None]] = set()
        self.staff_replies: StaffReplies | None = None

    async def take(self, row: InboxRow, chat: Chat | None) -> Chat:
        """Answer one update; everything that follows is in the database when this returns.

        `chat` is the row's chat as it is stored (None: somebody new); back comes the chat after the turn.
        """
        update_json = json.loads(row.payload)
        exchange = self._exchange(row, chat, chat_of(update_json))
        if self.staff_replies is not None and exchange.chat.chat_id == self.staff_replies.group_id:
            await self.staff_replies.take(row, update_json)
            return exchange.chat
        update = Update.de_json(update_json, self._client)
        await self._conversation.take(update, exchange)
        now = self._clock()
        after = await self._database.write(lambda conn: self._store(conn, row, exchange, now))
        if exchange.calls or exchange.export or exchange.test_code:
            self._wake_delivery()
        self._metrics.turn_seconds.observe((now - row.received_at).total_seconds())
        if exchange.record is not None:
            self._metrics.turns.labels(exchange.record.rung).inc()
        for call in exchange.cosmetic:
            task = asyncio.create_task(self._call_quietly(call))
            self._cosmetic.add(task)
            task.add_done_callback(self._cosmetic.discard)
        return after

    async def give_up(self, row: InboxRow, reason: str | BaseException) -> None:
        """Close a row that failed three times: the person gets an apology, the row keeps the reason."""
        chat = await self._database.read(lambda conn: chats.find(conn, self._cipher, row.lane))
        exchange = self._exchange(row, chat, chat_of(json.loads(row.payload)))
        if exchange.chat.chat_id > 0:  # a person; groups and channels never asked
            self._conversation.apologise(None, exchange)
        calls = [(call.method, call.params) for call in exchange.calls]

        def close(conn: Connection) -> None:
            inbox.dead(conn, row, reason, exchange.now)
            outbox.put_all(conn, self._cipher, row.lane, exchange.chat.chat_id, calls, now=exchange.now)

        await self._database.write(close)
        self._wake_delivery()

    def _exchange(self, row: InboxRow, chat: Chat | None, chat_id: int) -> Exchange:
        now = self._clock()
        exchange = Exchange(
            chat=chat or chats.new(row.lane, chat_id, now), now=now, received_at=row.received_at
        )
        if not exchange.chat.chat_id:  # what was stored of it is damaged, and the update knows it
            exchange.chat = replace(exchange.chat, chat_id=chat_id)
            exchange.chat_changes["chat_id"] = chat_id
        return exchange

    def _store(self, conn: Connection, row: InboxRow, exchange: Exchange, now: datetime) -> Chat:
        feedback, case = exchange.feedback, exchange.case

        def calls(turn_id: int | None) -> StoredCalls:
            stored: StoredCalls = []
            if exchange.erase:
                stored += self._deletions(outbox.deletable(conn, row.lane, now - DELETABLE))
            stored += [(call.method, call.params) for call in exchange.calls_for(turn_id)]
            if exchange.conceal is not None:
                stored += self._deletions(self._sensitive(conn, row.lane, exchange, now))
            if exchange.test_code is not None:
                stored += self._test(conn, exchange)
            if exchange.export:
                held = people.export(conn, self._cipher, row.lane)
                memory = exchange.chat_changes.get("context") or {}
                locale = memory.get("locale") or exchange.chat.locale or "id"
                stored += export_calls(held, lambda msgid: self._say(msgid, locale), now)
            return stored

        outcome = TurnOutcome(
            calls=calls,
            record=exchange.record,
            case=NewCase(kind=case.kind, topic=case.topic, detail=case.detail) if case else None,
            changes=exchange.chat_changes,
            feedback=Feedback(turn_id=feedback.turn_id, topic=feedback.topic, helpful=feedback.helpful)
            if feedback is not None
            else None,
            case_answer=exchange.case_answer,
            marks=exchange.marks,
            erase=exchange.erase,
        )
        return finish_turn(conn, self._cipher, row, exchange.chat, outcome, now).chat

    def _sensitive(self, conn: Connection, lane: str, exchange: Exchange, now: datetime) -> list[int]:
        """The messages that go when somebody closes one, but for those that the turn itself changes."""
        sent = outbox.recent(conn, self._cipher, lane, now - DELETABLE)
        ids = {message_id for message_id, params in sent if is_sensitive(params)}
        kept = {call.params.get("message_id") for call in exchange.calls}
        return sorted({*ids, *(exchange.conceal or ())} - kept)

    def _deletions(self, ids: list[int]) -> StoredCalls:
        """Take messages away, as far as Telegram still allows."""
        groups = [ids[start : start + DELETE_AT_ONCE] for start in range(0, len(ids), DELETE_AT_ONCE)]
        return [("deleteMessages", {"message_ids": group}) for group in groups]

    def _test(self, conn: Connection, exchange: Exchange) -> StoredCalls:
        """The broadcast that a code of staff stands for, to who wrote the code."""
        found = broadcasts.by_code(conn, exchange.test_code or "")
        return list(self._broadcast_test(found, exchange.chat.locale or "id"))

    async def _call_quietly(self, call: Call) -> None:
        try:
            await self._client.call(call.method, call.params)
        except TelegramProblem as error:
            log.info("cosmetic_call_failed", method=call.method, reason=error.reason)
