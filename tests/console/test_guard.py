"""What stands before every page: nobody gets past who should not."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from console import Role, build_console
from console.roles import PUBLIC, permission_of
from console.services import unsafe_url
from storage import Connection, audit, cases, staff
from tests.console.conftest import Console
from tests.console.desk import visitor

OPEN = {
    ("GET", "/"),
    ("GET", "/static/{name}"),
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("GET", "/sign-in/code"),
    ("POST", "/sign-in/code"),
    ("GET", "/invitation/{token}"),
    ("POST", "/invitation/{token}"),
}
POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{}'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def routes(console: Console) -> list[tuple[str, str, object]]:
    return [
        (route.method, route.resource.canonical, route.handler)
        for route in build_console(console.services).router.routes()
        if route.resource is not None and route.method != "HEAD"
    ]


async def test_every_route_names_its_permission_and_only_these_are_open(console: Console) -> None:
    for method, path, handler in routes(console):
        needed = permission_of(handler)
        assert needed is not None, f"{method} {path} has no permission"
        assert ((method, path) in OPEN) == (needed == PUBLIC), f"{method} {path}"


async def test_every_route_refuses_strangers_and_each_lower_role(console: Console) -> None:
    stranger = console.browser()
    await stranger.get("/sign-in")
    people = {role: await console.signed_in(f"orang{role.value}", role.name.lower()) for role in Role}
    for method, path, handler in routes(console):
        needed = permission_of(handler)
        if needed == PUBLIC or path == "/sign-out" or needed is None:
            continue
        address = path.replace("{id}", "1").replace("{name}", "nobody")
        for role, browser in [(None, stranger), *people.items()]:
            if role is not None and role >= needed:
                continue
            if role is not None and "csrf" not in browser.page.text:
                await browser.get("/account")
            if method == "GET":
                page = await browser.get(address, follow=False)
            else:
                page = await browser.post(address, follow=False)
            assert page.status == (303 if role is None else 403), f"{role} {method} {path}"


async def test_headers_of_pages_errors_and_files(console: Console) -> None:
    browser = await console.signed_in("sari", "agent")
    nonces = set()
    for path in ("/desk", "/sign-in", "/nothing", "/staff", "/static/console.css", "/static/../app.py"):
        page = await browser.get(path, follow=False)
        nonce = page.headers["Content-Security-Policy"].split("'nonce-")[1].split("'")[0]
        nonces.add(nonce)
        assert page.headers["Content-Security-Policy"] == POLICY.format(nonce)
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        kept = "public" in page.headers["Cache-Control"]
        assert kept == path.startswith("/static/console"), path
        assert page.headers["Cache-Control"] == "no-store" or kept
        assert "aiohttp" not in str(page.headers)
    assert len(nonces) == 6
    assert 'integrity="sha384-' in (await browser.get("/desk")).text


@pytest.mark.parametrize(
    "trick",
    ["no token", "wrong token", "other's token", "no origin", "other origin", "null origin", "json", "text"],
)
async def test_a_form_that_is_not_ours_changes_nothing(console: Console, trick: str) -> None:
    browser = await console.signed_in("sari", "admin")
    budi = await console.signed_in("budi", "agent")
    await browser.get("/account")
    await budi.get("/account")
    form, headers = {"csrf": browser.page.csrf, "name": "rina", "role": "admin"}, {"Origin": console.url}
    data: object = form
    if trick == "no token":
        del form["csrf"]
    elif trick == "wrong token":
        form["csrf"] = "0" * 64
    elif trick == "other's token":
        form["csrf"] = budi.page.csrf
    elif trick == "no origin":
        headers = {}
    elif trick in ("other origin", "null origin"):
        headers = {"Origin": "null" if trick.startswith("null") else "https://example.org"}
    else:
        kind = "application/json" if trick == "json" else "text/plain"
        headers["Content-Type"] = kind
        data = f'{{"csrf": "{form["csrf"]}", "name": "rina"}}'
    assert (await browser.raw("/staff", data, **headers)).status == 403
    assert await console.database.read(lambda conn: staff.find(conn, None, "rina")) is None


async def test_reading_never_changes_anything(console: Console) -> None:
    browser = await console.signed_in("sari", "admin")
    one = await visitor(console)
    await one.asks("person", "halo")
    before = await console.deeds()
    for method, path, _ in routes(console):
        if method == "POST":
            assert (await browser.get(path.replace("{id}", "1"))).status in (200, 404, 405)
    assert (await console.deeds()) == before
    assert (await one.case()).taken_by is None


async def test_another_host_name_gets_nothing(console: Console) -> None:
    browser = console.browser()
    assert (await browser.get("/sign-in", Host="evil.example")).status == 421


async def test_fields_that_a_form_does_not_have_are_ignored(console: Console) -> None:
    agent = await console.signed_in("sari", "agent")
    await agent.get("/account")
    await agent.post("/account/language", language="en", role="admin", name="root", disabled="1", id="9")
    sari = await console.database.read(lambda conn: staff.find(conn, None, "sari"))
    assert sari is not None
    assert (sari.role, sari.locale, sari.disabled) == ("agent", "en", False)
    one = await visitor(console)
    await one.asks("person", "halo")
    await agent.get(f"/desk/{one.case_id}")
    await agent.post(f"/desk/{one.case_id}/note", text="catatan", taken_by="root", status="closed")
    assert (await one.case()).status == "open"
    assert (await one.case()).taken_by is None


async def test_the_last_admin_stays_and_a_role_change_holds_at_once(console: Console) -> None:
    admin = await console.signed_in("sari", "admin")
    budi = await console.signed_in("budi", "viewer")
    await admin.get("/staff")
    for path, fields in (("/staff/sari/disable", {}), ("/staff/sari/role", {"role": "agent"})):
        page = await admin.post(path, **fields)
        assert page.status == 400
        assert "admin terakhir" in page.text
    assert (await admin.post("/staff/budi/role", role="emperor")).status == 400
    await admin.post("/staff/budi/role", role="admin")
    assert (await budi.get("/staff")).status == 200
    await admin.get("/staff")
    await admin.post("/staff/budi/disable")
    assert (await budi.get("/staff")).url.endswith("/sign-in")


async def test_a_word_of_a_template_is_only_a_word(console: Console) -> None:
    agent = await console.signed_in("sari", "agent")
    one = await visitor(console)
    await one.asks("person", "{{7*7}} {0.__class__} <img src=x onerror=alert(1)> \u202e\u200b {% raw %}")
    page = await agent.get(f"/desk/{one.case_id}")
    assert "{{7*7}} {0.__class__} &lt;img src=x onerror=alert(1)&gt;" in page.text
    assert "<img src=x" not in page.text


async def test_the_audit_log_cannot_be_changed_unseen(console: Console) -> None:
    database, now = console.database, console.clock()
    for number in range(5):
        await database.write(
            lambda conn, n=number: audit.add(conn, database.cipher, now, "sari", "did", f"case:{n}")
        )

    async def verdict() -> audit.Verdict:
        return await database.read(lambda conn: audit.verify(conn, database.cipher))

    assert (await verdict()).broken_at is None
    assert (await verdict()).rows == 5
    file = Path(str(database._engines[0].url.database))
    for deed in ("UPDATE audit SET actor = 'budi' WHERE id = 3", "DELETE FROM audit WHERE id = 3"):
        with closing(sqlite3.connect(file)) as other:
            with pytest.raises(sqlite3.IntegrityError, match="only be added to"):
                other.execute(deed)
            # Whoever owns the file can drop the guard; the chain still tells.
            other.executescript("DROP TRIGGER audit_stays_update; DROP TRIGGER audit_stays_delete;")
            other.execute("SAVEPOINT here")
            other.execute(deed)
            other.commit()
        assert (await verdict()).broken_at == 3
        with closing(sqlite3.connect(file)) as other:
            other.executescript(
                "CREATE TRIGGER audit_stays_update BEFORE UPDATE ON audit "
                "BEGIN SELECT RAISE(ABORT, 'only be added to'); END;"
                "CREATE TRIGGER audit_stays_delete BEFORE DELETE ON audit "
                "BEGIN SELECT RAISE(ABORT, 'only be added to'); END;"
            )


async def test_what_is_logged_holds_no_words_of_people(console: Console) -> None:
    agent = await console.signed_in("sari", "agent")
    one = await visitor(console)
    await one.asks("person", "rahasia saya")
    await agent.get(f"/desk/{one.case_id}")
    await agent.post(f"/desk/{one.case_id}/note", text="catatan rahasia")
    await agent.post(f"/desk/{one.case_id}/reply", text="balasan rahasia", do="send")
    logged = " ".join(f"{d.what} {d.subject} {d.detail}" for d in await console.deeds())
    assert "rahasia" not in logged

    def erased(conn: Connection) -> object:
        from storage import people

        people.erase(conn, one.chat.lane, console.clock())
        return cases.get(conn, one.case_id)

    assert await console.database.write(erased) is None
    assert (await agent.get(f"/desk/{one.case_id}")).status == 404


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://konsol.example.org", True),
        ("http://127.0.0.1:8081", True),
        ("http://localhost:8081", True),
        ("http://0.0.0.0:8081", False),
        ("http://192.168.1.5:8081", False),
        ("ftp://127.0.0.1", False),
        ("konsol", False),
    ],
)
def test_passwords_cross_no_network_in_clear(url: str, safe: bool) -> None:
    assert (unsafe_url(url) is None) == safe
