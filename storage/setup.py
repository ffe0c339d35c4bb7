"""Opening the store at start: the database and its key belong together, or nothing starts."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Iterable
from pathlib import Path

from sqlalchemy import Connection, insert, select

from storage import keys, migrate
from storage.database import Clock, Database
from storage.encryption import Cipher
from storage.errors import KeyFileDoesNotFit
from storage.key_watch import KeyWatch
from storage.keys import Keys
from storage.models import RETIRED, KeyId


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
    cipher = Cipher(found, KeyWatch(key_file, found.lane_secret))
    database = Database.open(url, cipher, clock=clock)
    try:
        await database.write(lambda conn: match(conn, found, key_file))
    except BaseException:
        await database.close()
        raise
    return database


def match(conn: Connection, found: Keys, key_file: Path) -> None:
    """Compare the keys of `key_file` with the ids that the database has seen, and note the one that seals.

    Raises KeyFileDoesNotFit.
    """
    stored = set(conn.execute(select(KeyId.id)).scalars())
    fits(stored, found, key_file)
    # A key that stands further back has sealed nothing yet, or is there already.
    if new := {found.ids[0], _fingerprint(found)} - stored:
        conn.execute(insert(KeyId), [{"id": each} for each in sorted(new)])


def fits(stored: Collection[str], found: Keys, key_file: Path) -> None:
    """Raise KeyFileDoesNotFit unless the keys open a database (or a backup) with these key ids."""
    needed = {each for each in stored if not each.startswith(RETIRED)}
    if missing := needed - {*found.ids, _fingerprint(found)}:
        raise KeyFileDoesNotFit(
            f"The key file {key_file} belongs to another database: {_listed(missing)} missing. "
            "Restore the key file that was made together with this database."
        )


def _fingerprint(found: Keys) -> str:
    """A short name of the secret behind the lanes, which tells nothing about it."""
    return "lane-" + hmac.new(found.lane_secret, b"fingerprint", hashlib.sha256).hexdigest()[:8]


def _listed(ids: Iterable[str]) -> str:
    return ", ".join(sorted(ids))
