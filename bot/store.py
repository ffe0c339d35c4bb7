"""The work behind `bekal db ...`: bring the database up to date, check, back up, restore, move it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from bot.settings import Settings
from bot.single import only_process
from bot.wiring import utc_now
from storage import Database, StorageError, StoreNotMigrated, backup, copying, keys, migrate, open_store

NO_DATABASE = "there is no database yet: `./bekal run` or `./bekal db upgrade` makes it"


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
            return [NO_DATABASE]
        migrate.check(settings.store_url)
        asyncio.run(_open_and_close(settings))
        return [
            f"the tables differ from the code: {each}" for each in migrate.differences(settings.store_url)
        ]
    except StorageError as error:
        return [str(error)]


def require(settings: Settings) -> None:
    """Raise StoreNotMigrated unless there is a database: these commands make none."""
    if migrate.current(settings.store_url) is None:
        raise StoreNotMigrated(NO_DATABASE)


@contextlib.asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """The database that there is; a bot may work on it at the same time. Raises StorageError."""
    require(settings)
    database = await open_store(settings.store_url, settings.key_path, utc_now)
    try:
        yield database
    finally:
        await database.close()


def back_up(settings: Settings, file: Path) -> int:
    """Write the whole database into a new file -> its size in bytes. Raises StorageError."""
    require(settings)
    return backup.backup(settings.store_url, file)


def restore(settings: Settings, file: Path, *, replace: bool) -> None:
    """Make the database what it was when `file` was written. Raises CannotStart, StorageError."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with only_process(settings):
        backup.restore(settings.store_url, settings.key_path, file, replace=replace)


def move(settings: Settings, target: str, progress: Callable[[str, int], None]) -> dict[str, int]:
    """Copy the SQLite database to PostgreSQL -> rows by table. Raises CannotStart, StorageError."""
    require(settings)
    with only_process(settings):
        return copying.copy(settings.store_url, target, progress=progress)


async def _open_and_close(settings: Settings) -> None:
    database = await open_store(settings.store_url, settings.key_path, utc_now)
    await database.close()
