"""HTTP to Telegram: each way to fail has its own error, and none tells the address, which holds the token."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from telegram import InputFile
from telegram.error import NetworkError, TelegramError, TimedOut

from bot.client import TelegramClient
from bot.files import as_param, with_files
from bot.request import AiohttpRequest, NotSent
from simulator import Simulator

TOKEN = "777:geheimer-token-der-nirgends-steht-00000"
Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def tcp_server(answer: Answer) -> AsyncIterator[str]:
    """A server that answers as it is told, below HTTP; gives the address of a call to it."""
    writers: list[asyncio.StreamWriter] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        await answer(reader, writer)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/bot{TOKEN}/sendMessage"
    finally:
        for writer in writers:
            writer.close()
        server.close()
        await server.wait_closed()


@pytest.fixture
async def request_() -> AsyncIterator[AiohttpRequest]:
    made = AiohttpRequest(connections=2)
    yield made
    await made.shutdown()


async def failure(made: AiohttpRequest, url: str) -> TelegramError:
    """The error of a call that must fail, and that may not tell where it went."""
    with pytest.raises(TelegramError) as caught:
        await made.do_request(url, "POST", read_timeout=0.2)
    told = f"{caught.value!r} {caught.value}"
    assert TOKEN not in told
    assert "127.0.0.1" not in told
    # The library would put a cause into its own log, with the address in it.
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    return caught.value


async def test_no_connection_means_that_nothing_was_sent(request_: AiohttpRequest) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    error = await failure(request_, f"http://127.0.0.1:{port}/bot{TOKEN}/sendMessage")
    assert type(error) is NotSent


async def test_an_address_that_does_not_exist_means_that_nothing_was_sent(request_: AiohttpRequest) -> None:
    error = await failure(request_, f"http://nowhere.invalid/bot{TOKEN}/sendMessage")
    assert type(error) is NotSent


async def test_no_answer_in_time_may_have_been_sent(request_: AiohttpRequest) -> None:
    async def hang(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read(10_000)

    async with tcp_server(hang) as url:
        error = await failure(request_, url)
    assert type(error) is TimedOut


@pytest.mark.parametrize(
    "words",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", b"SSH-2.0-OpenSSH_9.2\r\n\r\n"],
    ids=["closed", "half an answer", "no HTTP"],
)
async def test_a_broken_answer_may_have_been_sent(request_: AiohttpRequest, words: bytes) -> None:
    async def break_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10_000)
        writer.write(words)
        await writer.drain()
        writer.close()

    async with tcp_server(break_off) as url:
        error = await failure(request_, url)
    assert isinstance(error, NetworkError)
    assert not isinstance(error, NotSent | TimedOut)


async def test_status_and_body_come_back_as_they_are_and_no_redirect_is_followed(
    request_: AiohttpRequest,
) -> None:
    async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10_000)
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 4\r\n\r\nbody")
        await writer.drain()
        writer.close()

    async with tcp_server(redirect) as url:
        assert await request_.do_request(url, "POST") == (302, b"body")


async def test_opened_twice_and_closed_twice_it_still_works(sim: Simulator, request_: AiohttpRequest) -> None:
    for _ in range(2):
        await request_.initialize()
        await request_.initialize()
        status, _body = await request_.do_request(f"{sim.url}/bot{sim.token}/getMe", "POST")
        assert status == 200
        await request_.shutdown()
        await request_.shutdown()


async def test_parameters_and_a_file_arrive_as_they_were(sim: Simulator, client: TelegramClient) -> None:
    user = sim.add_user("Sari", started=True)
    content = "Data Anda: ä ☎ 試\r\n".encode() * 50
    params = with_files(
        {"chat_id": user.id, "document": as_param("data-2026.txt", content), "caption": "ini ✓"}
    )
    await client.call("sendDocument", params)
    [message] = sim.messages(user)
    assert message["caption"] == "ini ✓"
    assert message["document"]["file_name"] == "data-2026.txt"
    stored = sim.world.files.by_id[message["document"]["file_id"]]
    assert stored.data == content


async def test_no_field_can_forge_another(client: TelegramClient) -> None:
    """What people are called and what they write goes into the call; it must stay in its field."""
    seen: list[dict[str, str]] = []

    async def receive(request: web.Request) -> web.Response:
        given = await (request.json() if request.content_type == "application/json" else request.post())
        seen.append({name: str(value) for name, value in given.items() if name != "document"})
        return web.json_response({"ok": True, "result": True})

    app = web.Application()
    app.router.add_post("/bot{token}/{method}", receive)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    forged = 'x"\r\n\r\n--boundary\r\nContent-Disposition: form-data; name="chat_id"\r\n\r\n999&chat_id=999'
    plain = TelegramClient("1:" + "A" * 35, f"http://127.0.0.1:{runner.addresses[0][1]}")
    try:
        await plain.call("sendMessage", {"chat_id": 5, "text": forged})
        document = InputFile(b"x", filename='a"; name="chat_id', attach=False)
        await plain.call("sendDocument", {"chat_id": 5, "caption": forged, "document": document})
    finally:
        for request in plain._request:
            await request.shutdown()
        await runner.cleanup()
    assert seen[0] == {"chat_id": "5", "text": forged}
    assert seen[1] == {"chat_id": "5", "caption": forged}
