"""The proxy of the fault tests does what it says: cut, refuse, stall, delay, in turn."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from bot.bench.proxy import FaultProxy, fault_proxy

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[[FaultProxy], Awaitable[Ends]]


@contextlib.asynccontextmanager
async def echo(prefix: bytes = b"") -> AsyncIterator[int]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(prefix + line)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Opens connections to a proxy, and closes them at the end."""
    opened: list[Ends] = []

    async def open_one(proxy: FaultProxy) -> Ends:
        opened.append(await asyncio.open_connection("127.0.0.1", proxy.port))
        return opened[-1]

    yield open_one
    for _, writer in opened:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def ask(ends: Ends, line: bytes = b"halo\n") -> bytes:
    ends[1].write(line)
    return await asyncio.wait_for(ends[0].readline(), 2)


async def test_it_passes_on_takes_turns_and_delays(connect: Connect) -> None:
    async with echo(b"1 ") as first, echo(b"2 ") as second, fault_proxy(first, second) as proxy:
        one, two, three = [await connect(proxy) for _ in range(3)]
        assert [await ask(each) for each in (one, two, three)] == [b"1 halo\n", b"2 halo\n", b"1 halo\n"]
        proxy.delay = 0.05
        started = time.monotonic()
        assert await ask(one) == b"1 halo\n"
        assert time.monotonic() - started >= 0.1
        one[1].write_eof()
        assert await one[0].read() == b""


async def test_a_cut_breaks_what_there_is_and_new_connections_work(connect: Connect) -> None:
    async with echo() as target, fault_proxy(target) as proxy:
        ends = await connect(proxy)
        await ask(ends)
        assert proxy.cut() == 1
        with pytest.raises(ConnectionResetError):
            await ask(ends)
        assert await ask(await connect(proxy)) == b"halo\n"


async def test_a_refusing_proxy_comes_back_on_the_same_port(connect: Connect) -> None:
    async with echo() as target, fault_proxy(target) as proxy:
        proxy.refuse()
        with pytest.raises(ConnectionRefusedError):
            await connect(proxy)
        await proxy.restore()
        assert await ask(await connect(proxy)) == b"halo\n"


async def test_a_stall_keeps_everything_and_loses_nothing(connect: Connect) -> None:
    async with echo() as target, fault_proxy(target) as proxy:
        ends = await connect(proxy)
        proxy.stall()
        asking = asyncio.create_task(ask(ends))
        await asyncio.sleep(0.05)
        assert not asking.done()
        proxy.flow()
        assert await asking == b"halo\n"
