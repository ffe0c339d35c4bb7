"""The desk: who sees which case where, and what staff can do with it."""

from __future__ import annotations

import re

from storage import staff_desk
from tests.console.conftest import Browser, Console
from tests.console.desk import visitor


def names(page_text: str) -> list[str]:
    """The pseudonyms in the list, in order."""
    return re.findall(r'<span class="top"><strong>([^<]+)</strong>', page_text)


async def listed(browser: Browser, query: str) -> list[str]:
    return names((await browser.get(f"/desk?{query}")).text)


async def test_each_case_stands_in_its_tabs(console: Console) -> None:
    sari = await console.signed_in("sari", "agent")
    danger, question, person = [await visitor(console, n) for n in (1, 2, 3)]
    await danger.asks("danger", "violence, threat: majikan memukul saya")
    await question.asks("unanswered", "gaji di Taiwan berapa?")
    await person.asks("person", "tolong telepon 0812-0000-0001")
    assert await listed(sari, "tab=danger") == [danger.chat.pseudonym]
    # The most urgent first: somebody who asked for staff before a question that the bot did not know.
    everybody = [danger.chat.pseudonym, person.chat.pseudonym, question.chat.pseudonym]
    assert await listed(sari, "tab=unassigned") == everybody
    assert "kekerasan" in sari.page.text
    assert "majikan memukul saya" in sari.page.text
    assert "0812" not in sari.page.text
    assert "[HP]" in sari.page.text
    await sari.get(f"/desk/{person.case_id}")
    await sari.post(f"/desk/{person.case_id}/take")
    assert await listed(sari, "tab=mine") == [person.chat.pseudonym]
    assert await listed(sari, "tab=unassigned") == everybody[::2]
    await sari.get(f"/desk/{person.case_id}")
    await sari.post(f"/desk/{person.case_id}/reply", text="Kami bantu.", do="send")
    assert await listed(sari, "tab=waiting") == [person.chat.pseudonym]
    await sari.get(f"/desk/{person.case_id}")
    await sari.post(f"/desk/{person.case_id}/close", ask="yes")
    assert await listed(sari, "tab=closed") == [person.chat.pseudonym]
    assert await listed(sari, "tab=mine") == []


async def test_who_waits_beyond_the_deadline_is_marked(console: Console) -> None:
    sari = await console.signed_in("sari", "agent")
    danger, question = [await visitor(console, n) for n in (1, 2)]
    await danger.asks("danger", "violence: tolong")
    await question.asks("unanswered", "gaji di Taiwan berapa?")
    console.clock.forward(14 * 60)
    assert "lewat batas" not in (await sari.get("/desk?tab=unassigned")).text
    console.clock.forward(2 * 60)
    assert (await sari.get("/desk?tab=unassigned")).text.count("lewat batas") == 1


async def test_pages_follow_each_other_without_gap_or_repetition(console: Console) -> None:
    sari = await console.signed_in("sari", "agent")
    expected = []
    for number in range(65):
        if number % 3 == 0:
            console.clock.forward(1)  # some share the moment
        one = await visitor(console, number)
        await one.asks("unanswered", f"pertanyaan {number}")
        expected.append(one.chat.pseudonym)
    seen, query = [], "tab=unassigned"
    while query:
        seen += await listed(sari, query)
        link = re.search(r'<p class="more"><a class="button" href="/desk\?([^"]+)"', sari.page.text)
        query = link[1].replace("&amp;", "&") if link else ""
    assert seen == expected
    assert len((await sari.get("/desk?tab=unassigned")).text) < 150_000


async def test_filters_narrow_and_are_never_sql(console: Console) -> None:
    one, two = await visitor(console, 1), await visitor(console, 2, locale="jv")
    await one.asks("unanswered", "satu", topic="dest-taiwan")
    await one.talked("ke taiwan?", "Gaji di Taiwan", "dest-taiwan")
    console.clock.forward(7200)
    sari = await console.signed_in("sari", "agent")
    await two.asks("unanswered", "dua", topic="passport-apply")
    await sari.get(f"/desk/{two.case_id}")
    await sari.post(f"/desk/{two.case_id}/label", label="Paspor")
    for query, expected in {
        "topic=dest-taiwan": [one],
        "destination=TW": [one],
        "language=jv": [two],
        "label=paspor": [two],
        "age=1": [one],
        "age=24": [],
        "topic=x' OR 1=1 --": [],
        "label=%27%3B DROP TABLE cases": [],
        "language=id') UNION SELECT": [],
    }.items():
        assert await listed(sari, f"tab=unassigned&{query}") == [each.chat.pseudonym for each in expected]
    assert (await sari.get("/desk?tab=unassigned&after=1.2")).status == 400
    assert (await sari.get("/desk?tab=unassigned&after=x")).status == 400
    assert (await sari.get("/desk?tab=unassigned&after=1.99999999999999999999.3")).status == 400
    assert await listed(sari, "tab=nonsense&sort=DROP") == []


async def test_a_thread_shows_person_bot_staff_and_why(console: Console) -> None:
    sari = await console.signed_in("sari", "agent")
    one = await visitor(console)
    await one.talked("berapa gaji di Taiwan?", "Gaji di Taiwan <b>", "salary-by-country", 0.87)
    console.clock.forward(5)
    await one.asks("person", "saya mau bicara")
    console.clock.forward(5)
    await sari.get(f"/desk/{one.case_id}")
    await sari.post(f"/desk/{one.case_id}/note", text="sudah ditelepon <script>alert(1)</script>")
    console.clock.forward(5)
    page = await sari.post(f"/desk/{one.case_id}/reply", text="Halo & salam", do="send")
    order = [
        "berapa gaji di Taiwan?",
        "<strong>Gaj</strong>i di Taiwan &lt;b&gt;",
        "yakin 87%",
        "saya mau bicara",
        "sudah ditelepon &lt;script&gt;",
        "Halo &amp; salam",
        "menunggu dikirim",
    ]
    places = [page.text.find(each) for each in order]
    assert -1 not in places, order[places.index(-1)]
    assert places == sorted(places)


async def test_a_reply_goes_out_as_staff_and_takes_the_case_and_the_chat(console: Console) -> None:
    sari = await console.signed_in("sari", "agent")
    one = await visitor(console)
    await one.asks("danger", "violence")
    await sari.get(f"/desk/{one.case_id}")
    preview = await sari.post(f"/desk/{one.case_id}/reply", text="Anda aman?", do="preview")
    assert "Petugas\nAnda aman?" in preview.text
    assert await one.sent() == []
    await sari.post(f"/desk/{one.case_id}/reply", text="Anda aman?", do="send")
    assert await one.sent() == [("Petugas\nAnda aman?", 1)]
    case = await one.case()
    assert (case.taken_by, case.status, case.waiting_since) == ("sari", "waiting", None)
    assert (await one.stored()).held(console.clock())
    await one.asks("person", "belum, dia di luar")
    assert (await one.case()).status == "open"
    assert (await one.case()).waiting_since == console.clock()
    assert [d.what for d in await console.deeds() if d.subject] == ["reply sent"]


async def test_somebody_elses_case_needs_an_open_takeover(console: Console) -> None:
    sari = await console.signed_in("sari", "agent")
    budi = await console.signed_in("budi", "agent")
    one = await visitor(console)
    await one.asks("person", "halo")
    for browser in (sari, budi):
        await browser.get(f"/desk/{one.case_id}")
    await sari.post(f"/desk/{one.case_id}/take")
    for form, fields in {
        "reply": {"text": "hai", "do": "send"},
        "close": {"ask": "yes"},
        "snooze": {"hours": "4"},
        "give-back": {},
        "unmask": {"why": "ingin tahu"},
        "assign": {"name": "budi"},
        "take": {},
        "article": {"topic": "x", "do": "send"},
    }.items():
        page = await budi.post(f"/desk/{one.case_id}/{form}", **fields)
        assert page.status == 409, form
        assert "sari sedang memegang kasus ini" in page.text
        assert "700001" not in page.text
    assert await one.sent() == []
    await budi.post(f"/desk/{one.case_id}/take", over="yes")
    assert (await one.case()).taken_by == "budi"
    taken = [(d.actor, d.what, d.detail) for d in await console.deeds() if d.what.startswith("case")]
    assert taken == [("sari", "case taken", ""), ("budi", "case taken over", "sari")]


async def test_a_colleagues_reply_since_the_page_was_read_stops_mine(console: Console) -> None:
    sari = await console.signed_in("sari", "agent")
    budi = await console.signed_in("budi", "agent")
    one = await visitor(console)
    await one.asks("person", "halo")
    await sari.get(f"/desk/{one.case_id}")
    await budi.get(f"/desk/{one.case_id}")
    seen = re.search(r'name="seen" value="(\d+)"', budi.page.text)
    assert seen
    await sari.post(f"/desk/{one.case_id}/reply", text="dari Sari", do="send")
    await budi.post(f"/desk/{one.case_id}/take", over="yes")
    page = await budi.post(f"/desk/{one.case_id}/reply", text="dari Budi", do="send", seen=seen[1])
    assert page.status == 409
    assert "sari baru saja membalas" in page.text
    assert "dari Budi</textarea>" in page.text
    again = re.search(r'name="seen" value="(\d+)"', page.text)
    assert again
    await budi.post(f"/desk/{one.case_id}/reply", text="dari Budi", do="send", seen=again[1])
    assert [text for text, _ in await one.sent()] == ["Petugas\ndari Sari", "Petugas\ndari Budi"]


async def test_closing_asks_and_lets_the_bot_speak_again(console: Console) -> None:
    sari = await console.signed_in("sari", "agent")
    one = await visitor(console)
    await one.asks("person", "halo")
    await sari.get(f"/desk/{one.case_id}")
    await sari.post(f"/desk/{one.case_id}/take")
    assert (await one.stored()).held(console.clock())
    await sari.post(f"/desk/{one.case_id}/close", ask="yes")
    assert not (await one.stored()).held(console.clock())
    assert await one.sent() == [("terjawab?", 1)]
    assert "Kasus selesai" in sari.page.text
    assert "text" not in re.findall(r'<textarea id="(\w+)"', sari.page.text)


async def test_a_chat_is_given_back_by_hand_or_by_silence(console: Console) -> None:
    sari = await console.signed_in("sari", "agent")
    one = await visitor(console)
    await one.asks("person", "halo")
    await sari.get(f"/desk/{one.case_id}")
    await sari.post(f"/desk/{one.case_id}/take")
    await sari.post(f"/desk/{one.case_id}/give-back")
    assert not (await one.stored()).held(console.clock())
    assert await one.sent() == [("bot kembali", 1)]
    assert (await one.case()).status == "taken"
    await sari.post(f"/desk/{one.case_id}/reply", text="hai", do="send")
    held = await one.stored()
    assert held.held(console.clock())
    assert held.held_until is not None
    assert (held.held_until - console.clock()).total_seconds() == 12 * 3600


async def test_a_snoozed_case_comes_back_by_itself_and_by_a_message(console: Console) -> None:
    sari = await console.signed_in("sari", "agent")
    one = await visitor(console)
    await one.asks("person", "halo")
    await sari.get(f"/desk/{one.case_id}")
    await sari.post(f"/desk/{one.case_id}/snooze", hours="1")
    assert await listed(sari, "tab=mine") == []
    assert await listed(sari, "tab=waiting") == [one.chat.pseudonym]
    console.clock.forward(60 * 25)
    await sari.get("/account")
    console.clock.forward(60 * 25)
    await sari.get("/account")
    console.clock.forward(60 * 11)
    assert await listed(sari, "tab=mine") == [one.chat.pseudonym]
    await sari.get(f"/desk/{one.case_id}")
    assert (await sari.post(f"/desk/{one.case_id}/snooze", hours="168")).status == 200
    assert (await sari.post(f"/desk/{one.case_id}/snooze", hours="99999")).status == 400
    await one.asks("person", "masih di sana?")
    assert await listed(sari, "tab=mine") == [one.chat.pseudonym]


async def test_the_telegram_id_is_shown_once_for_a_reason_that_is_logged(console: Console) -> None:
    sari = await console.signed_in("sari", "agent")
    one = await visitor(console)
    await one.asks("danger", "violence")
    page = await sari.get(f"/desk/{one.case_id}")
    assert "700001" not in page.text
    assert (await sari.post(f"/desk/{one.case_id}/unmask", why=" ")).status == 400
    await sari.get(f"/desk/{one.case_id}")
    page = await sari.post(f"/desk/{one.case_id}/unmask", why="diminta polisi")
    assert "700001" in page.text
    assert "700001" not in (await sari.get(f"/desk/{one.case_id}")).text
    [deed] = [d for d in await console.deeds() if d.what == "telegram id shown"]
    assert (deed.actor, deed.subject, deed.detail) == ("sari", f"case:{one.case_id}", "diminta polisi")


async def test_an_article_goes_out_in_the_persons_language(console: Console) -> None:
    sari = await console.signed_in("sari", "agent")
    one = await visitor(console, locale="jv")
    await one.asks("unanswered", "visa?")
    await sari.get(f"/desk/{one.case_id}")
    await sari.post(f"/desk/{one.case_id}/article", topic="some-topic", do="send")
    assert await one.sent() == [("artikel some-topic jv None", 1)]
    assert (await sari.post(f"/desk/{one.case_id}/article", topic="unknown", do="send")).status == 400


async def test_a_viewer_reads_and_cannot_act(console: Console) -> None:
    viewer = await console.signed_in("vina", "viewer")
    one = await visitor(console)
    await one.asks("person", "halo")
    page = await viewer.get(f"/desk/{one.case_id}")
    assert page.status == 200
    assert "/reply" not in page.text
    for form in ("take", "reply", "note", "close", "unmask", "label", "snooze", "assign", "give-back"):
        page = await viewer.post(f"/desk/{one.case_id}/{form}", text="x", why="x", label="x", hours="1")
        assert page.status == 403, form
        await viewer.get("/account")
    assert await one.sent() == []
    refused = [d for d in await console.deeds() if d.what == "refused"]
    assert len(refused) == 9


async def test_a_case_that_is_not_there(console: Console) -> None:
    sari = await console.signed_in("sari", "agent")
    await sari.get("/account")
    for path in ("/desk/999", "/desk/abc", "/desk/0x1", "/desk/99999999999999999999", "/desk/1%00"):
        assert (await sari.get(path)).status == 404
    await sari.get("/account")
    assert (await sari.post("/desk/999/reply", text="x", do="send")).status == 404


async def test_counts_of_the_tabs(console: Console) -> None:
    for number in range(3):
        await (await visitor(console, number)).asks("danger", "violence")
    now = console.clock()
    counted = await console.database.read(lambda conn: staff_desk.counts(conn, "sari", now))
    assert counted == {"danger": 3, "mine": 0, "unassigned": 3, "waiting": 0}


async def test_a_narrowed_list_is_kept_for_oneself_and_opened_again(console: Console) -> None:
    sari, budi = await console.signed_in("sari", "agent"), await console.signed_in("budi", "agent")
    one, two = await visitor(console, 1), await visitor(console, 2, locale="jv")
    await one.asks("unanswered", "satu")
    await two.asks("unanswered", "dua")
    assert await listed(sari, "tab=unassigned&language=jv") == [two.chat.pseudonym]
    kept = await sari.post(
        "/desk/filters?tab=unassigned&language=jv&evil=1&age=never", name="  Orang   Jawa "
    )
    assert kept.url.endswith("/desk?tab=unassigned&language=jv")
    link = '<a href="/desk?tab=unassigned&amp;language=jv" class="tag" aria-current="page">Orang Jawa</a>'
    assert link in kept.text
    # Under the same name another list takes its place; without a name or a filter there is nothing to keep.
    await sari.get("/desk?tab=mine&age=24")
    await sari.post("/desk/filters?tab=mine&age=24", name="Orang Jawa")
    assert 'href="/desk?tab=mine&amp;age=24" class="tag"' in (await sari.get("/desk")).text
    for query, name in (("tab=mine", "x"), ("tab=mine&age=24", " ")):
        assert (await sari.post(f"/desk/filters?{query}", name=name)).status == 400
        await sari.get("/desk")
    # Nobody sees or drops another person's.
    assert "Orang Jawa" not in (await budi.get("/desk")).text
    assert (await budi.post("/desk/filters/1/forget")).status == 404
    for number in range(25):
        await sari.get("/desk?tab=mine&age=24")
        page = await sari.post("/desk/filters?tab=mine&age=24", name=f"nomor {number}")
    assert page.status == 409
    assert "Sudah ada 20 saringan" in page.text
    await sari.post("/desk/filters/1/forget")
    assert "Orang Jawa" not in sari.page.text


async def test_filters_show_names_and_offer_only_what_there_is(console: Console) -> None:
    sari = await console.signed_in("sari", "agent")
    one = await visitor(console)
    await one.asks("unanswered", "paspor?", topic="passport")
    page = await sari.get("/desk?tab=unassigned")
    titles = dict(re.findall(r'<option value="([\w-]+)">([^<]+)</option>', page.text))
    assert titles["TW"] == "Taiwan"
    assert titles["passport"] not in ("passport", "")
    assert titles["jv"] == "Jawa"
    assert "salary-by-country" not in titles


async def test_a_person_is_found_by_the_name_that_staff_know(console: Console) -> None:
    sari = await console.signed_in("sari", "agent")
    one = await visitor(console, 5)
    await one.asks("person", "halo")
    page = await sari.get(f"/desk/find?name=%20{one.chat.pseudonym.upper()}")
    assert page.url.endswith(f"/desk/{one.case_id}")
    for name in ("Melati", "Melati-9999", "", "%27 OR 1=1", "<script>"):
        page = await sari.get(f"/desk/find?name={name}")
        assert page.status == 404
        assert "Tidak ada kasus dari" in page.text
        assert "<script>." not in page.text
