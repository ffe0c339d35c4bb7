"""What is tried against a console: odd text, SQL, stolen cookies, other people's ids, guesses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from http.cookies import SimpleCookie

import aiohttp
import pytest
from argon2 import PasswordHasher

from console import accounts
from content import Library
from handlers.rendering import clean
from storage import Connection, Database, cases, staff
from tests.console.conftest import PASSWORD, Console, served, sign_in
from tests.console.desk import visitor
from tests.transcripts.driver import Clock

ODD = (
    "\u202eterbalik \u2066x\u2069 \u200b\u200d\ufeff",
    "nol \x00 \x08 \x1b[31m nol",
    "🧳" * 1000,
    "a\u0300\u0301\u0302\u0303" * 500,
    "{{7*7}} {% raw %} ${7*7} {0.__class__} %s",
    "baris\r\nSet-Cookie: x=1\n\n\tLocation: /",
)
SQL = (
    "' OR 1=1 --",
    "'; DROP TABLE cases; --",
    "x') UNION SELECT password_hash FROM staff --",
    "1); ATTACH DATABASE 'x' AS y; --",
    "\\",
    "%",
    "_",
)
PARAMETERS = ("tab", "topic", "destination", "language", "label", "age", "after", "before", "case", "sort")


@pytest.mark.parametrize("text", ODD, ids=["direction", "controls", "emoji", "zalgo", "templates", "lines"])
async def test_odd_text_is_kept_and_shown_as_text_wherever_it_is_written(console: Console, text: str) -> None:
    sari = await console.signed_in("sari", "agent")
    one = await visitor(console)
    await one.talked(clean(text), "Paspor", "passport")
    await one.asks("person", clean(text))
    for form, fields in {
        "note": {"text": text},
        "label": {"label": text},
        "reply": {"text": text, "do": "send"},
        "unmask": {"why": text},
    }.items():
        await sari.get(f"/desk/{one.case_id}")
        assert (await sari.post(f"/desk/{one.case_id}/{form}", **fields)).status == 200, form
    await sari.get("/desk?tab=mine&age=1")
    assert (await sari.post("/desk/filters?tab=mine&age=1", name=text)).status == 200
    page = await sari.get(f"/desk/{one.case_id}")
    assert page.status == 200
    assert "Set-Cookie" not in page.headers or "x=1" not in page.headers["Set-Cookie"]
    for control in ("\x00", "\x08", "\x1b"):
        assert control not in page.text
    assert "49" not in page.text.split('id="live"')[1].split("composer")[0]
    assert len(await one.sent()) == 1


@pytest.mark.parametrize("attack", SQL)
async def test_no_parameter_of_any_list_is_sql(console: Console, attack: str) -> None:
    admin = await console.signed_in("sari", "admin")
    one = await visitor(console)
    await one.asks("danger", "violence: tolong", topic="passport")
    before = await console.database.read(lambda conn: (cases.queue(conn), staff.everybody(conn)))
    for path in ("/desk", "/desk/list", "/audit", f"/desk/{one.case_id}", f"/desk/{one.case_id}/thread"):
        for name in (
            "tab",
            "topic",
            "destination",
            "language",
            "label",
            "age",
            "after",
            "before",
            "case",
            "sort",
        ):
            async with admin.client.get(f"{console.url}{path}", params={name: attack}) as answer:
                assert answer.status in (200, 400, 404), f"{path} {name}"
                assert "argon2" not in await answer.text()
    assert await console.database.read(lambda conn: (cases.queue(conn), staff.everybody(conn))) == before


async def test_ids_of_others_are_not_there_and_the_try_is_logged(console: Console) -> None:
    sari, budi = await console.signed_in("sari", "agent"), await console.signed_in("budi", "agent")
    await sari.get("/desk?tab=mine&age=1")
    await sari.post("/desk/filters?tab=mine&age=1", name="milik Sari")
    await budi.get("/account")
    for path in ("/desk/filters/1/forget", "/account/sessions/1/end", "/desk/99/reply"):
        page = await budi.post(path, text="x", do="send")
        assert page.status == 404, path
        await budi.get("/account")
    refused = [(deed.actor, deed.subject) for deed in await console.deeds() if not deed.done]
    assert refused == [("budi", "filter:1"), ("budi", "session:1")]
    assert "milik Sari" in (await sari.get("/desk")).text


async def test_a_name_that_is_none_costs_as_many_hashes_as_one_that_is(
    database: Database, clock: Clock, small_library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with served(database, clock, small_library) as console:
        counted: list[str] = []
        verify = PasswordHasher.verify

        def noted(self: PasswordHasher, hash: str | bytes, password: str | bytes) -> bool:
            counted.append(str(hash))
            return verify(self, hash, password)

        monkeypatch.setattr(PasswordHasher, "verify", noted)
        await console.add("sari", "agent")
        for name in ("sari", "nobody"):
            browser = console.browser()
            await browser.get("/sign-in")
            assert (await browser.post("/sign-in", name=name, password="wrong")).status == 401
        assert len(counted) == 2
        costs = {each.split("$")[3] for each in counted}
        assert len(costs) == 1


async def test_many_guesses_at_once_gain_nothing(console: Console) -> None:
    await console.add("sari", "agent")
    browsers = [console.browser() for _ in range(12)]
    for browser in browsers:
        await browser.get("/sign-in")
    pages = await asyncio.gather(
        *(each.post("/sign-in", name="sari", password=f"guess {n}") for n, each in enumerate(browsers))
    )
    assert sorted(page.status for page in pages) == [401] * 5 + [429] * 7


@pytest.fixture
async def https(database: Database, clock: Clock, small_library: Library) -> AsyncIterator[Console]:
    """A console behind a proxy that speaks https: what it says to a browser there."""
    async with served(database, clock, small_library, address="https://konsol.example") as running:
        yield running


async def test_over_https_the_cookie_is_bound_to_the_host_and_never_sent_in_clear(https: Console) -> None:
    await https.add("sari", "agent")
    headers = {"Host": "konsol.example", "Origin": "https://konsol.example"}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as client:
        async with client.get(f"{https.address}/sign-in", headers=headers) as answer:
            text = await answer.text()
            cookie = SimpleCookie(answer.headers["Set-Cookie"])
            assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        [(name, morsel)] = cookie.items()
        assert name == "__Host-bekal"
        assert (morsel["path"], morsel["domain"], morsel["samesite"]) == ("/", "", "Lax")
        assert morsel["secure"]
        assert morsel["httponly"]
        form = {
            "csrf": text.split('name="csrf" value="')[1].split('"')[0],
            "name": "sari",
            "password": PASSWORD,
        }
        # A cookie that came over http has another name, and is nobody's.
        for cookie_name, status in (("bekal", 403), ("__Host-bekal", 303)):
            sent = {**headers, "Cookie": f"{cookie_name}={morsel.value}"}
            async with client.post(
                f"{https.address}/sign-in", data=form, headers=sent, allow_redirects=False
            ) as answer:
                assert answer.status == status, cookie_name
        async with client.get(f"{https.address}/sign-in") as answer:
            assert answer.status == 421


async def test_a_role_cannot_be_chosen_at_the_door(console: Console) -> None:
    cipher, now = console.database.cipher, console.clock()

    def invite(conn: Connection) -> str:
        return accounts.add(conn, cipher, now, "-", "rina", "viewer", lambda: "t" * 43)

    token = await console.database.write(invite)
    browser = console.browser()
    page = await browser.get(f"/invitation/{token}")
    secret = page.text.split('class="secret" translate="no">')[1].split("<")[0].replace(" ", "")
    fields = {"password": PASSWORD, "again": PASSWORD, "code": console.code(secret)}
    extra = {"role": "admin", "disabled": "", "id": "1", "totp": "A" * 32, "name": "sari", "username": "sari"}
    await browser.post(f"/invitation/{token}", **fields, **extra)
    console.clock.forward(60)
    page = await sign_in(browser, "rina", console.code(secret))
    assert page.url.endswith("/desk")
    assert (await browser.get("/staff")).status == 403
    [rina] = await console.database.read(staff.everybody)
    assert (rina.name, rina.role) == ("rina", "viewer")
