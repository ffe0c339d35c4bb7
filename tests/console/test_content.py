"""Content goes from one person's draft through another's yes to the people, and back if need be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from console import content_yaml
from content.corrections import given_old_text
from content.files import read
from storage import Database, content_review
from tests.console.content_folder import VISA, Desk, desk, fields, send
from tests.transcripts.driver import Clock

STRANGE = (
    "../settings.py",
    "articles/id/../../../etc/passwd",
    "articles/en/routes/unknown.md",
    "articles/id/unknown/unknown.md",
    "articles/id/routes/un--known.md",
    "articles/id/routes/greet.md",
    "articles/xx/routes/visa.md",
    "articles/id/money/visa.md",
    "README.md",
    "tables/other.yml",
    "audio/id/visa.ogg",
)


@pytest.fixture
async def content(database: Database, clock: Clock, tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk(database, clock, tmp_path) as running:
        yield running


async def test_an_article_is_written_by_one_and_published_by_another(content: Desk) -> None:
    sari, budi = (
        await content.console.signed_in("sari", "publisher"),
        await content.console.signed_in("budi", "publisher"),
    )
    before, version = content.file(), content.library.catalog.version
    await sari.get(f"/content/edit/{VISA}")
    page = await send(sari, f"/content/edit/{VISA}", title="Visa: judul baru", do="submit", said="dicek")
    assert page.url.endswith(f"/content/review/{VISA}")
    assert "judul baru" in page.text
    assert content.file() == before
    # Her own yes does not count, also where she sends the form by hand.
    refused = await sari.post(f"/content/publish/{VISA}", seen="1")
    assert (refused.status, content.file()) == (409, before)
    page = await budi.get("/content")
    assert "dicek" in page.text
    await budi.get(f"/content/review/{VISA}")
    page = await budi.post(f"/content/publish/{VISA}", seen="1")
    assert "Bot sudah memakai teks baru" in page.text
    assert content.library.catalog.article("visa", "id").title == "Visa: judul baru"
    assert content.library.catalog.version != version
    # Nothing but the title has changed, to the byte.
    changed = [line for line in content.file().split("\n") if line not in before.split("\n")]
    assert changed == ['title: "Visa: judul baru"']
    assert await content.console.database.read(content_review.open_drafts) == []
    logged = [(d.actor, d.what, d.done) for d in await content.console.deeds() if "content" in d.what]
    assert logged == [
        ("sari", "content saved", True),
        ("sari", "content submitted", True),
        ("sari", "content published", False),
        ("budi", "content published", True),
    ]


async def test_what_the_checks_say_stands_at_the_field_and_keeps_a_draft_from_going_on(content: Desk) -> None:
    sari = await content.console.signed_in("sari", "editor")
    page = await sari.get(f"/content/edit/{VISA}")
    body = fields(page)["body"] + "\nTelepon 0812 3456 7890.\n"
    page = await send(
        sari, f"/content/edit/{VISA}", summary="kata " * 100, ask="tidak-ada", body=body, do="submit"
    )
    assert page.status == 400
    for control, words in (("f-summary", "400"), ("f-ask", "tidak-ada"), ("body", "0812")):
        at = page.text.index(f'id="{control}-e"')
        assert words in page.text[at : page.text.index("</ul>", at)], control
    [draft] = await content.console.database.read(content_review.open_drafts)
    assert draft.state == "draft"
    page = await sari.post(f"/content/submit/{VISA}", seen="1")
    assert page.status == 400


async def test_nothing_is_published_next_to_a_broken_file_or_over_a_change_from_outside(
    content: Desk,
) -> None:
    sari = await content.console.signed_in("sari", "editor")
    budi = await content.console.signed_in("budi", "publisher")
    await content.waiting(sari)
    hosts = content.file("hosts.yml")
    content.write("hosts.yml", "- broken: [")
    await budi.get(f"/content/review/{VISA}")
    page = await budi.post(f"/content/publish/{VISA}", seen="1")
    assert (page.status, "Berkas lain" in page.text) == (409, True)
    content.write("hosts.yml", hosts)
    outside = content.file().replace("## ", "## Luar: ", 1)
    content.write(VISA, outside)
    page = await budi.post(f"/content/publish/{VISA}", seen="1")
    assert (page.status, content.file()) == (409, outside)
    # Its writer is shown what differs, and saving again means that they have looked.
    page = await sari.get(f"/content/edit/{VISA}")
    assert "<del>## Luar: " in page.text
    await send(sari, f"/content/edit/{VISA}", do="submit")
    await budi.get(f"/content/review/{VISA}")
    await budi.post(f"/content/publish/{VISA}", seen="2")
    assert "## Baru: " in content.file()


async def test_two_who_write_at_once_do_not_lose_words(content: Desk) -> None:
    sari, rina = [await content.console.signed_in(name, "editor") for name in ("sari", "rina")]
    await sari.get(f"/content/edit/{VISA}")
    await rina.get(f"/content/edit/{VISA}")
    await send(sari, f"/content/edit/{VISA}", title="Dari Sari")
    page = await send(rina, f"/content/edit/{VISA}", title="Dari Rina")
    assert page.status == 409
    assert "sari menyimpan perubahan lain" in page.text
    assert "<del>title: &#34;Dari Sari&#34;</del>" in page.text
    assert fields(page)["title"] == "Dari Rina"
    page = await send(rina, f"/content/edit/{VISA}")
    [draft] = await content.console.database.read(content_review.open_drafts)
    assert (draft.version, draft.authors) == (2, ("sari", "rina"))
    assert "Dari Rina" in draft.text


async def test_a_draft_is_returned_with_a_word_and_an_editor_cannot_say_yes(content: Desk) -> None:
    sari = await content.console.signed_in("sari", "editor")
    budi = await content.console.signed_in("budi", "publisher")
    rina = await content.console.signed_in("rina", "editor")
    await content.waiting(sari)
    await rina.get("/content")
    await rina.get(f"/content/review/{VISA}")
    assert (await rina.post(f"/content/publish/{VISA}", seen="1", follow=False)).status == 403
    await budi.get(f"/content/review/{VISA}")
    assert (await budi.post(f"/content/return/{VISA}", seen="1", said=" ")).status == 400
    await budi.post(f"/content/return/{VISA}", seen="1", said="angka di alinea dua?")
    assert "angka di alinea dua?" in (await sari.get(f"/content/edit/{VISA}")).text
    assert (await budi.post(f"/content/publish/{VISA}", seen="1")).status == 409
    await rina.post(f"/content/discard/{VISA}", seen="1")
    assert await content.console.database.read(content_review.open_drafts) == []
    assert "Baru: " not in content.file()


@pytest.mark.parametrize("git", [False, True])
async def test_an_older_text_comes_back_through_a_second_person(content: Desk, git: bool) -> None:
    if git:
        content.git("init", "-q")
        content.git("add", ".")
        content.git("-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-q", "-m", "first")
    sari = await content.console.signed_in("sari", "editor")
    budi = await content.console.signed_in("budi", "publisher")
    before = content.file()
    await content.waiting(sari)
    await budi.get(f"/content/review/{VISA}")
    await budi.post(f"/content/publish/{VISA}", seen="1")
    page = await budi.get(f"/content/history/{VISA}")
    assert "sudah dicek" in page.text
    assert page.text.count("?version=git-" if git else "?version=own-") == 2
    oldest = page.text.split("?version=")[2].split('"')[0]
    page = await budi.get(f"/content/history/{VISA}?version={oldest}")
    assert "<ins>## Baru: " in page.text
    page = await budi.post(f"/content/revert/{VISA}", version=oldest, seen="0")
    assert page.url.endswith(f"/content/review/{VISA}")
    await budi.post(f"/content/submit/{VISA}", seen="1")
    assert (await budi.post(f"/content/publish/{VISA}", seen="1")).status == 409
    tuti = await content.console.signed_in("tuti", "publisher")
    await tuti.get(f"/content/review/{VISA}")
    await tuti.post(f"/content/publish/{VISA}", seen="1")
    assert content.file() == before
    if git:
        said = content.git("log", "--format=%an|%cn|%s", "--", VISA).split("\n")
        assert said[:2] == [f"budi|Bekal|{VISA}", f"sari|Bekal|{VISA}"]
        assert content.git("status", "--porcelain") == ""
    assert (await budi.get(f"/content/history/{VISA}?version=own-{'0' * 64}")).status == 404


async def test_a_correction_is_recorded_so_that_people_can_be_told(content: Desk) -> None:
    sari = await content.console.signed_in("sari", "editor")
    budi = await content.console.signed_in("budi", "publisher")
    shown_under = content.library.catalog.version
    await sari.get(f"/content/edit/{VISA}")
    correction = {"correction.date": "2026-11-24", "correction.what": "Visa turis tidak bisa dipakai bekerja"}
    await send(sari, f"/content/edit/{VISA}", do="submit", **correction)
    await budi.get(f"/content/review/{VISA}")
    await budi.post(f"/content/publish/{VISA}", seen="1")
    catalog = content.library.catalog
    assert catalog.corrections["visa"].before == shown_under
    assert given_old_text(catalog.corrections["visa"], catalog.history, shown_under, None) is True
    assert [d.actor for d in await content.console.deeds() if d.what == "correction published"] == ["budi"]


async def test_a_translation_begins_from_its_source_and_is_noted_as_current(content: Desk) -> None:
    sari = await content.console.signed_in("sari", "editor")
    budi = await content.console.signed_in("budi", "publisher")
    name = VISA.replace("/id/", "/en/")
    page = await sari.get(f"/content/edit/{name}")
    source = content.library.catalog.article("visa", "id")
    assert source.title in page.text
    body = "\n".join(
        line + ("Work visa" if line.startswith("## ") else "")
        for line in fields(page)["body"].split("\n")
        if not line.startswith("%%")
    )
    body = body.replace("Work visa", "Work visa\nA permit to enter and to work.\n")
    await send(sari, f"/content/edit/{name}", title="Work visa", summary="Ask first.", body=body, do="submit")
    await budi.get(f"/content/review/{name}")
    page = await budi.post(f"/content/publish/{name}", seen="1")
    made = content.library.catalog.article("visa", "en")
    assert (made.title, made.locale, made.stale) == ("Work visa", "en", False)
    # The source changes: the translation is behind, shows what changed, and is brought up to date.
    await content.waiting(sari)
    await budi.get(f"/content/review/{VISA}")
    await budi.post(f"/content/publish/{VISA}", seen="1")
    assert content.library.catalog.article("visa", "en").stale
    assert "terjemahan tertinggal" in (await sari.get("/content?state=stale")).text
    page = await sari.get(f"/content/edit/{name}")
    assert "<ins>## Baru: " in page.text
    await send(sari, f"/content/edit/{name}", same="yes", do="submit")
    await budi.get(f"/content/review/{name}")
    await budi.post(f"/content/publish/{name}", seen="1")
    assert not content.library.catalog.article("visa", "en").stale


async def test_an_article_of_a_new_topic_lists_it(content: Desk) -> None:
    sari = await content.console.signed_in("sari", "editor")
    budi = await content.console.signed_in("budi", "publisher")
    for taken in ("visa", "Visa Baru", "greet", ""):
        assert (await sari.get(f"/content/new?module=routes&topic={taken}")).status == 400
    page = await sari.get("/content/new?module=routes&topic=visa-umrah")
    name = "articles/id/routes/visa-umrah.md"
    assert page.url.endswith(f"/content/edit/{name}")
    assert "is-error" not in page.text
    written = {
        "title": 'Visa "umrah"',
        "summary": "Visa umrah bukan untuk bekerja.",
        "body": "## Caranya\nTanya dulu.\n",
        "related": "visa, passport",
        "ask": "pusat-panggilan",
        "sources.0.title": "Contoh",
        "sources.0.ref": "contoh",
        "sources.0.date": "2026",
        "sources.0.tier": "news",
    }
    page = await send(sari, f"/content/edit/{name}", **written, do="submit")
    assert page.url.endswith(f"/content/review/{name}"), page.text
    await budi.get(f"/content/review/{name}")
    await budi.post(f"/content/publish/{name}", seen="1")
    catalog = content.library.catalog
    assert catalog.topics["visa-umrah"] == "routes"
    assert catalog.article("visa-umrah", "id").title == 'Visa "umrah"'
    assert 'visa-umrah: {scope: "Visa \\"umrah\\""}' in content.file("topics.yml")
    assert "umrah" in (await sari.get("/content")).text


async def test_a_row_is_changed_added_and_removed_and_all_else_stays_to_the_byte(content: Desk) -> None:
    sari = await content.console.signed_in("sari", "editor")
    before = content.file("contacts.yml")
    await sari.get("/content/row/contacts.yml?row=0")
    page = await send(sari, "/content/row/contacts.yml", **{"numbers.0.number": "12", "do": "save"})
    assert 'id="f-numbers-0-number-e"' in page.text
    page = await sari.get("/content/edit/contacts.yml")
    assert page.text.count('<tr class="refused">') == 1
    await sari.get("/content/row/contacts.yml?row=0")
    await send(sari, "/content/row/contacts.yml", **{"numbers.0.number": "113", "do": "save"})
    draft = await content.console.database.read(lambda c: content_review.get(c, "contacts.yml"))
    assert draft is not None
    changed = [line for line in draft.text.split("\n") if line not in before.split("\n")]
    assert [("113" in line) for line in changed] == [True]
    count = len(content_yaml.rows(before))
    await sari.get("/content/row/contacts.yml?row=new")
    new = {
        "id": "kantor-contoh",
        "name": "Kantor Contoh",
        "what_for.id": "Bertanya",
        "numbers.0.number": "112",
    }
    page = await send(sari, "/content/row/contacts.yml", **new, **{"numbers.0.kind": "short", "do": "save"})
    assert page.url.endswith(f"row={count}")
    await send(sari, "/content/row/contacts.yml", do="remove")
    draft = await content.console.database.read(lambda c: content_review.get(c, "contacts.yml"))
    assert draft is not None
    assert len(content_yaml.rows(draft.text)) == count
    assert draft.text.replace("113", "@") != draft.text
    assert [line for line in draft.text.split("\n") if line not in before.split("\n")] == changed


async def test_the_preview_shows_the_form_as_it_stands_and_keeps_nothing(content: Desk) -> None:
    sari = await content.console.signed_in("sari", "editor")
    page = await sari.get(f"/content/edit/{VISA}")
    data = {**fields(page), "csrf": page.csrf, "title": "Judul <b>sementara</b>"}
    shown = await sari.raw(
        f"/content/preview/{VISA}", data, Origin=content.console.url, **{"HX-Request": "true"}
    )
    assert shown.status == 200
    assert "Judul &lt;b&gt;sementara&lt;/b&gt;" in shown.text
    assert "<html" not in shown.text
    page = await send(sari, f"/content/preview/{VISA}", title="Judul tanpa skrip")
    assert page.text.count("Judul tanpa skrip") == 2
    assert await content.console.database.read(content_review.open_drafts) == []


async def test_only_files_of_the_content_can_be_named(content: Desk) -> None:
    sari = await content.console.signed_in("sari", "publisher")
    await sari.get("/content/edit/hosts.yml")
    before = read(content.folder)
    for name in STRANGE:
        for page in ("edit", "review", "history", "row"):
            assert (await sari.get(f"/content/{page}/{name}")).status == 404
        await sari.get("/content/edit/hosts.yml")
        for deed in ("edit", "publish", "revert", "discard", "row"):
            page = await sari.post(f"/content/{deed}/{name}", follow=False, text="x", seen="0", base="")
            assert page.status == 404, deed
    assert read(content.folder) == before


async def test_a_folder_that_cannot_be_written_is_told_and_loses_nothing(
    content: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sari = await content.console.signed_in("sari", "editor")
    budi = await content.console.signed_in("budi", "publisher")
    await content.waiting(sari)
    before = content.file()

    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", full)
        await budi.get(f"/content/review/{VISA}")
        page = await budi.post(f"/content/publish/{VISA}", seen="1")
    assert (page.status, content.file()) == (503, before)
    assert "No space left on device" in page.text
    assert not list((content.folder / VISA).parent.glob(".new-*"))
    await budi.post(f"/content/publish/{VISA}", seen="1")
    assert "Baru: " in content.file()


async def test_who_only_reads_sees_all_and_can_change_nothing(content: Desk) -> None:
    viewer = await content.console.signed_in("lia", "viewer")
    for path in (
        "/content",
        f"/content/edit/{VISA}",
        "/content/edit/contacts.yml",
        f"/content/history/{VISA}",
    ):
        page = await viewer.get(path)
        assert page.status == 200
        assert "Simpan" not in page.text
    page = await viewer.get(f"/content/edit/{VISA}")
    assert '<fieldset class="plain" disabled>' in page.text
