"""Messages out: each outbox row is sent once, in the order of its chat, and marked.

A row is leased, sent, then marked `sent`. A kill between the last two leaves a lease behind; the next start
makes that row `unknown`, sends it again and marks it as a possible duplicate: Telegram has no key that could
prevent it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.client import BadToken, ChatMoved, Refused, StopWriting, TelegramClient, TryLater
from bot.files import with_files
from bot.logs import get_logger
from bot.metrics import Metrics
from bot.pacing import Pace
from bot.resting import rest
from storage import (
    BROADCAST,
    REPLY,
    STAFF,
    Connection,
    Database,
    OutboxRow,
    StoreUnavailable,
    chats,
    outbox,
)

log = get_logger("delivery")

Mark = Callable[[Connection], None]

LEASE = timedelta(seconds=45)  # renewed every ten seconds, see bot.periodic
MAX_UNANSWERED = 12
MAX_DOUBLINGS = 6  # of the pause between tries: 1, 2, 4 ... 64 s
# Telegram does not say whether a 429 means one chat or the whole bot: so many chats at once mean the bot.
CHATS_FOR_GLOBAL_HALT = 3
HALT_WINDOW = timedelta(seconds=5)


class Delivery:
    """Sends what is in the outbox, `parallel` rows at a time, never two of one chat."""

    def __init__(
        self,
        database: Database,
        client: TelegramClient,
        *,
        owner: str,
        clock: Callable[[], datetime],
        metrics: Metrics,
        parallel: int = 30,
        pace: Pace | None = None,
    ) -> None:
        self._database = database
        self._client = client
        self._owner = owner
        self._clock = clock
        self._metrics = metrics
        self._parallel = parallel
        self._pace = pace or Pace()
        self._bulk: set[str] = set()  # chats that a broadcast is being sent to
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._work = asyncio.Event()
        self._halted_until: datetime | None = None
        self._recent_429: dict[str, datetime] = {}
        self._adrift = False  # the store may hold leases of ours that nobody here works on
        # Calls of each row whose outcome is unknown. A restart forgets them: that costs some more tries.
        self._unanswered: dict[int, int] = {}

    def wake(self) -> None:
        """There may be something to send."""
        self._work.set()

    @property
    def busy(self) -> frozenset[str]:
        """The chats that a message is being sent to at this moment."""
        return frozenset(self._busy)

    @property
    def in_flight(self) -> int:
        """Rows being sent at this moment."""
        return len(self._busy)

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop`, then finish what is in flight."""
        while not stop.is_set():
            self._work.clear()
            try:
                claimed = await self._claim()
            except StoreUnavailable:
                log.warning("outbox_unavailable")
                self._adrift = True
                claimed = 0
            await rest(self._work, claimed=claimed, busy=len(self._busy))
        if self._busy:
            await asyncio.wait(list(self._busy.values()))

    async def _claim(self) -> int:
        free = self._parallel - len(self._busy)
        now = self._clock()
        if free <= 0 or (self._halted_until is not None and now < self._halted_until):
            return 0
        busy = set(self._busy)
        allowed = self._pace.allows(now)
        # Half of the lines at most: a slow Telegram must not fill them all with broadcasts.
        bulk = max(min(allowed, max(self._parallel // 2, 1) - len(self._bulk)), 0)
        adrift, self._adrift = self._adrift, False

        def claim(conn: Connection) -> list[OutboxRow]:
            if adrift:
                outbox.recover(conn, now, dead_owner=self._owner, busy=busy)
            cipher, until = self._database.cipher, now + LEASE
            taken = outbox.claim(conn, cipher, self._owner, now, until, free, busy, (REPLY, STAFF))
            if room := min(bulk, free - len(taken)):
                taken += outbox.claim(
                    conn,
                    cipher,
                    self._owner,
                    now,
                    until,
                    room,
                    busy | {row.lane for row in taken},
                    (BROADCAST,),
                )
            return taken

        rows = await self._database.write(claim)
        for row in rows:
            self._busy[row.lane] = asyncio.create_task(self._deliver(row))
        self._note_pace([row.lane for row in rows if row.priority == BROADCAST], allowed)
        return len(rows)

    def _note_pace(self, lanes: list[str], allowed: int) -> None:
        """Count broadcasts against their pace; where that holds others back, look again in time."""
        self._bulk.update(lanes)
        self._pace.used(len(lanes))
        if len(lanes) == allowed:
            asyncio.get_running_loop().call_later(self._pace.pause, self._work.set)

    async def _deliver(self, row: OutboxRow) -> None:
        try:
            mark = await self._send(row)
            await self._mark(mark)
        except StoreUnavailable:
            # As soon as the store works the row is sent again, as a possible duplicate.
            log.error("outcome_not_stored", row=row.id)
            self._adrift = True
        except Exception as error:
            log.error("delivery_failed", row=row.id, exc_info=error)
        finally:
            self._busy.pop(row.lane, None)
            self._bulk.discard(row.lane)
            self._work.set()

    async def _mark(self, mark: Mark) -> None:
        for attempt in range(5):
            try:
                await self._database.write(mark)
                return
            except StoreUnavailable:
                if attempt == 4:
                    raise
                await asyncio.sleep(0.2 * 2**attempt)

    async def _send(self, row: OutboxRow) -> Mark:
        """Call Telegram once and give back the unit that stores the outcome."""
        chat_id = row.chat_id
        unanswered = self._unanswered.pop(row.id, 0)
        try:
            try:
                result = await self._call(row, chat_id)
            except ChatMoved as moved:
                result = await self._call(row, moved.new_chat_id)
        except TryLater as error:
            return self._later(row, error, unanswered)
        except StopWriting as error:
            reason = error.reason
            self._count(row, reason)

            def stop_contact(conn: Connection) -> None:
                now = self._clock()
                outbox.failed(conn, row, reason, now)
                chats.stop(conn, row.lane, reason, now)

            return stop_contact
        except (Refused, ChatMoved) as error:
            reason = error.reason
            self._count(row, "refused")
            log.error("send_refused", row=row.id, method=row.method, reason=reason)
            return lambda conn: outbox.failed(conn, row, reason, self._clock())
        except BadToken:
            log.error("token_refused")
            self._halted_until = until = self._clock() + timedelta(seconds=60)
            return lambda conn: outbox.again(
                conn, row, until, "bad_token", maybe_sent=False, now=self._clock()
            )
        now = self._clock()
        self._count(row, "sent")
        self._metrics.reply_seconds.observe((now - row.created_at).total_seconds())
        if row.possible_duplicate:
            log.warning("possible_duplicate", row=row.id)
        message_id = result.get("message_id") if isinstance(result, dict) else None
        return lambda conn: outbox.sent(conn, row, message_id, now)

    async def _call(self, row: OutboxRow, chat_id: int) -> object:
        return await self._client.call(row.method, {"chat_id": chat_id, **with_files(row.params)})

    def _later(self, row: OutboxRow, error: TryLater, unanswered: int) -> Mark:
        now = self._clock()
        # Only these count: while Telegram is out of reach or says wait, a message waits.
        unanswered += error.maybe_sent
        if unanswered > MAX_UNANSWERED:
            self._count(row, error.reason)
            log.error("send_given_up", row=row.id, attempts=row.attempts, reason=error.reason)
            return lambda conn: outbox.failed(conn, row, error.reason, now)
        if unanswered:
            self._unanswered[row.id] = unanswered
        if error.seconds is not None:
            self._metrics.waits.inc()
            self._count(row, "wait")
            until = now + timedelta(seconds=error.seconds)
            self._note_429(row.lane, now, until)

            def hold(conn: Connection) -> None:
                outbox.again(conn, row, until, error.reason, maybe_sent=False, now=now)
                outbox.hold_lane(conn, row.lane, until)

            return hold
        self._count(row, error.reason)
        doublings = min(max(row.attempts - 1, 0), MAX_DOUBLINGS)
        due = now + timedelta(seconds=2.0**doublings)
        log.warning("send_again", row=row.id, attempts=row.attempts, reason=error.reason)
        return lambda conn: outbox.again(conn, row, due, error.reason, maybe_sent=error.maybe_sent, now=now)

    def _note_429(self, lane: str, now: datetime, until: datetime) -> None:
        self._recent_429 = {k: t for k, t in self._recent_429.items() if now - t < HALT_WINDOW}
        self._recent_429[lane] = now
        if len(self._recent_429) >= CHATS_FOR_GLOBAL_HALT:
            self._halted_until = max(until, self._halted_until or until)
            log.warning("all_sending_halted", chats=len(self._recent_429))

    def _count(self, row: OutboxRow, outcome: str) -> None:
        self._metrics.calls.labels(row.method, outcome).inc()
