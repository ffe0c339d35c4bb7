"""The three steps of changing the key: a new one in front, everything sealed anew, the old one dropped."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from pathlib import Path

from storage import keys
from storage.database import Database
from storage.encryption import LOOK_SECONDS
from storage.errors import KeyStillNeeded
from storage.rekeying import keys_in_use, known_keys, retire_keys

# Long enough for every process that runs to have looked at the key file again, many times over.
SETTLED = timedelta(seconds=60)


class Step(Enum):
    """What the next step of a rotation was, or would have been."""

    PREPARED = auto()
    """A new key stands behind the first: copy the key file to every machine before it seals anything."""
    IN_FRONT = auto()
    """A new key seals from now on; what was sealed before is to be sealed anew."""
    UNFINISHED = auto()
    """A new key has sealed before, and an earlier one is still needed for something."""


async def take_step(database: Database, key_file: Path, *, shared: bool, now: datetime) -> Step:
    """Change the key file as far as it may be changed now. Call it under `keys.changing`.

    `shared`: several machines use the database, each with a copy of the key file. A key that only one of them
    had would make unreadable to the others what that one writes, so it comes in two steps.
    """
    found = keys.read(key_file)
    known = await database.read(known_keys)
    prepared = [each for each in found.ids[1:] if each not in known]
    if prepared:
        keys.write(key_file, keys.in_front(found, prepared[0]))
        return Step.IN_FRONT
    if set(await keys_in_use(database)) - {found.ids[0]}:
        return Step.UNFINISHED
    keys.write(key_file, keys.prepared(found, now) if shared else keys.rotated(found, now))
    return Step.PREPARED if shared else Step.IN_FRONT


async def drop_old(database: Database, key_file: Path, *, now: datetime) -> list[str]:
    """Take out of the key file what nothing is sealed with -> their ids. Call it under `keys.changing`.

    Raises KeyStillNeeded.
    """
    found = keys.read(key_file)
    known = await database.read(known_keys)
    old = [each for each in found.ids[1:] if each in known]
    if not old:
        return []
    if now - _changed(key_file) < SETTLED:
        raise KeyStillNeeded(
            "The key file was changed less than a minute ago, and a bot may still seal with the old key. "
            "Wait a minute."
        )
    needed = {each: n for each, n in (await keys_in_use(database)).items() if each in old}
    if needed:
        raise KeyStillNeeded(
            f"{sum(needed.values())} values still need {', '.join(sorted(needed))}. Run: ./bekal data rekey"
        )
    # First the database, then the file: a crash in between leaves a key too many, not one too few.
    await database.write(lambda conn: retire_keys(conn, old))
    keys.write(key_file, keys.without(found, old))
    return old


def _changed(file: Path) -> datetime:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


async def until_noticed(sleep: Callable[[float], Awaitable[None]]) -> None:
    """Wait until every process that runs seals with the new key."""
    await sleep(2 * LOOK_SECONDS)
