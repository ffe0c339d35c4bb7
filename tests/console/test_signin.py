"""In, and kept out."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from console import accounts, codes
from console.passwords import weakness
from storage import Connection, staff, staff_sessions
from tests.console.conftest import PASSWORD, SECRET, Console, sign_in


async def test_password_and_code_lead_to_the_desk_and_both_are_logged(console: Console) -> None:
    browser = await console.signed_in("sari", "agent")
    assert browser.page.url == f"{console.url}/desk"
    assert [(d.actor, d.what, d.detail, d.done) for d in await console.deeds()] == [
        ("sari", "sign-in", "code", True)
    ]


async def test_a_code_works_once_even_for_another_browser(console: Console) -> None:
    await console.signed_in("sari", "agent")
    page = await sign_in(console.browser(), "sari", console.code())
    assert page.status == 401
    console.clock.forward(30)
    assert (await sign_in(console.browser(), "sari", console.code())).url.endswith("/desk")


async def test_a_code_of_one_step_ago_is_taken_and_an_older_one_is_not(console: Console) -> None:
    await console.add("sari", "agent")
    old = console.code()
    console.clock.forward(30)
    assert (await sign_in(console.browser(), "sari", old)).url.endswith("/desk")
    console.clock.forward(300)
    old = console.code()
    console.clock.forward(90)
    assert (await sign_in(console.browser(), "sari", old)).status == 401


async def test_a_recovery_code_works_once(console: Console) -> None:
    await console.add("sari", "agent")
    assert (await sign_in(console.browser(), "sari", " AAAA BBBB-cccc ")).url.endswith("/desk")
    assert (await sign_in(console.browser(), "sari", "aaaa-bbbb-cccc")).status == 401


async def test_the_code_cannot_be_skipped(console: Console) -> None:
    await console.add("sari", "admin")
    browser = console.browser()
    await browser.get("/sign-in")
    await browser.post("/sign-in", name="sari", password=PASSWORD)
    for path in ("/desk", "/staff", "/account", "/audit"):
        assert (await browser.get(path)).url.endswith("/sign-in")


async def test_the_code_has_to_follow_within_five_minutes(console: Console) -> None:
    await console.add("sari", "agent")
    browser = console.browser()
    await browser.get("/sign-in")
    await browser.post("/sign-in", name="sari", password=PASSWORD)
    console.clock.forward(301)
    assert (await browser.post("/sign-in/code", code=console.code())).url.endswith("/sign-in")


async def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(console: Console) -> None:
    await console.add("sari", "agent")
    await console.add("lama", "agent")
    await console.database.write(
        lambda conn: staff.disable(conn, 2)  # somebody who left
    )
    answers = []
    for name in ("sari", "nobody", "lama", "' OR 1=1 --"):
        browser = console.browser()
        await browser.get("/sign-in")
        page = await browser.post("/sign-in", name=name, password="not the password")
        answers.append((page.status, re.sub(r'nonce="[^"]*"|value="[0-9a-f]{64}"', "", page.text)))
    assert len(set(answers)) == 1
    assert answers[0][0] == 401
    # What was typed for a name that is none may be a password: it is not kept.
    assert {deed.actor for deed in await console.deeds()} == {"sari", "lama", "-"}


@pytest.mark.parametrize("name", ["sari", "nobody"])
async def test_five_failures_lock_known_and_unknown_names_alike_and_the_wait_doubles(
    console: Console, name: str
) -> None:
    await console.add("sari", "agent")
    browser = console.browser()
    await browser.get("/sign-in")
    statuses = [(await browser.post("/sign-in", name=name, password="wrong")).status for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    assert (await browser.post("/sign-in", name=name, password=PASSWORD)).status == 429
    console.clock.forward(31)
    assert (await browser.post("/sign-in", name=name, password="wrong")).status == 401
    console.clock.forward(31)
    assert (await browser.post("/sign-in", name=name, password=PASSWORD)).status == 429
    console.clock.forward(31)
    status = (await browser.post("/sign-in", name=name, password=PASSWORD)).status
    assert status == (200 if name == "sari" else 401)


async def test_guessing_codes_locks_too_and_the_right_password_frees_no_guesses(console: Console) -> None:
    await console.add("sari", "agent")
    statuses = []
    for _ in range(6):
        browser = console.browser()
        await browser.get("/sign-in")
        await browser.post("/sign-in", name="sari", password=PASSWORD)
        if "/code" not in browser.page.url:
            statuses.append(browser.page.status)
            continue
        statuses.append((await browser.post("/sign-in/code", code="000000")).status)
    assert statuses == [401] * 5 + [429]


async def test_one_address_that_tries_many_names_is_slowed(console: Console) -> None:
    browser = console.browser()
    await browser.get("/sign-in")
    statuses = [
        (await browser.post("/sign-in", name=f"orang{n}", password="wrong")).status for n in range(21)
    ]
    assert statuses == [401] * 20 + [429]


async def test_signing_in_changes_the_token_and_an_old_one_opens_nothing(console: Console) -> None:
    await console.add("sari", "agent")
    browser = console.browser()
    await browser.get("/sign-in")
    tokens = [browser.token]
    await browser.post("/sign-in", name="sari", password=PASSWORD)
    tokens.append(browser.token)
    await browser.post("/sign-in/code", code=console.code())
    tokens.append(browser.token)
    assert len(set(tokens)) == 3
    for token in tokens[:2]:
        thief = console.browser()
        thief.client.cookie_jar.update_cookies({"bekal": token})
        assert (await thief.get("/account")).url.endswith("/sign-in")


async def test_a_token_chosen_by_somebody_else_is_replaced_at_sign_in(console: Console) -> None:
    await console.add("sari", "agent")
    victim, planted = console.browser(), "A" * 43
    victim.client.cookie_jar.update_cookies({"bekal": planted})
    await sign_in(victim, "sari", console.code())
    thief = console.browser()
    thief.client.cookie_jar.update_cookies({"bekal": planted})
    assert (await thief.get("/account")).url.endswith("/sign-in")


async def test_signing_out_ends_the_session_in_the_store(console: Console) -> None:
    browser = await console.signed_in("sari", "agent")
    await browser.get("/account")
    token = browser.token
    assert (await browser.post("/sign-out")).url.endswith("/sign-in")
    browser.client.cookie_jar.update_cookies({"bekal": token})
    assert (await browser.get("/account")).url.endswith("/sign-in")


@pytest.mark.parametrize("deed", ["disabled", "idle", "old"])
async def test_a_session_ends(console: Console, deed: str) -> None:
    browser = await console.signed_in("sari", "agent")
    assert (await browser.get("/account")).status == 200
    if deed == "disabled":
        await console.database.write(lambda conn: staff.disable(conn, 1))
    elif deed == "idle":
        console.clock.forward(29 * 60)
        assert (await browser.get("/account")).url.endswith("/account")
        console.clock.forward(31 * 60)
    else:
        for _ in range(30):
            console.clock.forward(25 * 60)
            await browser.get("/account")
    assert (await browser.get("/account")).url.endswith("/sign-in")


async def test_sessions_are_listed_and_only_ones_own_can_be_ended(console: Console) -> None:
    sari = await console.signed_in("sari", "agent")
    budi = await console.signed_in("budi", "admin")
    console.clock.forward(60)
    second = console.browser()
    await sign_in(second, "sari", console.code())
    await sari.get("/account")
    listed = [int(each) for each in re.findall(r"/account/sessions/(\d+)/end", sari.page.text)]
    assert len(listed) == 1
    await budi.get("/account")
    assert (await budi.post(f"/account/sessions/{listed[0]}/end")).status == 404
    assert (await console.deeds())[-1].subject == f"session:{listed[0]}"
    assert not (await console.deeds())[-1].done
    assert (await second.get("/account")).status == 200
    assert (await sari.post(f"/account/sessions/{listed[0]}/end")).status == 200
    assert (await second.get("/account")).url.endswith("/sign-in")


async def test_an_invitation_sets_up_an_account_once(console: Console) -> None:
    cipher, now = console.database.cipher, console.clock()

    def unit(conn: Connection) -> str:
        token = accounts.add(conn, cipher, now, "command line", "Rina", "agent", lambda: "t" * 43)
        return token

    token = await console.database.write(unit)
    browser = console.browser()
    page = await browser.get(f"/invitation/{token}")
    shown = re.search(r'class="secret"[^>]*>([A-Z2-7 ]+)<', page.text)
    assert shown
    secret = shown[1].replace(" ", "")
    good = {"password": PASSWORD, "again": PASSWORD, "code": console.code(secret)}
    for bad in (
        {"password": "short", "again": "short"},
        {"password": "password123456", "again": "password123456"},
        {"again": "something else"},
        {"code": "000000"},
    ):
        assert (await browser.post(f"/invitation/{token}", **{**good, **bad})).status == 400
    page = await browser.post(f"/invitation/{token}", **good, role="admin", name="root")
    assert len(re.findall(r"<li>[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}</li>", page.text)) == 8
    assert (await browser.get(f"/invitation/{token}")).status == 404
    [rina] = await console.database.read(staff.everybody)
    assert (rina.name, rina.role, rina.ready) == ("rina", "agent", True)
    # The code that proved the app is spent as well.
    assert (await sign_in(console.browser(), "rina", good["code"])).status == 401
    console.clock.forward(30)
    assert (await sign_in(console.browser(), "rina", console.code(secret))).url.endswith("/desk")


async def test_the_key_is_shown_as_a_picture_that_phones_read(console: Console) -> None:
    cipher, now = console.database.cipher, console.clock()
    token = await console.database.write(
        lambda conn: accounts.add(conn, cipher, now, "-", "rina", "agent", lambda: "t" * 43)
    )
    page = await console.browser().get(f"/invitation/{token}")
    [address] = re.findall(r'href="(otpauth://[^"]+)"', page.text)
    [drawn] = re.findall(r'<svg[^>]*class="qr".*?</svg>', page.text)
    assert "style=" not in drawn
    assert drawn == codes.picture(address.replace("&amp;", "&"))
    assert drawn != codes.picture("otpauth://totp/other")


async def test_an_invitation_that_is_late_or_made_up_does_not_exist(console: Console) -> None:
    cipher, now = console.database.cipher, console.clock()
    token = await console.database.write(
        lambda conn: accounts.add(conn, cipher, now, "-", "rina", "agent", lambda: "t" * 43)
    )
    console.clock.forward(timedelta(hours=48).total_seconds() + 1)
    for each in (token, "u" * 43):
        assert (await console.browser().get(f"/invitation/{each}")).status == 404


async def test_a_new_password_needs_the_old_one_and_ends_other_sessions(console: Console) -> None:
    browser = await console.signed_in("sari", "agent")
    console.clock.forward(60)
    other = console.browser()
    await sign_in(other, "sari", console.code())
    await browser.get("/account")
    new = "sepeda hijau naik gunung"
    wrong = await browser.post("/account/password", current="wrong", password=new, again=new)
    assert wrong.status == 400
    done = await browser.post("/account/password", current=PASSWORD, password=new, again=new)
    assert done.status == 200
    assert (await other.get("/account")).url.endswith("/sign-in")
    console.clock.forward(60)
    assert (await sign_in(console.browser(), "sari", console.code(), new)).url.endswith("/desk")


async def test_stored_secrets_are_of_no_use(console: Console) -> None:
    browser = await console.signed_in("sari", "agent")
    raw = (console.database._engines[0].url.database or "").encode()
    from pathlib import Path

    path = Path(raw.decode())
    held = b"".join(each.read_bytes() for each in path.parent.glob(path.name + "*"))
    for secret in (browser.token, SECRET, PASSWORD, "dddd-eeee-ffff"):
        assert secret.encode() not in held


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("elevenchars", "short"),
        ("x" * 201, "long"),
        ("Password2026!!", "common"),
        ("sari12345678!", "common"),
        ("abcabcabcabc", "common"),
        ("aaaaaaaaaaaabb", "common"),
        ("123456789012", "common"),
        ("kuda terbang di sawah", None),
        ("Ω≈ç√∫˜µ≤≥÷åß", None),
    ],
)
def test_weak_passwords(password: str, why: str | None) -> None:
    assert weakness(password, "sari") == why


async def test_the_sweep_forgets_sessions_and_failures_that_are_over(console: Console) -> None:
    browser = await console.signed_in("sari", "agent")
    await browser.get("/account")
    console.clock.forward(25 * 3600)
    now = console.clock()
    assert await console.database.write(lambda conn: staff_sessions.sweep(conn, now)) >= 1
    assert await console.database.write(lambda conn: staff_sessions.sweep(conn, now)) == 0
