"""Every page in a real browser: nothing that people wrote runs, everybody can use it, and it is light."""

from __future__ import annotations

import random
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from bot.console import serve_console
from console import Services, build_console
from simulator import Simulator
from storage import chats, saved_filters, staff
from tests.bot.house import opened
from tests.console.chromium import admit, complaints_of, free_port, needs_chromium, opened_page
from tests.console.conftest import QUICK, Console, PlainMessages
from tests.console.desk import visitor
from tests.transcripts.driver import Clock

pytestmark = needs_chromium
AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")
MOST_BYTES = 150_000
HOSTILE = (
    "<script>document.title='hacked'</script><img src=x onerror=alert(1)> <b </a href= &#x41; _*[ "
    "{{7*7}} {0.__class__} '\"><svg onload=alert(2)> javascript:alert(3) \u202eterbalik\u200b"
)
SERIOUS = ("serious", "critical")


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with opened_page() as opened:
        yield opened


@pytest.fixture
async def whole(
    clock: Clock, tmp_path: Path, small_model: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Console]:
    """The console as the bot serves it, with content and model: every page is there."""
    listen = f"127.0.0.1:{free_port()}"
    async with (
        Simulator.start(clock=clock, rng=random.Random(7)) as sim,
        opened(sim, clock, tmp_path, small_model, monkeypatch) as house,
    ):
        house.app.settings = house.app.settings.model_copy(
            update={"console_listen": listen, "staff_group": -1001}
        )
        async with serve_console(house.app):
            library = house.app.library
            services = Services(
                database=house.app.database,
                clock=clock,
                url=f"http://{listen}",
                messages=PlainMessages(),
                library=lambda: library,
                wake=lambda: None,
                passwords=QUICK,
            )
            running = Console(services, clock, services.url)
            yield running
            await running.close()


async def pages_of(console: Console) -> list[str]:
    """The address of every page, found by its route, with people's and staff's words on them."""
    one, two = await visitor(console, 1), await visitor(console, 2, locale="jv")
    await one.talked(HOSTILE, HOSTILE, "salary-by-country")
    await one.asks("danger", f"violence, threat: {HOSTILE}", topic="passport")
    await two.asks("person", HOSTILE)
    sari = await console.signed_in("sari", "admin")
    for visited, deeds in ((one, ("take", "note", "label", "reply", "unmask")), (two, ("note", "close"))):
        for deed in deeds:
            await sari.get(f"/desk/{visited.case_id}")
            fields = {"text": HOSTILE, "label": HOSTILE[:40], "why": HOSTILE[:200], "do": "send"}
            assert (await sari.post(f"/desk/{visited.case_id}/{deed}", **fields)).status == 200, deed
    await sari.get("/staff")
    await sari.post("/staff", name="rina", role="viewer")

    def keep(conn: Any) -> None:
        for person in staff.everybody(conn):
            saved_filters.keep(conn, person.id, HOSTILE[:40], "tab=danger&topic=passport")
        chats.stop(conn, two.chat.lane, "blocked", console.clock())

    await console.database.write(keep)
    router = build_console(console.services).router
    found = [
        route.resource.canonical
        for route in router.routes()
        if route.method == "GET" and route.resource is not None and "{" not in route.resource.canonical
    ]
    return [
        *(path for path in found if path not in ("/", "/desk/events", "/desk/list")),
        f"/desk/{one.case_id}",
        f"/desk/{two.case_id}?tab=closed",
        "/desk?tab=unassigned&language=jv",
        "/content/edit/articles/id/routes/passport.md",
        "/content/edit/articles/en/routes/agency-check.md",
        "/content/edit/contacts.yml",
        "/content/history/articles/id/routes/passport.md",
        "/nothing-here",
    ]


async def test_no_page_runs_what_people_wrote_and_all_are_light_and_usable(
    whole: Console, page: Page
) -> None:
    paths = await pages_of(whole)
    complaints = complaints_of(page, whole.url)
    await admit(page, whole, "budi", "admin")
    weights: dict[str, int] = {}
    problems: list[str] = []
    for path in paths:
        await page.set_viewport_size({"width": 320, "height": 640})
        await page.emulate_media(color_scheme="light", reduced_motion="reduce")
        answer = await page.goto(f"{whole.url}{path}", wait_until="load")
        assert answer is not None
        if not (await answer.text()).startswith("<!doctype html>"):
            continue  # a part of a page
        await page.wait_for_function("!document.body.dataset.live || document.body.dataset.connected")
        weights[path] = await page.evaluate(WEIGHT)
        assert "hacked" not in await page.title()
        if (width := await page.evaluate("document.documentElement.scrollWidth")) > 320:
            problems.append(f"{path}: {width} px wide at 320")
        await page.evaluate(AXE)
        problems += [f"{path} at 320: {each}" for each in await serious(page)]
        await page.emulate_media(color_scheme="dark")
        problems += [f"{path} in the dark: {each}" for each in await serious(page, "color-contrast")]
        await page.set_viewport_size({"width": 1280, "height": 800})
        problems += [f"{path} at 1280: {each}" for each in await serious(page)]
    # The browser's own console tells of an address that does not exist, or that misses what it is about.
    real = [each for each in complaints if "status of 40" not in each]
    assert (problems, real) == ([], [])
    assert len(weights) >= len(paths) - 4
    assert max(weights.values()) < MOST_BYTES, weights
    await page.goto("about:blank")


WEIGHT = """() => ["navigation", "resource"].flatMap(kind => performance.getEntriesByType(kind))
    .reduce((sum, each) => sum + each.decodedBodySize, 0)"""


async def serious(page: Page, *only: str) -> list[str]:
    """What axe calls serious or critical: the rule, and the first place."""
    options = {"runOnly": list(only)} if only else {"resultTypes": ["violations"]}
    found = await page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:160]}"
        for each in found["violations"]
        if each["impact"] in SERIOUS
    ]


async def test_the_watchdog_is_awake(console: Console, page: Page) -> None:
    await page.goto(f"{console.url}/sign-in")
    await page.evaluate(AXE)
    assert await serious(page) == []
    await page.evaluate(
        """() => { document.querySelector('form').append(document.createElement('input'));
        document.querySelector('button').style = 'color: #999; background: #aaa' }"""
    )
    assert {each.split(":")[0] for each in await serious(page)} == {"color-contrast", "label"}


async def test_the_desk_by_keyboard_alone(console: Console, page: Page) -> None:
    people = [await visitor(console, number) for number in range(3)]
    for number, each in enumerate(people):
        console.clock.forward(1)
        await each.asks("danger" if number == 0 else "person", f"tolong {number}")
    complaints = complaints_of(page, console.url)
    await admit(page, console, "sari", "agent")
    await page.goto(f"{console.url}/desk?tab=unassigned")
    await page.wait_for_selector("body[data-connected]")
    keyboard = page.keyboard

    # The first stop leads past the navigation, and wherever the focus is, it is seen.
    await keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Langsung ke isi")).to_be_focused()
    order = []
    while (seen := await page.evaluate(FOCUS))["what"] != " BODY":
        assert seen["outline"] >= 2, seen
        assert seen["visible"], seen
        order.append(seen["what"])
        await keyboard.press("Tab")
    places = [
        next(n for n, what in enumerate(order) if part in what) for part in ("skip", "/desk", "tab-", "case")
    ]
    assert places == sorted(places), order

    # From case to case, in, and what is done there most.
    await page.evaluate("document.activeElement.blur()")
    await keyboard.press("j")
    await expect(page.locator("#list .case").first).to_be_focused()
    await keyboard.press("j")
    await keyboard.press("k")
    await expect(page.locator("#list .case").first).to_be_focused()
    await keyboard.press("Enter")
    await expect(page.locator("h1#who")).to_have_text(people[0].chat.pseudonym)
    await keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await keyboard.press("t")
    await expect(page.locator("#take")).to_be_focused()
    await keyboard.press("Enter")
    await expect(page.locator("#live")).to_contain_text("bot diam sampai")
    await keyboard.press("n")
    await expect(page.locator("#note")).to_be_focused()
    await keyboard.type("dicek dulu")
    await keyboard.press("Tab")
    await keyboard.press("Enter")
    await expect(page.locator(".entry.note")).to_contain_text("dicek dulu")
    await keyboard.press("r")
    await expect(page.locator("#text")).to_be_focused()
    await keyboard.type("Kami bantu, j k 2.")  # letters are letters where somebody writes
    await keyboard.press("Control+Enter")
    await expect(page.locator(".entry.us")).to_contain_text("Kami bantu, j k 2.")
    await keyboard.press("2")
    await expect(page).to_have_url(re.compile(r"/desk\?tab=mine"))
    assert complaints == []
    assert await people[0].sent() == [("Petugas\nKami bantu, j k 2.", 1)]
    await page.goto("about:blank")


FOCUS = """() => {
    const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
    return {what: `${at.className} ${at.getAttribute('href') || at.id || at.tagName}`,
            outline: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
            visible: box.width > 0 && box.height > 0 && box.top < innerHeight && box.bottom > 0};
}"""


async def test_without_scripts_one_reads_and_answers(console: Console) -> None:
    one = await visitor(console)
    await one.asks("danger", "violence: tolong saya")
    async with opened_page(java_script_enabled=False) as page:
        await admit(page, console, "sari", "agent")
        await page.goto(f"{console.url}/desk")
        await page.locator("#list .case").click()
        await expect(page.locator("#live")).to_contain_text("tolong saya")
        await page.get_by_label("Balas").fill("Kami bantu.")
        await page.get_by_role("button", name="Pratinjau").first.click()
        await expect(page.locator("#preview")).to_contain_text("Petugas")
        await page.get_by_role("button", name="Kirim", exact=True).click()
        await expect(page.locator(".entry.us")).to_contain_text("Kami bantu.")
    assert await one.sent() == [("Petugas\nKami bantu.", 1)]


async def test_whoever_gets_a_case_or_an_answer_is_told(console: Console, page: Page) -> None:
    one, two = await visitor(console, 1), await visitor(console, 2)
    await one.asks("person", "halo")
    await two.asks("person", "halo juga")
    await admit(page, console, "sari", "agent")
    budi = await console.signed_in("budi", "agent")
    await page.goto(f"{console.url}/desk/{two.case_id}")
    await page.wait_for_selector("body[data-connected]")
    toast = page.locator("#toast")
    await budi.get(f"/desk/{one.case_id}")
    await budi.post(f"/desk/{one.case_id}/assign", name="sari")
    await expect(toast).to_contain_text(f"Diserahkan kepada Anda: {one.chat.pseudonym}")
    assert await page.title() == f"(1) Diserahkan kepada Anda: {one.chat.pseudonym}"
    await one.asks("person", "masih di sana?")
    await expect(toast).to_contain_text(f"Pesan baru di kasus Anda: {one.chat.pseudonym}")
    await toast.get_by_role("link").click()
    await expect(page.locator("h1#who")).to_have_text(one.chat.pseudonym)
    # What is being read anyway rings no bell, and neither does what is a colleague's.
    await page.wait_for_selector("body[data-connected]")
    await one.asks("person", "terima kasih")
    await budi.get(f"/desk/{two.case_id}")
    await budi.post(f"/desk/{two.case_id}/take")
    await two.asks("person", "untuk Budi")
    await expect(page.locator("#live")).to_contain_text("terima kasih")
    await expect(toast).to_be_hidden()
    await page.goto("about:blank")
