"""The console on loopback, over a real store, with a browser that keeps cookies and fills in forms."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import aiohttp
import pyotp
import pytest
from aiohttp import web
from argon2 import PasswordHasher

from console import Passwords, Services, build_console
from content import Catalog, Library
from storage import Cipher, Connection, Database, audit, keys, staff
from tests.conftest import SMALL_CONTENT
from tests.transcripts.driver import Clock

PASSWORD = "kuda terbang di sawah"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


class PlainMessages:
    """Stands for what bot gives: the shape is Telegram's, the words do not matter here."""

    def reply(self, text: str, locale: str) -> list[tuple[str, dict[str, Any]]]:
        return [("sendMessage", {"text": f"Petugas\n{text}", "protect_content": True})]

    def article(self, topic: str, locale: str, destination: str | None) -> list[tuple[str, dict[str, Any]]]:
        if topic == "unknown":
            raise KeyError(topic)
        return [("sendMessage", {"text": f"artikel {topic} {locale} {destination}"})]

    def draft(
        self, catalog: Catalog, topic: str, locale: str, destination: str | None
    ) -> list[tuple[str, dict[str, Any]]]:
        article = catalog.article(topic, locale)
        return [("sendMessage", {"text": f"{article.title}\n{article.summary.text}\n{destination}"})]

    def closing(self, case_id: int, locale: str) -> list[tuple[str, dict[str, Any]]]:
        return [("sendMessage", {"text": "terjawab?"})]

    def returned(self, locale: str) -> list[tuple[str, dict[str, Any]]]:
        return [("sendMessage", {"text": "bot kembali"})]


@dataclass
class Page:
    """What a browser shows."""

    status: int
    url: str
    text: str
    headers: Any

    @property
    def csrf(self) -> str:
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', self.text)
        assert found, f"no form on {self.url}: {self.text[:300]}"
        return found[1]


class Browser:
    """Follows links and sends forms as a browser does: same origin, cookies, the page's own token."""

    def __init__(self, client: aiohttp.ClientSession, origin: str) -> None:
        self.client = client
        self.origin = origin
        self.page = Page(0, origin, "", {})

    async def get(self, path: str, *, follow: bool = True, **headers: str) -> Page:
        return await self._read("GET", path, follow=follow, headers=headers)

    async def post(self, path: str, *, follow: bool = True, **fields: str) -> Page:
        """Send a form of the page that is shown."""
        data = {"csrf": self.page.csrf, **fields}
        return await self._read("POST", path, follow=follow, data=data, headers={"Origin": self.origin})

    async def raw(self, path: str, data: Any, **headers: str) -> Page:
        """Send anything."""
        return await self._read("POST", path, follow=False, data=data, headers=headers)

    async def _read(self, method: str, path: str, *, follow: bool, **more: Any) -> Page:
        url = urljoin(self.origin, path)
        async with self.client.request(method, url, allow_redirects=follow, **more) as response:
            page = Page(response.status, str(response.url), await response.text(), response.headers)
        if follow:
            self.page = page
        return page

    @property
    def token(self) -> str:
        [token] = [cookie.value for cookie in self.client.cookie_jar if cookie.key == "bekal"]
        return token


class Console:
    """A running console and its store."""

    def __init__(self, services: Services, clock: Clock, address: str) -> None:
        self.services = services
        self.address = address
        self.clock = clock
        self.database = services.database
        self.url = services.url
        self.woken = 0
        self._clients: list[aiohttp.ClientSession] = []

    def browser(self) -> Browser:
        client = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self._clients.append(client)
        return Browser(client, self.url)

    async def add(self, name: str, role: str, secret: str = SECRET) -> staff.Staff:
        """An account that is set up."""
        hashed = await QUICK.hash(PASSWORD)
        cipher = self.database.cipher

        def unit(conn: Connection) -> staff.Staff:
            staff_id = staff.add(conn, name, role, self.clock())
            assert staff_id is not None
            staff.set_up(conn, cipher, staff_id, hashed, secret, None, ["aaaa-bbbb-cccc", "dddd-eeee-ffff"])
            made = staff.get(conn, cipher, staff_id)
            assert made is not None
            return made

        return await self.database.write(unit)

    def code(self, secret: str = SECRET) -> str:
        return pyotp.TOTP(secret).at(self.clock())

    async def signed_in(self, name: str, role: str) -> Browser:
        """A browser in which a new account of this role is signed in."""
        await self.add(name, role)
        browser = self.browser()
        self.clock.forward(60)
        page = await sign_in(browser, name, self.code())
        assert page.url.endswith("/desk"), page.text
        return browser

    async def deeds(self) -> list[audit.Deed]:
        """The audit log, oldest first."""
        return list(reversed(await self.database.read(lambda conn: audit.page(conn, limit=500))))

    async def close(self) -> None:
        for client in self._clients:
            await client.close()


async def sign_in(browser: Browser, name: str, code: str, password: str = PASSWORD) -> Page:
    await browser.get("/sign-in")
    await browser.post("/sign-in", name=name, password=password)
    return await browser.post("/sign-in/code", code=code)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def small_library() -> Library:
    return Library(SMALL_CONTENT)


@pytest.fixture
def store_file(tmp_path: Path, empty_store: Path) -> Path:
    return Path(shutil.copy(empty_store, tmp_path / "bekal.sqlite3"))


@pytest.fixture
async def database(store_file: Path, clock: Clock) -> AsyncIterator[Database]:
    opened = Database.open(f"sqlite:///{store_file}", Cipher(keys.make_keys(clock())), clock=clock)
    yield opened
    await opened.close()


@asynccontextmanager
async def served(
    database: Database, clock: Clock, library: Library, address: str | None = None, **changes: Any
) -> AsyncIterator[Console]:
    """A console on a free port; the address is known only once it listens.

    `address` is what a proxy in front of it shows to browsers.
    """
    holder: list[web.Application] = []

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        raise AssertionError

    probe = web.ServerRunner(web.Server(handle))
    await probe.setup()
    site = web.TCPSite(probe, "127.0.0.1", 0)
    await site.start()
    port = probe.addresses[0][1]
    await probe.cleanup()
    services = Services(
        database=database,
        clock=clock,
        url=address or f"http://127.0.0.1:{port}",
        messages=PlainMessages(),
        library=lambda: library,
        wake=lambda: None,
        hold=timedelta(hours=12),
        passwords=QUICK,
        **changes,
    )
    holder.append(build_console(services))
    runner = web.AppRunner(holder[0], access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    console = Console(services, clock, f"http://127.0.0.1:{port}")
    try:
        yield console
    finally:
        await console.close()
        await runner.cleanup()


@pytest.fixture
async def console(database: Database, clock: Clock, small_library: Library) -> AsyncIterator[Console]:
    async with served(database, clock, small_library) as running:
        yield running
