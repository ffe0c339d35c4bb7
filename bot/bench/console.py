"""The desk while it is busy: staff connected and looking, cases coming in, a list of thousands."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import aiohttp
import psycopg
from aiohttp import web

from bot.bench.processes import free_port
from bot.bench.questions import QUESTIONS
from bot.wiring import utc_now
from console import Messages, Services, build_console
from storage import Cipher, Connection, Database, cases, chats, keys, mask, migrate, staff, staff_sessions

# As for the tests.
SERVER = os.environ.get("BEKAL_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres").replace(
    "postgresql+psycopg://", "postgresql://"
)
STAFF = 20
PER_SECOND = 100
SECONDS = 20
OPEN_CASES = 5_000
DEBOUNCE = 0.3  # as the page does: many news make one look
LOOKS = ("/desk/list?tab=danger", "/desk/list?tab=unassigned", "/desk/list?tab=mine")


async def measure() -> dict[str, Any]:
    """Staff with the desk open while cases come in; milliseconds as a browser on this machine sees them."""
    from bot.bench import table

    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="bekal-bench-") as folder:
        figures["sqlite"] = await _on(f"sqlite:///{Path(folder) / 'bekal.sqlite3'}")
    try:
        with _postgresql() as url:
            figures["postgresql"] = await _on(url)
    except psycopg.OperationalError:
        print("no PostgreSQL answers: measured on SQLite only", flush=True)
    for store_name, found in figures.items():
        title = f"{STAFF} staff at the desk, {PER_SECOND} updates/s, {OPEN_CASES} open cases, {store_name}"
        table(title, found)
    return figures


@contextmanager
def _postgresql() -> Iterator[str]:
    """A new database, removed at the end of the block."""
    name = f"bekal_bench_{secrets.token_hex(6)}"
    with psycopg.connect(SERVER, autocommit=True, connect_timeout=5) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlsplit(SERVER)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


async def _on(url: str) -> dict[str, Any]:
    await asyncio.to_thread(migrate.upgrade, url)
    database = Database.open(url, Cipher(keys.make_keys(utc_now())), clock=utc_now)
    try:
        await database.write(lambda conn: _fill(conn, database.cipher))
        async with _served(database) as address:
            return await _busy(database, address)
    finally:
        await database.close()


def _fill(conn: Connection, cipher: Cipher) -> None:
    now = utc_now()
    for number in range(OPEN_CASES):
        _report(conn, cipher, number, "danger" if number % 20 == 0 else "person")
    for number in range(STAFF):
        staff_id = staff.add(conn, f"petugas{number}", "agent", now)
        assert staff_id is not None
        staff.set_up(conn, cipher, staff_id, "-", "JBSWY3DPEHPK3PXP", None, [])
        staff_sessions.begin(conn, staff_id, _token(number), staff_sessions.FULL, "bench", now)


def _report(conn: Connection, cipher: Cipher, person: int, kind: str) -> int:
    chat = chats.ensure(conn, cipher, cipher.lane(person), person, utc_now())
    words = mask(QUESTIONS[person % len(QUESTIONS)])
    return cases.open(conn, cipher, chat.id, kind, now=utc_now(), detail=mask(f"threat: {words}"))


def _token(number: int) -> str:
    return f"{number:-<43}"


@asynccontextmanager
async def _served(database: Database) -> AsyncIterator[str]:
    port = free_port()
    services = Services(
        database=database,
        clock=utc_now,
        url=f"http://127.0.0.1:{port}",
        messages=cast(Messages, None),  # nobody writes
        library=lambda: None,
        wake=lambda: None,
    )
    runner = web.AppRunner(build_console(services), access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield services.url
    finally:
        await runner.cleanup()


class _Desk:
    """One browser: hears the news, and looks at its list when there were some."""

    def __init__(self, client: aiohttp.ClientSession, list_path: str) -> None:
        self._client = client
        self._path = list_path
        self.heard: dict[int, float] = {}
        self.looks: list[float] = []
        self._news = asyncio.Event()

    async def listen(self) -> None:
        async with self._client.get("/desk/events", timeout=aiohttp.ClientTimeout()) as stream:
            assert stream.status == 200
            async for line in stream.content:
                if line.startswith(b"data: "):
                    case_id = json.loads(line[6:])["case"]
                    self.heard.setdefault(case_id, time.perf_counter())
                    self._news.set()

    async def look(self) -> None:
        while True:
            await self._news.wait()
            await asyncio.sleep(DEBOUNCE)
            self._news.clear()
            started = time.perf_counter()
            async with self._client.get(self._path, headers={"X-Live": "1"}) as answer:
                assert answer.status == 200
                await answer.read()
            self.looks.append(time.perf_counter() - started)


async def _busy(database: Database, address: str) -> dict[str, Any]:
    sent: dict[int, float] = {}
    clients = [
        aiohttp.ClientSession(
            address, cookies={"bekal": _token(number)}, cookie_jar=aiohttp.CookieJar(unsafe=True)
        )
        for number in range(STAFF)
    ]
    desks = [_Desk(client, LOOKS[n % len(LOOKS)]) for n, client in enumerate(clients)]
    tasks = [asyncio.create_task(work) for each in desks for work in (each.listen(), each.look())]
    await asyncio.sleep(2)
    before = resource.getrusage(resource.RUSAGE_SELF)
    commits = await _write(database, sent)
    after = resource.getrusage(resource.RUSAGE_SELF)
    await asyncio.sleep(3)
    for task in tasks:
        task.cancel()
    ended = [task.exception() for task in tasks if task.done() and not task.cancelled()]
    await asyncio.gather(*tasks, return_exceptions=True)
    for client in clients:
        await client.close()
    heard = sorted(each.heard[case] - at for each in desks for case, at in sent.items() if case in each.heard)
    looks = sorted(look for each in desks for look in each.looks)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "updates written": len(sent),
        "commit, p95 ms": _ms(sorted(commits), 0.95),
        "news missed": len(sent) * len(desks) - len(heard),
        "from commit to every browser, p50 ms": _ms(heard, 0.5),
        "from commit to every browser, p95 ms": _ms(heard, 0.95),
        "lists fetched": len(looks),
        "list, p50 ms": _ms(looks, 0.5),
        "list, p95 ms": _ms(looks, 0.95),
        "browsers that were cut off": len(ended),
        "processor, of one core (browsers and writer included)": f"{cpu / SECONDS:.0%}",
    }


async def _write(database: Database, sent: dict[int, float]) -> list[float]:
    """New signs from new people at an even pace -> how long each commit took."""
    commits: list[float] = []
    started = time.perf_counter()

    async def one(number: int) -> None:
        kind = "danger" if number % 20 == 0 else "person"
        began = time.perf_counter()
        case_id = await database.write(lambda conn: _report(conn, database.cipher, OPEN_CASES + number, kind))
        sent[case_id] = time.perf_counter()
        commits.append(sent[case_id] - began)

    async with asyncio.TaskGroup() as group:
        for number in range(PER_SECOND * SECONDS):
            await asyncio.sleep(max(0.0, started + number / PER_SECOND - time.perf_counter()))
            group.create_task(one(number))
    return commits


def _ms(ordered: list[float], share: float) -> float:
    if not ordered:
        return 0.0
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 1)
