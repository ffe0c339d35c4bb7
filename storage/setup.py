"""Opening the store at start: the database and its key belong together, or nothing starts."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import Connection, insert, select

from storage import keys, migrate
from storage.database import Clock, Database
from storage.encryption import Cipher
from storage.errors import KeyFileDoesNotFit
from storage.keys import Keys
from storage.models import KeyId


async def open_store(url: str, key_file: Path, clock: Clock) -> Database:
    """Open the database at `url` with its key; both are made if neither exists.

    Raises KeyFileMissing, KeyFileReadableByOthers, KeyFileBroken, KeyFileDoesNotFit, StoreNotMigrated,
    StoreUrlUnsupported, StoreUnavailable. Their messages say what to do.
    """
    exists = migrate.current(url) is not None
    # The key comes first: a crash in between leaves a key without a database, which the next start takes up.
    found = keys.load_or_make(key_file, database_exists=exists, now=clock())
    if exists:
        migrate.check(url)
    else:
        migrate.upgrade(url)
    database = Database.open(url, Cipher(found), clock=clock)
    try:
        await database.write(lambda conn: _match(conn, found, key_file))
    except BaseException:
        await database.close()
        raise
    return database


def _match(conn: Connection, found: Keys, key_file: Path) -> None:
    """Compare the key file with the ids that the database has seen, and note new ones."""
    stored = set(conn.execute(select(KeyId.id)).scalars())
    here = {*found.ids, _fingerprint(found)}
    if stored - here:
        raise KeyFileDoesNotFit(
            f"The key file {key_file} belongs to another database: {_listed(stored - here)} missing. "
            "Restore the key file that was made together with this database."
        )
    if here - stored:
        conn.execute(insert(KeyId), [{"id": each} for each in sorted(here - stored)])


def _fingerprint(found: Keys) -> str:
    """A short name of the secret behind the lanes, which tells nothing about it."""
    return "lane-" + hmac.new(found.lane_secret, b"fingerprint", hashlib.sha256).hexdigest()[:8]


def _listed(ids: Iterable[str]) -> str:
    return ", ".join(sorted(ids))
