"""Work that comes round: leases of dead workers, ends of retention, gauges."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot import delivery, lanes
from bot.logs import get_logger
from bot.wiring import App
from storage import Connection, StorageError, Terms, inbox, leases, only_one, outbox, sweep

log = get_logger("periodic")

SWEEP_EVERY = 600.0
RECOVER_EVERY = 10.0


async def periodic(app: App, stop: asyncio.Event) -> None:
    """Do it every ten seconds until `stop`."""
    next_sweep = app.clock()
    while not stop.is_set():
        try:
            now = app.clock()
            await app.database.write(partial(_renew, app, now))
            if await app.database.write(partial(inbox.recover, now=now)):
                app.lanes.be_careful()
            await app.database.write(partial(outbox.recover, now=now))
            waiting = await app.database.read(lambda conn: (inbox.count(conn), outbox.count(conn)))
            app.metrics.inbox_waiting.set(waiting[0]["new"])
            app.metrics.outbox_waiting.set(sum(waiting[1].values()))
            if now >= next_sweep:
                await _sweep(app)
                next_sweep = now + timedelta(seconds=SWEEP_EVERY)
        except StorageError as error:
            log.warning("periodic_work_failed", kind=type(error).__name__)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), RECOVER_EVERY)


def _renew(app: App, now: datetime, conn: Connection) -> None:
    """Keep what this process works on: a lease is short, so that others soon take over from a dead one."""
    leases.extend(conn, "in", app.owner, app.lanes.busy, now + lanes.LEASE)
    leases.extend(conn, "out", app.owner, app.delivery.busy, now + delivery.LEASE)


async def _sweep(app: App) -> None:
    terms = Terms()
    while True:
        now = app.clock()

        def step(conn: Any, now: Any = now) -> dict[str, int]:
            return sweep(conn, now, terms) if only_one(conn, "sweep") else {}

        removed = await app.database.write(step)
        if not any(removed.values()):
            return
        log.info("retention", **removed)
