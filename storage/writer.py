"""The writer thread: many units of work in one commit.

A commit that reaches the disk costs a thousand times more than a statement, so units that arrive within 2 ms
share one. A unit that fails takes none of the others along.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine

from storage import wakeups
from storage.errors import StoreClosed, StoreUnavailable
from storage.failures import Failure, classify
from storage.prepared import plainly

BATCH_UNITS = 200
BATCH_SECONDS = 0.002
MOST_COLLISIONS = 5


class Job:
    """One unit of work and whoever waits for it."""

    __slots__ = ("collisions", "error", "future", "loop", "queued_at", "result", "unit")

    def __init__(self, unit: Callable[[Connection], Any], loop: asyncio.AbstractEventLoop) -> None:
        self.unit = unit
        self.loop = loop
        self.future: asyncio.Future[Any] = loop.create_future()
        self.queued_at = time.monotonic()
        self.collisions = 0
        self.result: Any = None
        self.error: Exception | None = None


class Writer:
    """Owns the only connection that writes. `submit` may be called from any thread.

    `name` tells its wake-ups from those of other processes.
    """

    def __init__(self, engine: Engine, name: str = "writer") -> None:
        self._engine = engine
        self._name = name
        self._local = engine.dialect.name == "sqlite"
        self._connection: Connection | None = None
        self._queue: deque[Job] = deque()
        self._wake = threading.Event()
        self._submitting = threading.Lock()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="bekal-writer", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Units that wait for a commit now."""
        return len(self._queue)

    def submit(self, job: Job) -> None:
        """Queue a unit. Raises StoreClosed."""
        # The lock closes the gap in which a unit could be queued behind the last look of a closing thread.
        with self._submitting:
            if self._closing:
                raise StoreClosed("The database was closed while something wanted to write.")
            self._queue.append(job)
        self._wake.set()

    def close(self) -> None:
        """Finish what is queued, then end the thread. Blocks; returns at once the second time."""
        with self._submitting:
            self._closing = True
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            if not self._queue:
                if self._closing:
                    break
                self._wake.wait()
                self._wake.clear()
                continue
            self._gather()
            batch = [self._queue.popleft() for _ in range(min(len(self._queue), BATCH_UNITS))]
            try:
                self._run_batch(batch)
            except Exception as error:
                self._give_up(batch, error)
        self._drop_connection()

    def _gather(self) -> None:
        """Let others join the batch, unless its first unit has waited long enough already."""
        left = self._queue[0].queued_at + BATCH_SECONDS - time.monotonic()
        if left > 0 and len(self._queue) < BATCH_UNITS and not self._closing:
            time.sleep(left)

    def _run_batch(self, batch: list[Job]) -> None:
        """Commit a batch and tell everybody. Raises, with nothing stored, if the transaction is lost."""
        try:
            connection = self._begin()
        except Exception:
            # Whoever queued meanwhile would wait for the same time-out again: all hear of it now.
            batch.extend(self._queue.popleft() for _ in range(len(self._queue)))
            raise
        again = self._attempt_all(connection, batch)
        wakeups.send(connection, self._name)
        connection.commit()
        self._queue.extendleft(reversed(again))
        _report([job for job in batch if job not in again] if again else batch)

    def _begin(self) -> Connection:
        """Open a transaction; a connection that died since the last one is replaced once."""
        for last_try in (self._local, True):
            try:
                if self._connection is None:
                    self._connection = self._engine.connect()
                self._connection.begin()
                wakeups.reset(self._connection)
                if not self._local:
                    # PostgreSQL begins with the first statement: only then is the connection known to live.
                    self._connection.exec_driver_sql("SELECT 1")
                return self._connection
            except Exception as error:
                self._drop_connection()
                if last_try or classify(error) is not Failure.UNAVAILABLE:
                    raise
        raise AssertionError("unreachable")

    def _attempt_all(self, connection: Connection, batch: list[Job]) -> list[Job]:
        """Run a batch and return the units that must run again. Raises if the transaction is lost.

        Savepoints cost 2 us a unit on SQLite and two round trips on PostgreSQL. So PostgreSQL gets them only
        when a unit of the batch has failed: then all that ran is rolled back and runs once more.
        """
        if not self._local:
            try:
                for job in batch:
                    job.result, job.error = job.unit(connection), None
                return []
            except Exception as error:
                if classify(error) is Failure.UNAVAILABLE:
                    raise
                connection.rollback()
                connection.begin()
                wakeups.reset(connection)
        return [job for job in batch if not self._attempt(connection, job)]

    def _attempt(self, connection: Connection, job: Job) -> bool:
        """Run one unit in its savepoint; False if it has to run again. Raises if the transaction is lost."""
        plainly(connection, "SAVEPOINT unit")
        marked = wakeups.marked(connection)
        try:
            job.result, job.error = job.unit(connection), None
        except Exception as error:
            failure = classify(error)
            if failure is Failure.UNAVAILABLE:
                raise
            plainly(connection, "ROLLBACK TO SAVEPOINT unit")
            plainly(connection, "RELEASE SAVEPOINT unit")
            wakeups.reset(connection, marked)
            job.collisions += failure is Failure.COLLISION
            job.error = _bearable(error) if failure is Failure.OURS else _unavailable(error)
            return failure is Failure.OURS or job.collisions >= MOST_COLLISIONS
        plainly(connection, "RELEASE SAVEPOINT unit")
        return True

    def _give_up(self, batch: list[Job], error: Exception) -> None:
        self._drop_connection()
        for job in batch:
            job.error = _unavailable(error) if classify(error) is not Failure.OURS else error
        _report(batch)

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            # Closed without a farewell: a broken one cannot roll back, and the database does so by itself.
            with contextlib.suppress(Exception):
                connection.invalidate()
            with contextlib.suppress(Exception):
                connection.close()


def _bearable(error: Exception) -> Exception:
    """The error itself, unless it is the one that a future refuses to carry."""
    if not isinstance(error, StopIteration):
        return error
    wrapped = RuntimeError("the unit raised StopIteration")
    wrapped.__cause__ = error
    return wrapped


def _unavailable(error: Exception) -> StoreUnavailable:
    unavailable = StoreUnavailable(f"The database cannot write at the moment ({type(error).__name__}).")
    unavailable.__cause__ = error
    return unavailable


def _report(jobs: list[Job]) -> None:
    """Wake everybody who waits, with one call for each event loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Job]] = {}
    for job in jobs:
        by_loop.setdefault(job.loop, []).append(job)
    for loop, done in by_loop.items():
        # A loop that was closed before its units were committed has nobody left to tell.
        if not loop.is_closed():
            try:
                loop.call_soon_threadsafe(_resolve, done)
            except RuntimeError:
                continue


def _resolve(jobs: list[Job]) -> None:
    for job in jobs:
        if job.future.done():  # whoever waited was cancelled
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.result)
