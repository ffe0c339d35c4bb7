"""The work behind `bekal data rekey`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bot.settings import Settings
from bot.store import opened, require
from bot.wiring import utc_now
from storage import keys
from storage.rekeying import reseal_all
from storage.rotation import Step, drop_old, take_step, until_noticed

COPY = (
    "A new key stands in the key file and seals nothing yet. Copy {key} to every machine that runs Bekal on "
    "this database, and to your backup of the keys; then run this command again."
)


async def rekey(
    settings: Settings, tell: Callable[[str], None], sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Go on with changing the key, or begin. Safe to repeat and to cut off. Raises StorageError."""
    require(settings)
    shared = not settings.store_url.startswith("sqlite")
    with keys.changing(settings.key_path):
        async with opened(settings) as database:
            step = await take_step(database, settings.key_path, shared=shared, now=utc_now())
        if step is Step.PREPARED:
            tell(COPY.format(key=settings.key_path))
            return
        if step is Step.IN_FRONT:
            tell("A new key seals from now on; what was sealed before is now sealed anew.")
        else:
            tell("An earlier run was cut off, or something was still sealed with the old key: going on.")
        async with opened(settings) as database:
            done = await reseal_all(database, sleep=sleep)
            if step is Step.IN_FRONT:
                # A bot that runs seals with the old key until it looks at the key file again.
                await until_noticed(sleep)
                done += await reseal_all(database, sleep=sleep)
    tell(f"{done} values were sealed anew.")
    tell(
        f"Back up the key file {settings.key_path}. "
        + ("Copy it to the other machines. " if shared else "")
        + "The old key is dropped by `./bekal data rekey --drop-old`."
    )


async def drop(settings: Settings, tell: Callable[[str], None]) -> None:
    """Drop the keys that nothing is sealed with any more. Raises KeyStillNeeded and other StorageErrors."""
    require(settings)
    with keys.changing(settings.key_path):
        async with opened(settings) as database:
            dropped = await drop_old(database, settings.key_path, now=utc_now())
    if not dropped:
        tell("There is no old key.")
        return
    tell(
        f"Dropped {', '.join(dropped)}. Backups from before the change need the old key file: keep a copy "
        "of it apart from them as long as you keep them, then destroy both."
    )
