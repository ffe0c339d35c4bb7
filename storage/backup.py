"""Backups: the database in one file, made while the bot runs and never with the key; and the way back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from storage import backup_postgresql, backup_sqlite, keys, migrate
from storage.engines import normalise, sqlite_file
from storage.errors import BackupRefused
from storage.setup import fits

MAGIC = {b"SQLite format 3\0": "sqlite", b"PGDMP": "postgresql"}


def backup(url: str, file: Path) -> int:
    """Write the whole database as it is at one moment into a new file -> its size in bytes.

    The database stays usable meanwhile. Raises BackupRefused, ToolFailed, StoreNotMigrated, StoreUnavailable.
    """
    if file.exists():
        raise BackupRefused(f"{file} exists already: name a new file, or move that one away.")
    migrate.check(url)
    parsed = normalise(url)
    file.parent.mkdir(parents=True, exist_ok=True)
    if (source := sqlite_file(parsed)) is not None:
        backup_sqlite.write(source, file)
    else:
        backup_postgresql.write(parsed, file)
    return file.stat().st_size


def restore(url: str, key_file: Path, file: Path, *, replace: bool) -> None:
    """Make the database what it was when `file` was written, and bring it to the form that this code needs.

    Nothing may use the database meanwhile. Everything is checked first: the backup is whole, of a form that
    this code knows, and the key opens it. Raises BackupRefused, KeyFileMissing, KeyFileReadableByOthers,
    KeyFileBroken, KeyFileDoesNotFit, ToolFailed, StoreUnavailable.
    """
    parsed = normalise(url)
    kind = kind_of(file)
    if kind is None:
        raise BackupRefused(f"{file} is no backup of Bekal.")
    if kind != parsed.get_backend_name():
        raise BackupRefused(
            f"{file} is a backup of {kind}, and the database is {parsed.get_backend_name()}. Restore it "
            "where it came from; `./bekal db copy` moves a database from SQLite to PostgreSQL."
        )
    target = sqlite_file(parsed)
    occupied = target.exists() if target is not None else migrate.current(url) is not None
    if occupied and not replace:
        raise BackupRefused(
            "There is a database already. With --replace the backup takes its place; what it holds is lost."
        )
    found = keys.read(key_file)
    if target is not None:
        version, ids = backup_sqlite.examine(file)
    else:
        version, ids = backup_postgresql.examine(file)
    fits(ids, found, key_file)
    if version not in migrate.known():
        raise BackupRefused(
            f"{file} has version {version}: it was made by a newer Bekal. Install that first."
        )
    if target is not None:
        backup_sqlite.put_back(file, target)
    else:
        backup_postgresql.put_back(file, parsed)
    migrate.upgrade(url)


def kind_of(file: Path) -> str | None:
    """Which kind of database a file is a backup of ("sqlite", "postgresql"); None for any other file.

    Raises BackupRefused if it cannot be read.
    """
    try:
        with file.open("rb") as opened:
            start = opened.read(16)
    except OSError as error:
        raise BackupRefused(f"{file} cannot be read: {error.strerror}.") from error
    return next((kind for magic, kind in MAGIC.items() if start.startswith(magic)), None)


def older_than(folder: Path, before: datetime) -> list[Path]:
    """The backups in a folder (if there is one) whose files were last written before a time, oldest first."""
    found: list[tuple[datetime, Path]] = []
    if not folder.is_dir():
        return []
    for file in folder.iterdir():
        if file.is_file() and kind_of(file) is not None:
            written = datetime.fromtimestamp(file.stat().st_mtime, UTC)
            if written < before:
                found.append((written, file))
    return [file for _, file in sorted(found)]
