"""Turns: each chat is a lane, answered in order and one at a time; lanes run side by side.

A turn's effects (its record, a case, the replies in the outbox, the inbox row done) are one transaction, so a
kill at any moment leaves either all of them or none, and the update is then worked on again.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Protocol

from bot.logs import get_logger
from bot.metrics import Metrics
from bot.resting import rest
from storage import Chat, Connection, Database, InboxRow, LeaseLost, StoreUnavailable, chats, inbox

log = get_logger("lanes")

LEASE = timedelta(seconds=45)  # renewed every ten seconds, see bot.periodic
MAX_TRIES = 3
# Whoever has bad luck may be in work at several kills that have other causes.
MAX_KILLS = 5
RETRY_SECONDS = (1.0, 4.0)
STORE_WAIT_SECONDS = 0.5
PER_LANE = 20


class Turns(Protocol):
    """What a lane does with its updates."""

    async def take(self, row: InboxRow, chat: Chat | None) -> Chat:
        """Answer one update and commit everything -> the chat after it; raises when it could not."""

    async def give_up(self, row: InboxRow, reason: str | BaseException) -> None:
        """The last try failed: apologise and close the row with the reason, in one commit."""


class Lanes:
    """Claims waiting updates and works on up to `parallel` chats at once."""

    def __init__(
        self,
        database: Database,
        *,
        owner: str,
        clock: Callable[[], datetime],
        metrics: Metrics,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        parallel: int = 64,
    ) -> None:
        self._database = database
        self.turns: Turns | None = None
        self._owner = owner
        self._clock = clock
        self._metrics = metrics
        self._sleep = sleep
        self._parallel = parallel
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._work = asyncio.Event()
        self._stopping = False
        self._careful = True
        self._adrift = False  # the store may hold leases of ours that nobody here works on

    @property
    def _worker(self) -> Turns:
        assert self.turns is not None, "set `turns` before `run`"
        return self.turns

    def wake(self) -> None:
        """There may be something to answer."""
        self._work.set()

    @property
    def busy(self) -> frozenset[str]:
        """The chats that are worked on at this moment."""
        return frozenset(self._busy)

    def be_careful(self) -> None:
        """A process died with chats in hand: take those up one at a time.

        Each of them counted a try, and one may have been the cause. If it is, it now takes down no others
        with it, whose tries would be used up as well. They have waited longest, so they are handed out first:
        the first update without a try is the end of it. Every start begins like that.
        """
        self._careful = True

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`, then finish the turns under way and give the rest of the lease back."""
        while not stop.is_set():
            self._work.clear()
            try:
                claimed = await self._claim()
            except StoreUnavailable:
                log.warning("inbox_unavailable")
                self._adrift = True
                claimed = 0
            await rest(self._work, claimed=claimed, busy=len(self._busy))
        self._stopping = True
        if self._busy:
            await asyncio.wait(list(self._busy.values()))

    async def _claim(self) -> int:
        careful = self._careful
        free = 1 - len(self._busy) if careful else self._parallel - len(self._busy)
        if free <= 0:
            return 0
        now = self._clock()
        busy = set(self._busy)
        cipher = self._database.cipher
        adrift, self._adrift = self._adrift, False

        def claim(conn: Connection) -> tuple[dict[str, list[InboxRow]], dict[str, Chat]]:
            if adrift:
                inbox.release(conn, self._owner, busy)
            by_lane: dict[str, list[InboxRow]] = defaultdict(list)
            most = 1 if careful else PER_LANE
            for row in inbox.claim(conn, cipher, self._owner, now, now + LEASE, free, most, busy):
                by_lane[row.lane].append(row)
            return by_lane, chats.find_all(conn, cipher, by_lane) if by_lane else {}

        self._careful = False  # before the wait: a `be_careful` meanwhile holds
        try:
            by_lane, known = await self._database.write(claim)
        except StoreUnavailable:
            self._careful = self._careful or careful
            raise
        if careful and any(row.attempts for rows in by_lane.values() for row in rows):
            self._careful = True
        for lane, waiting in by_lane.items():
            self._busy[lane] = asyncio.create_task(self._work_off(lane, waiting, known.get(lane)))
        return len(by_lane)

    async def _work_off(self, lane: str, rows: list[InboxRow], chat: Chat | None) -> None:
        # While the lease holds nobody else takes turns in this chat: a turn finds what the last one left.
        try:
            for row in rows:
                if self._stopping:
                    break
                proceed, chat = await self._try(row, chat)
                if not proceed:
                    # What is left of this lane must not overtake the row that waits.
                    break
        finally:
            self._busy.pop(lane, None)
            self._work.set()

    async def _try(self, row: InboxRow, chat: Chat | None) -> tuple[bool, Chat | None]:
        """Answer one update. False: the rest of this lane is handed out again later, in order."""
        while True:
            try:
                return await self._try_once(row, chat)
            except StoreUnavailable:
                # Nothing of the turn was stored, and its lease still holds the lane: go on from here.
                log.warning("turn_not_stored", row=row.id)
            await self._sleep(STORE_WAIT_SECONDS)
            if self._stopping:
                return False, chat

    async def _try_once(self, row: InboxRow, chat: Chat | None) -> tuple[bool, Chat | None]:
        tries = row.attempts + 1
        try:
            if row.attempts >= MAX_KILLS:
                # It took the process down each time, or nothing could be stored of its failures.
                await self._give_up(row, "killed_the_process")
                return True, chat
            return True, await self._worker.take(row, chat)
        except LeaseLost:
            # Perhaps it was our own commit, unheard: then the lease of the chat is still ours.
            log.warning("lease_lost", row=row.id)
            self._adrift = True
            return False, chat
        except StoreUnavailable:
            raise
        except Exception as error:
            log.error("turn_failed", row=row.id, tries=tries, exc_info=error)
            reason = error
        try:
            if tries >= MAX_TRIES:
                await self._give_up(row, reason)
                return True, chat
            due = self._clock() + timedelta(seconds=RETRY_SECONDS[tries - 1])
            await self._database.write(lambda conn: inbox.retry(conn, row, reason, due))
        except (StoreUnavailable, LeaseLost):
            log.warning("failure_not_stored", row=row.id)
            self._adrift = True
        return False, chat

    async def _give_up(self, row: InboxRow, reason: str | BaseException) -> None:
        try:
            await self._worker.give_up(row, reason)
        except (StoreUnavailable, LeaseLost):
            raise
        except Exception as error:
            # Not even an apology: the row is closed all the same, or it would block its chat for ever.
            log.error("apology_failed", row=row.id, exc_info=error)
            await self._database.write(lambda conn: inbox.dead(conn, row, reason, self._clock()))
        self._metrics.dead.inc()
