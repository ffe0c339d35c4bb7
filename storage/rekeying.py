"""Sealing everything anew with the newest key, in small steps, while others read and write.

Nothing remembers how far it came: each value says itself with which key it is sealed, so a run that was cut
off is simply started again.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from functools import partial

from sqlalchemy import Connection, and_, bindparam, select, update

from storage.database import Database
from storage.encryption import KEY_ID_BYTES, Cipher
from storage.models import RETIRED, KeyId
from storage.sealed import SealedColumn, SealedValue, page, sealed_columns

STEP = 500
PAUSE_SECONDS = 0.01


async def reseal_all(
    database: Database,
    *,
    step: int = STEP,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> int:
    """Seal everything anew that is not sealed with the newest key. Returns how many values.

    Raises CannotDecrypt, StoreUnavailable; what was done until then stays done.
    """
    cipher, done = database.cipher, 0
    async for column, values in _pages(database, step):
        old = [value for value in values if value.sealed[:KEY_ID_BYTES] != cipher.newest]
        if old:
            done += await database.write(partial(reseal, cipher=cipher, of=column, values=old))
            await sleep(PAUSE_SECONDS)  # the others want to write, too
    return done


def reseal(conn: Connection, cipher: Cipher, of: SealedColumn, values: Sequence[SealedValue]) -> int:
    """Seal these values anew, those that have not changed meanwhile. Returns how many were given."""
    names = [f"key_{column.name}" for column in of.key]
    unchanged = and_(
        *(column == bindparam(name, type_=column.type) for column, name in zip(of.key, names, strict=True)),
        of.column == bindparam("old", type_=of.column.type),
    )
    again = update(of.table).where(unchanged).values({of.column.name: bindparam("new", type_=of.column.type)})
    rows = [
        {
            **dict(zip(names, value.key, strict=True)),
            "old": value.sealed,
            "new": cipher.seal(cipher.open(value.sealed, of.place), of.place),
        }
        for value in values
    ]
    conn.execute(again, rows)
    return len(rows)


async def keys_in_use(database: Database, *, step: int = 20 * STEP) -> dict[str, int]:
    """How many values are sealed with each key, by its id. Looks at every value there is."""
    found: Counter[str] = Counter()
    async for _, values in _pages(database, step):
        found.update(value.sealed[:KEY_ID_BYTES].hex() for value in values)
    return dict(found)


async def _pages(database: Database, step: int) -> AsyncIterator[tuple[SealedColumn, list[SealedValue]]]:
    """Everything that is sealed, column by column, the rows of `step` keys at a time."""
    for column in sealed_columns():
        after: Sequence[object] | None = None
        while True:
            values, after = await database.read(partial(page, of=column, after=after, limit=step))
            yield column, values
            if after is None:
                break


def known_keys(conn: Connection) -> set[str]:
    """Ids of the keys that have ever sealed something here, those retired included."""
    return {each.removeprefix(RETIRED) for each in conn.scalars(select(KeyId.id))}


def retire_keys(conn: Connection, ids: Collection[str]) -> None:
    """The database needs these keys no longer."""
    for each in ids:
        conn.execute(update(KeyId).where(KeyId.id == each).values(id=RETIRED + each))
