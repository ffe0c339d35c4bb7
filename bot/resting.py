"""How a claiming loop rests between two looks at the database."""

from __future__ import annotations

import asyncio

IDLE_SECONDS = 1.0
GATHER_SECONDS = 0.002


async def rest(work: asyncio.Event, *, claimed: int, busy: int) -> None:
    """Wait until somebody says that there is work, at most a second.

    Under load every finished row says so: a short pause lets several come together, since claiming ten rows
    costs little more than claiming one.
    """
    if claimed and not busy:
        return
    if not claimed:
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                await work.wait()
        except TimeoutError:
            return
    if busy:
        await asyncio.sleep(GATHER_SECONDS)
