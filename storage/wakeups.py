"""Processes on one PostgreSQL tell each other that there is something to do.

A wake-up that gets lost costs a second, no more: everybody looks by themselves once a second. SQLite has one
process, which wakes its own parts.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Collection, Mapping

import psycopg
from sqlalchemy import Connection
from sqlalchemy.engine import URL

from storage.engines import CONNECT_TIMEOUT_S
from storage.prepared import plainly

CHANNEL = "bekal"
RETRY_SECONDS = 1.0
LOOK_SECONDS = 0.2  # how long a stop may take
_MARKS = "bekal wake-ups"


def mark(conn: Connection, queue: str) -> None:
    """Say that this unit puts something into a queue, "in" or "out": others hear of it after the commit."""
    if conn.dialect.name == "postgresql":
        conn.info.setdefault(_MARKS, set()).add(queue)


def marked(conn: Connection) -> frozenset[str]:
    """The queues into which this transaction has put something so far."""
    return frozenset(conn.info.get(_MARKS, ()))


def reset(conn: Connection, queues: Collection[str] = ()) -> None:
    """What was put into others than these was taken back, or a new transaction begins."""
    conn.info[_MARKS] = set(queues)


def send(conn: Connection, sender: str) -> None:
    """Tell the others, if this transaction gets committed; the process called `sender` passes it over."""
    queues = conn.info.pop(_MARKS, None)
    if queues:
        plainly(conn, "; ".join(f"NOTIFY {CHANNEL}, '{queue} {sender}'" for queue in sorted(queues)))


class Listener:
    """A thread that hears wake-ups and calls `wake[queue]` in an event loop, unless `own` has sent them."""

    def __init__(
        self, url: URL, own: str, wake: Mapping[str, Callable[[], None]], loop: asyncio.AbstractEventLoop
    ) -> None:
        self._address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._own = own
        self._wake = wake
        self._loop = loop
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bekal-listener", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread. Blocks for a moment."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._listen()
            except psycopg.Error:
                # The database is away, as everybody else will notice; what was missed is made good by a look.
                self._stop.wait(RETRY_SECONDS)

    def _listen(self) -> None:
        with psycopg.connect(
            self._address,
            autocommit=True,
            connect_timeout=CONNECT_TIMEOUT_S,
            application_name="bekal",
            keepalives_idle=30,
            keepalives_interval=10,
            keepalives_count=3,
        ) as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            self._call(set(self._wake))
            while not self._stop.is_set():
                heard = set()
                for notice in connection.notifies(timeout=LOOK_SECONDS, stop_after=1):
                    queue, _, sender = notice.payload.partition(" ")
                    if sender != self._own:
                        heard.add(queue)
                self._call(heard)

    def _call(self, queues: set[str]) -> None:
        for queue in queues & set(self._wake):
            if not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._wake[queue])
