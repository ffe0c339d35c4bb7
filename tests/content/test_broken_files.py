# ruff: noqa: E501 (a table is read across)
"""Every kind of broken file is named with its place, what is wrong and how to mend it."""

import os
import time
from datetime import date
from pathlib import Path

import pytest

import content
from tests.content import folder as sample
from tests.content.broken import (
    GOOD,
    LINES,
    TODAY,
    VISA,
    Broken,
    address,
    assert_named,
    line_with,
    link,
    raw,
    text,
)

CONTACTS = "contacts.yml"
FIRST_LINE = line_with("Datang ke")
ENGLISH = sample.path_of("visa", "en")


def pipe(folder: Path) -> None:
    (folder / VISA).unlink()
    os.mkfifo(folder / VISA)


FILES = [
    Broken("not UTF-8", raw(b"---\ntitle: caf\xe9\n---\n"), VISA, 2, "byte 15 is 0xe9", "UTF-8"),
    Broken("control character", text("Datang", "Da\x00tang"), VISA, FIRST_LINE, "U+0000", "Delete it"),
    Broken("text direction override", text("Datang", "Da\u202etang"), VISA, FIRST_LINE, "U+202E", "Delete it"),
    Broken("zero width space", text("Datang", "Da\u200btang"), VISA, FIRST_LINE, "ZERO WIDTH SPACE"),
    Broken("too large", raw(b"a" * (256 * 1024 + 1)), VISA, 1, "larger than 256 KB"),
    Broken("link out of the folder", link("/etc/hostname"), VISA, 1, "outside the content folder"),
    Broken("dangling link", link("nothing"), VISA, 1, "not a regular file"),
    Broken("pipe", pipe, VISA, 1, "not a regular file"),
    Broken("unknown topic", raw(GOOD.encode(), "articles/id/routes/vissa.md"), "articles/id/routes/vissa.md", 1, "no topic 'vissa'", "'visa'"),
    Broken("service topic", raw(GOOD.encode(), "articles/id/service/greet.md"), "articles/id/service/greet.md", 1, "about the bot"),
    Broken("wrong module", raw(GOOD.encode(), "articles/id/money/visa.md"), "articles/id/money/visa.md", 1, "'money'", "articles/id/routes/"),
    Broken("unknown language", raw(GOOD.encode(), "articles/nl/routes/visa.md"), "articles/nl/routes/visa.md", 1, "'nl'"),
    Broken("misplaced", raw(GOOD.encode(), "articles/visa.md"), "articles/visa.md", 1, "where an article can be"),
    Broken("bad file name", raw(GOOD.encode(), "articles/id/routes/Visa Kerja.md"), "articles/id/routes/Visa Kerja.md", 1, "not a valid topic id"),
    Broken("missing article", lambda folder: (folder / VISA).unlink(), "topics.yml", 4, "'visa' has no article", VISA),
    Broken("missing contacts", lambda folder: (folder / CONTACTS).unlink(), CONTACTS, 1, "missing"),
    Broken("topic twice", text("remittance:", "visa:", "topics.yml"), "topics.yml", 6, "twice"),
    Broken("bad topic id", text("  visa:", "  Visa_kerja:", "topics.yml"), "topics.yml", 4, "not a valid topic id"),
    Broken("topic without scope", text('{scope: "getting a passport"}', "{}", "topics.yml"), "topics.yml", 3, "'scope'"),
    Broken("host with scheme", text("kp2mi.go.id:", '"https://kp2mi.go.id":', "hosts.yml"), "hosts.yml", 2, "not a host name"),
]  # fmt: skip
CONTACT = [
    Broken("confidence", text("confidence: A", "confidence: C", CONTACTS), CONTACTS, 17, "'C'", "A, B"),
    Broken("mobile without country", text('"0800 1000"', '"0812 0000 0001"', CONTACTS), CONTACTS, 6, "not a valid phone", "country code"),
    Broken("country code", text("+62 21", "+999 21", CONTACTS), CONTACTS, 7, "not a valid phone"),
    Broken("too few digits", text("5550 0001", "55", CONTACTS), CONTACTS, 7, "not a valid phone"),
    Broken("short number", text('"0800 1000", kind: phone', '"0800 1000", kind: short', CONTACTS), CONTACTS, 6, "not a valid short", "3 to 6 digits"),
    Broken("unknown kind", text("violence]", "violense]", CONTACTS), CONTACTS, 12, "'violense'", "'violence'"),
    Broken("destination", text("destination: null", "destination: taiwan", CONTACTS), CONTACTS, 11, "'taiwan'", "two letters"),
    Broken("future check", text("checked_on: 2026-11-24", "checked_on: 2026-12-24", CONTACTS), CONTACTS, 15, "future"),
    Broken("no source", text('  sources:\n    - {title: "Halaman contoh", url: "https://kp2mi.go.id", date: 2026-10-01, tier: official}\n', "", CONTACTS), CONTACTS, 2, "'sources' is missing"),
    Broken("twice", lambda folder: text("\n- id", sample.CONTACTS + "\n- id", CONTACTS)(folder), CONTACTS, 19, "twice"),
    Broken("unreachable", text(sample.CONTACTS[sample.CONTACTS.index("  numbers") : sample.CONTACTS.index("  hours")], "", CONTACTS), CONTACTS, 2, "neither a number nor a web page"),
    Broken("no Indonesian text", text('what_for: {id: "Pengaduan", en', "what_for: {en", CONTACTS), CONTACTS, 4, "'id' is missing"),
]  # fmt: skip
TRANSLATIONS = [
    Broken("no hash", raw(sample.translation("V", "x").replace("source_hash: x\n", "").encode(), ENGLISH), ENGLISH, 2, "'source_hash' is missing"),
    Broken("reviewed", raw(sample.translation("V", "x").replace("false", "maybe").encode(), ENGLISH), ENGLISH, 6, "true or false"),
    Broken("fields of the source", raw(GOOD.encode(), ENGLISH), ENGLISH, LINES["owner"], "'owner' is not a field"),
]  # fmt: skip

EVERY = [*FILES, *CONTACT, *TRANSLATIONS]


@pytest.mark.parametrize("broken", EVERY, ids=lambda broken: broken.name)
def test_the_message_names_file_line_and_remedy(folder: Path, broken: Broken) -> None:
    assert_named(folder, broken)


def test_a_sound_folder_has_no_problems(folder: Path) -> None:
    assert content.check(folder, TODAY) == []


def test_all_problems_of_all_files_come_at_once(folder: Path) -> None:
    text("title: Visa kerja", "title: [a, b]")(folder)
    text("Lapor diri setelah tiba.", "", sample.path_of("passport"))(folder)
    address("http://kp2mi.go.id")(folder)
    text("confidence: A", "confidence: C", CONTACTS)(folder)
    with pytest.raises(content.ContentError) as caught:
        content.load(folder)
    assert len(caught.value.problems) == 4
    assert caught.value.problems == sorted(caught.value.problems)


@pytest.mark.parametrize("name", ["topics.yml", "contacts.yml", "hosts.yml"])
def test_a_broken_shared_file_is_told_once(folder: Path, name: str) -> None:
    (folder / name).write_text("a: [\n")
    assert [problem.file for problem in content.check(folder, TODAY)] == [name]


@pytest.mark.parametrize(
    "body",
    [
        "[" * 20_000,
        "*a " * 20_000,
        "`" * 20_000,
        "1 " * 20_000 + "x",
        "a@" * 20_000,
        "> " * 20_000,
        "a\n- " * 10_000,
    ],
)
def test_an_endless_paragraph_costs_little_time(folder: Path, body: str) -> None:
    (folder / VISA).write_text(sample.article("visa", body=f"## Judul\n{body}"))
    start = time.process_time()
    assert content.check(folder, TODAY)
    assert time.process_time() - start < 10


def test_hidden_files_and_backups_are_passed_over(folder: Path) -> None:
    for name in (".DS_Store", "visa.md~", ".visa.md.swp"):
        (folder / "articles/id/routes" / name).write_bytes(b"\xff")
    assert content.check(folder, TODAY) == []


def test_a_linked_folder_is_refused(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = sample.write(tmp_path_factory.mktemp("elsewhere"), {"visa.md": GOOD})
    (folder / "articles/en").symlink_to(elsewhere)
    assert [problem.file for problem in content.check(folder, TODAY)] == ["articles/en"]


def test_loading_does_not_depend_on_the_clock(folder: Path) -> None:
    text("reviewed_on: 2026-11-24", "reviewed_on: 2027-01-01")(folder)
    assert content.load(folder).article("visa", "id").reviewed_on == date(2027, 1, 1)
