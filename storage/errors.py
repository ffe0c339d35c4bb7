"""What can go wrong in the store, named for what to do next. Every error keeps its cause."""

from __future__ import annotations


class StorageError(Exception):
    """Root of all errors that this package raises on purpose."""


class StoreUnavailable(StorageError):
    """The database cannot work right now (locked, disk full, connection lost): try again a little later.

    When the connection broke during the commit itself, the unit may have been stored all the same. Repeating
    it is safe for everything in this package: updates are told apart by their id and turns by their lease.
    """


class StoreClosed(StorageError):
    """The database was closed; nothing was written. Open a new one."""


class StoreUrlUnsupported(StorageError):
    """The database address is of a kind that Bekal cannot use. The message names the kinds it can."""


class StoreNotMigrated(StorageError):
    """The tables are missing or of another version. The message names the command that mends it."""


class LeaseLost(StorageError):
    """Another worker owns this row by now, or it is finished: drop the work, nothing of it was stored."""


class KeyFileMissing(StorageError):
    """A database exists and its key file does not: restore the key file, never make a new one."""


class KeyFileReadableByOthers(StorageError):
    """Other users of this machine may read the key file. The message names the command that closes it."""


class KeyFileBroken(StorageError):
    """The key file is there and cannot be understood: restore it from the backup of the keys."""


class KeyFileDoesNotFit(StorageError):
    """The key file belongs to another database: restore the right one."""


class BackupRefused(StorageError):
    """A backup or the restoring of one was not begun, and nothing was changed. The message says why."""


class CopyFailed(StorageError):
    """A database was not copied, or not to its end. The message says why; running the copy again goes on."""


class ToolFailed(StorageError):
    """A program of PostgreSQL is missing or failed. The message holds what it said."""


class KeyStillNeeded(StorageError):
    """A key was not dropped, because something may be sealed with it. The message says what to do."""


class CannotDecrypt(StorageError):
    """A stored value was changed, moved, or sealed with a key that the key file does not hold."""
