"""Reading a key file again when it was changed, so that a new key reaches the processes that run."""

from __future__ import annotations

from pathlib import Path

from storage import keys
from storage.errors import StorageError
from storage.keys import Keys


class KeyWatch:
    """Called, it gives the keys of a file that has changed since the last call, else None.

    A file that is gone, broken or another database's is passed over: a bot that works goes on with the keys
    it has, and the next start says what is wrong.
    """

    def __init__(self, path: Path, lane_secret: bytes) -> None:
        self._path = path
        self._lane_secret = lane_secret
        self._seen: tuple[int, int, int] | None = None

    def __call__(self) -> Keys | None:
        try:
            found = self._path.stat()
            now = (found.st_mtime_ns, found.st_ino, found.st_size)
            if now == self._seen:
                return None
            read = keys.read(self._path)
        except (OSError, StorageError):
            return None
        self._seen = now
        return read if read.lane_secret == self._lane_secret else None
