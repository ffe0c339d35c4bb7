"""The database commands: bring it up to date, look whether it is sound."""

from __future__ import annotations

import asyncio

from bot.settings import Settings
from bot.wiring import utc_now
from storage import StorageError, keys, migrate, open_store


def upgrade(settings: Settings) -> str:
    """Create or update the tables -> one line that says what was done. Raises StorageError."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    before = migrate.current(settings.store_url)
    if before is None:
        asyncio.run(_open_and_close(settings))
        return f"made the database, version {migrate.newest()}"
    # Without its key a database is not touched.
    keys.load_or_make(settings.key_path, database_exists=True, now=utc_now())
    migrate.upgrade(settings.store_url)
    asyncio.run(_open_and_close(settings))
    after = migrate.newest()
    return f"the database has version {after}" + ("" if before == after else f" (it had {before})")


def check(settings: Settings) -> list[str]:
    """What is wrong with the database and its key, in words; an empty list when all is well."""
    try:
        if migrate.current(settings.store_url) is None:
            return ["there is no database yet: `./bekal run` or `./bekal db upgrade` makes it"]
        migrate.check(settings.store_url)
        asyncio.run(_open_and_close(settings))
        return [
            f"the tables differ from the code: {each}" for each in migrate.differences(settings.store_url)
        ]
    except StorageError as error:
        return [str(error)]


async def _open_and_close(settings: Settings) -> None:
    database = await open_store(settings.store_url, settings.key_path, utc_now)
    await database.close()
