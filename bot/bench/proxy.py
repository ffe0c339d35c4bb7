"""A TCP proxy on this machine that does to connections what networks and servers do on a bad day."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator

CHUNK = 65536


class FaultProxy:
    """Passes connections on to the ports in `targets`, one after the other.

    `delay` holds back each chunk of bytes for so many seconds, in both directions.
    """

    def __init__(self, *targets: int) -> None:
        self._targets = itertools.cycle(targets)
        self._server: asyncio.Server | None = None
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._transports: set[asyncio.WriteTransport] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.delay = 0.0
        self.port = 0
        self.accepted = 0

    async def restore(self) -> None:
        """Take connections, from now on or again."""
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    def refuse(self) -> None:
        """Take no connections and cut those there are: the other side is not running."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.cut()

    def cut(self) -> int:
        """Break every connection in the middle of whatever it carries. Returns how many."""
        broken = len(self._transports)
        for transport in list(self._transports):
            transport.abort()
        return broken // 2

    def stall(self) -> None:
        """Let no byte through, and keep every connection open: the other side hangs."""
        self._flowing.clear()

    def flow(self) -> None:
        """Let bytes through again."""
        self._flowing.set()

    async def close(self) -> None:
        """End everything."""
        self.flow()
        self.refuse()  # whoever reads or writes there finds the connection broken, and ends
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self.accepted += 1
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", next(self._targets))
        except OSError:
            writer.transport.abort()
            return
        ends = (writer.transport, far_writer.transport)
        self._transports.update(ends)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pump(reader, far_writer))
                both.create_task(self._pump(far_reader, writer))
        finally:
            for transport in ends:
                transport.abort()
            self._transports.difference_update(ends)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(CHUNK):
                if self.delay:
                    await asyncio.sleep(self.delay)
                await self._flowing.wait()
                writer.write(chunk)
                await writer.drain()
            if writer.can_write_eof() and not writer.is_closing():
                writer.write_eof()


@contextlib.asynccontextmanager
async def fault_proxy(*targets: int) -> AsyncIterator[FaultProxy]:
    """A proxy that works until the end of the block."""
    proxy = FaultProxy(*targets)
    await proxy.restore()
    try:
        yield proxy
    finally:
        await proxy.close()
