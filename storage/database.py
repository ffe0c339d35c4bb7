"""The one door to the database for asyncio code."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, Engine

from storage.encryption import Cipher
from storage.engines import normalise, reader_engine, writer_engine
from storage.errors import StoreClosed, StoreUnavailable
from storage.failures import Failure, classify
from storage.wakeups import Listener
from storage.writer import Job, Writer

READERS = 4
T = TypeVar("T")
Clock = Callable[[], datetime]


class Database:
    """One writer thread with group commit and four reader threads.

    A unit of work is a plain function of a Connection; it does database work only, as it may run again after
    a collision with another process. It keeps away from `commit` and `rollback`, which are ours.
    """

    def __init__(
        self, writer: Writer, engines: tuple[Engine, Engine], cipher: Cipher, clock: Clock, name: str
    ) -> None:
        self.cipher = cipher
        self.clock = clock
        self._writer = writer
        self._engines = engines
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="bekal-reader")
        self._name = name
        self._listener: Listener | None = None
        self._closed = False

    @classmethod
    def open(cls, url: str, cipher: Cipher, *, clock: Clock) -> Database:
        """Open a database whose tables exist (see `storage.migrate`). Connects with the first unit.

        Takes sqlite:///file, sqlite+aiosqlite:///file, postgresql://... and postgresql+psycopg://...
        Raises StoreUrlUnsupported.
        """
        parsed, name = normalise(url), uuid.uuid4().hex
        engines = (writer_engine(parsed), reader_engine(parsed, READERS))
        return cls(Writer(engines[0], name), engines, cipher, clock, name)

    @property
    def waiting(self) -> int:
        """Units that wait for a commit now."""
        return self._writer.waiting

    async def write(self, unit: Callable[[Connection], T]) -> T:
        """Run a unit and return its result once it is safely on the disk.

        Units share commits (up to 200, or what arrives within 2 ms), each in its own savepoint. Whatever
        the unit raises reaches the caller, and nothing of that unit is kept. Raises StoreUnavailable,
        StoreClosed. A cancelled caller does not take its unit back.
        """
        job = Job(unit, asyncio.get_running_loop())
        self._writer.submit(job)
        result: T = await job.future
        return result

    async def read(self, query: Callable[[Connection], T]) -> T:
        """Run a query on a consistent view of what is committed. Raises StoreUnavailable, StoreClosed."""
        if self._closed:
            raise StoreClosed("The database was closed while something wanted to read.")
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, query)

    def _read(self, query: Callable[[Connection], T]) -> T:
        try:
            with self._engines[1].connect() as connection:
                return query(connection)
        except Exception as error:
            if classify(error) is Failure.OURS:
                raise
            raise StoreUnavailable(
                f"The database cannot read at the moment ({type(error).__name__})."
            ) from error

    def listen(self, wake: Mapping[str, Callable[[], None]]) -> None:
        """Call `wake["in"]` or `wake["out"]` in this event loop when another process has put something there.

        On SQLite there is no other process, and this does nothing.
        """
        if self._engines[0].dialect.name == "postgresql" and self._listener is None:
            url = self._engines[0].url
            self._listener = Listener(url, self._name, wake, asyncio.get_running_loop())

    async def close(self) -> None:
        """Commit what is queued, then let go of every thread and connection."""
        self._closed = True
        if self._listener is not None:
            await asyncio.to_thread(self._listener.close)
        await asyncio.to_thread(self._writer.close)
        await asyncio.to_thread(self._readers.shutdown)
        for engine in self._engines:
            engine.dispose()
