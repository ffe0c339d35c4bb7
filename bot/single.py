"""A SQLite file has one process that works on it."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator

from bot.settings import Settings


class CannotStart(Exception):
    """The bot cannot run as it is set up; the message says what to do."""


@contextlib.contextmanager
def only_process(settings: Settings) -> Iterator[None]:
    """Keep every other bot away as long as the block lasts. Raises CannotStart.

    PostgreSQL has room for several; there this does nothing.
    """
    if not settings.store_url.startswith("sqlite"):
        yield
        return
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with (settings.data_dir / "bekal.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CannotStart(
                f"another bot runs on {settings.data_dir}: stop it, or set another BEKAL_DATA_DIR"
            ) from error
        yield
