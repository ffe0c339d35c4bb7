"""Backup and restoring of a SQLite file."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from storage.errors import BackupRefused, StoreUnavailable


def write(source: Path, target: Path) -> None:
    """Copy a database that may be in use into a new file."""
    draft = _new(target.with_name(f"{target.name}.part"))
    try:
        # In one step: a copy in several would begin again whenever the bot writes in between.
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(draft)) as copy:
            live.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, without companions
    except sqlite3.Error as error:
        draft.unlink(missing_ok=True)
        raise StoreUnavailable(f"The database could not be copied: {error}.") from error
    try:
        examine(draft)
        _to_disk(draft)
        os.link(draft, target)  # fails where a file has come up meanwhile; a rename would replace it
    except FileExistsError as error:
        raise BackupRefused(f"{target} exists already: name a new file, or move that one away.") from error
    finally:
        draft.unlink(missing_ok=True)
    _to_disk(target.parent)


def examine(file: Path) -> tuple[str, set[str]]:
    """The version of a backup and the ids of its keys. Raises BackupRefused if it is damaged or no backup."""
    address = f"file:{quote(str(file.resolve()))}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as opened:
            (verdict,) = opened.execute("PRAGMA integrity_check(1)").fetchone()
            if verdict != "ok":
                raise BackupRefused(f"{file} is damaged ({verdict}). Use another backup.")
            (version,) = opened.execute("SELECT version_num FROM alembic_version").fetchone()
            ids = {row[0] for row in opened.execute("SELECT id FROM key_ids")}
    except (sqlite3.Error, TypeError) as error:
        raise BackupRefused(f"{file} is no sound backup of Bekal ({error}). Use another one.") from error
    return str(version), ids


def put_back(file: Path, target: Path) -> None:
    """Put a backup in the place of a database that nobody uses: a crash leaves the old or the new one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = _new(target.with_name(f"{target.name}.restoring"))
    shutil.copyfile(file, draft)
    _to_disk(draft)
    if target.exists():
        # What stands in the companion files goes into the old database first: it stays whole until the end.
        with contextlib.suppress(sqlite3.Error), closing(sqlite3.connect(target)) as old:
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for companion in ("-wal", "-shm"):
        target.with_name(target.name + companion).unlink(missing_ok=True)
    draft.replace(target)
    _to_disk(target.parent)


def _new(path: Path) -> Path:
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    return path


def _to_disk(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
