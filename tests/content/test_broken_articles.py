# ruff: noqa: E501 (a table is read across)
"""Every kind of broken article is named with its place, what is wrong and how to mend it."""

from pathlib import Path

import pytest

from tests.content import folder as sample
from tests.content.broken import GOOD, LINES, VISA, Broken, address, assert_named, line_with, raw, text

LINK_LINE = line_with("tanda terima")
FIRST_LINE = line_with("Datang ke")
HEADING_LINE = FIRST_LINE - 1
TAIWAN_LINE = line_with("Di Taiwan")

FRONT_MATTER = [
    Broken("no front matter", raw(b"## Hello\n"), VISA, 1, "does not start with '---'", "Begin with"),
    Broken("front matter not closed", raw(b"---\ntitle: x\n"), VISA, 1, "not closed", "'---'"),
    Broken("front matter is a list", raw(b"---\n- x\n---\n"), VISA, 2, "no fields", "title"),
    Broken("no title", text("title: Visa kerja\n", ""), VISA, 2, "'title' is missing"),
    Broken(
        "title is a list",
        text("title: Visa kerja", "title: [a, b]"),
        VISA,
        LINES["title"],
        "'title' must be text",
    ),
    Broken(
        "long title", text("Visa kerja", "Visa " * 13), VISA, LINES["title"], "64 characters, 60", "Shorten"
    ),
    Broken("emoji in title", text("Visa kerja", "Visa ✈️"), VISA, LINES["title"], "emoji", "plain words"),
    Broken(
        "long summary", text("Ringkas", "Ringkas " * 60), VISA, LINES["summary"], "400 are allowed", "section"
    ),
    Broken(
        "link in summary",
        text("Ringkas", "[Ringkas](https://kp2mi.go.id)"),
        VISA,
        LINES["summary"],
        "only have bold",
    ),
    Broken(
        "unknown key", text("danger: false", "dangre: false"), VISA, LINES["danger"], "'dangre'", "'danger'"
    ),
    Broken("wrong type", text("danger: false", "danger: no"), VISA, LINES["danger"], "true or false"),
    Broken(
        "duplicate key",
        text("danger: false", "danger: false\ndanger: true"),
        VISA,
        LINES["danger"] + 1,
        "twice",
    ),
    Broken(
        "alias", text("ask: hotline", "ask: *hotline"), VISA, LINES["ask"], "aliases", "Write the value out"
    ),
    Broken(
        "bad date",
        text("reviewed_on: 2026-11-24", "reviewed_on: 2026-02-30"),
        VISA,
        LINES["reviewed_on"],
        "not a date",
    ),
    Broken(
        "date in words",
        text("reviewed_on: 2026-11-24", "reviewed_on: kemarin"),
        VISA,
        LINES["reviewed_on"],
        "not a date",
    ),
    Broken(
        "future date",
        text("reviewed_on: 2026-11-24", "reviewed_on: 2027-01-01"),
        VISA,
        LINES["reviewed_on"],
        "future",
    ),
    Broken(
        "odd term",
        text("review_months: 6", "review_months: 5"),
        VISA,
        LINES["review_months"],
        "'5'",
        "3, 6, 12, 24",
    ),
    Broken(
        "unknown owner",
        text("owner: penempatan", "owner: penempatn"),
        VISA,
        LINES["owner"],
        "penempatn",
        "'penempatan'",
    ),
    Broken(
        "unknown contact", text("ask: hotline", "ask: hotlin"), VISA, LINES["ask"], "'hotlin'", "'hotline'"
    ),
    Broken(
        "unknown related",
        text("[passport, ", "[pasport, "),
        VISA,
        LINES["related"],
        "'pasport'",
        "'passport'",
    ),
    Broken("related to itself", text("[passport, ", "[visa, "), VISA, LINES["related"], "the article itself"),
    Broken(
        "too few related", text("[passport, remittance]", "[passport]"), VISA, LINES["related"], "1 topics"
    ),
]
SOURCES = [
    Broken(
        "no sources",
        text(GOOD[GOOD.index("sources:") : GOOD.index("reviewed_on")], ""),
        VISA,
        2,
        "'sources' is missing",
    ),
    Broken(
        "empty sources",
        text(GOOD[GOOD.index("\n  - title: UU") : GOOD.index("\nreviewed_on")], " []"),
        VISA,
        LINES["sources"],
        "'sources' is empty",
    ),
    Broken(
        "source without address",
        text("    url: https://peraturan.bpk.go.id/Details/64508\n", ""),
        VISA,
        LINES["sources"] + 1,
        "neither url nor ref",
    ),
    Broken(
        "source address",
        text("url: https://peraturan", "url: peraturan"),
        VISA,
        LINES["sources"] + 2,
        "not a web address",
    ),
    Broken(
        "source date",
        text("date: 2017-11-22", "date: 2017-13"),
        VISA,
        LINES["sources"] + 3,
        "not a date",
        "undated",
    ),
    Broken("unknown tier", text("tier: law", "tier: lawful"), VISA, LINES["sources"] + 4, "'lawful'", "law"),
]
BODIES = [
    Broken("no section", text(sample.BODY, "Hello\n"), VISA, HEADING_LINE, "in no section", "##"),
    Broken("text before the first section", text("## Cara", "Salam.\n\n## Cara"), VISA, HEADING_LINE, "in no section"),
    Broken("big heading", text("Datang ke", "# Besar\n\nDatang ke"), VISA, FIRST_LINE, "single '#'"),
    Broken("empty section", text("Lapor diri setelah tiba.", ""), VISA, TAIWAN_LINE, "'Di Taiwan' is empty"),
    Broken("long section", text("Lapor diri", "Lapor diri " * 90), VISA, TAIWAN_LINE, "900 are allowed", "Split"),
    Broken("unclosed attribute", text("{destination=TW}", "{destination=TW"), VISA, TAIWAN_LINE, "not closed", "{destination=TW}"),
    Broken("unknown attribute", text("{destination=", "{destinasi="), VISA, TAIWAN_LINE, "'destinasi'", "destination"),
    Broken("unknown country", text("{destination=TW}", "{destination=TW,UK}"), VISA, TAIWAN_LINE, "'UK'", "two capital letters"),
    Broken("html", text("Datang ke", "<b>Datang</b> ke"), VISA, FIRST_LINE, "HTML"),
    Broken("picture", text("Datang ke", "![x](https://kp2mi.go.id/x.png) ke"), VISA, FIRST_LINE, "Pictures"),
    Broken("table", text("Datang ke", "| a | b |\n|---|---|\n| c | d |\n\nDatang ke"), VISA, FIRST_LINE, "Tables"),
    Broken("unknown contact in text", text("{{contact:hotline}}", "{{contact:hotlin}}"), VISA, LINK_LINE + 2, "{{contact:hotlin}}", "contact:hotline"),
    Broken("unknown placeholder", text("{{contact:hotline}}", "{{7*7}}"), VISA, LINK_LINE + 2, "'{{7*7}}'", "{{contact:...}}"),
    Broken("half a placeholder", text("{{contact:hotline}}", "{{contact:hotline}"), VISA, LINK_LINE + 2, "left over"),
    Broken("phone number", text("Datang ke", "Telepon 0812-0000-0001 ke"), VISA, FIRST_LINE, "0812-0000-0001", "contacts.yml"),
    Broken("short number", text("Datang ke", "Hubungi 110 atau"), VISA, FIRST_LINE, "'110'", "contacts.yml"),
    Broken("bare address", text("Datang ke", "Buka https://kp2mi.go.id lalu"), VISA, FIRST_LINE, "Bare address", "[text]"),
    Broken("address that Telegram would link", text("Datang ke", "Awas kp2mi-resmi.com ke"), VISA, FIRST_LINE, "kp2mi-resmi.com", "backticks"),
    Broken("mention", text("Datang ke", "Tanya @admin_pmi ke"), VISA, FIRST_LINE, "@admin_pmi"),
    Broken("e-mail", text("Datang ke", "Tulis a.b@example.com ke"), VISA, FIRST_LINE, "a.b@example.com", "contacts.yml"),
]  # fmt: skip
LINKS = [
    Broken("http", address("http://kp2mi.go.id"), VISA, LINK_LINE, "https://", "Write https://"),
    Broken("javascript", address("javascript:alert(1)"), VISA, LINK_LINE, "https://"),
    Broken("telegram", address("tg://resolve?domain=x"), VISA, LINK_LINE, "https://", "{{contact:...}}"),
    Broken("relative", address("/paspor"), VISA, LINK_LINE, "https://"),
    Broken("not listed", address("https://example.org/x"), VISA, LINK_LINE, "example.org", "hosts.yml"),
    Broken("subdomain not listed", address("https://x.kp2mi.go.id/"), VISA, LINK_LINE, "x.kp2mi.go.id", "hosts.yml"),
    Broken("look-alike in front", address("https://kp2mi.go.id.example.com/"), VISA, LINK_LINE, "kp2mi.go.id.example.com", "looks like kp2mi.go.id"),
    Broken("look-alike with hyphen", address("https://bp2mi-go.id"), VISA, LINK_LINE, "bp2mi-go.id", "looks like kp2mi.go.id"),
    Broken("look-alike letters", address("https://kр2mi.go.id"), VISA, LINK_LINE, "characters that do not belong"),
    Broken("punycode", address("https://xn--k2mi-w9d.go.id"), VISA, LINK_LINE, "disguised letters"),
    Broken("user name", address("https://kp2mi.go.id@example.com/"), VISA, LINK_LINE, "user name"),
    Broken("port", address("https://kp2mi.go.id:8443/"), VISA, LINK_LINE, "port"),
    Broken("numeric host", address("https://127.0.0.1/"), VISA, LINK_LINE, "numeric"),
    Broken("capital letters", address("https://KP2MI.go.id/"), VISA, LINK_LINE, "KP2MI.go.id"),
    Broken("tracking", address("https://kp2mi.go.id/?utm_source=x"), VISA, LINK_LINE, "utm_source", "Remove it"),
    Broken("shows another site", address("https://kp2mi.go.id/", "peduliwni.kemlu.go.id"), VISA, LINK_LINE, "leads to kp2mi.go.id"),
]  # fmt: skip
EVERY = [*FRONT_MATTER, *SOURCES, *BODIES, *LINKS]


@pytest.mark.parametrize("broken", EVERY, ids=lambda broken: broken.name)
def test_the_message_names_file_line_and_remedy(folder: Path, broken: Broken) -> None:
    assert_named(folder, broken)
