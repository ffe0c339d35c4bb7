"""The overview: figures that are right, that add up, and whose export gives nobody away."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

from console.overview_export import neutral
from storage import Connection, audit, cases, chats, counters
from tests.console.conftest import Console
from tests.console.desk import visitor

DAY = timedelta(days=1)


async def counted(console: Console, *rows: tuple[int, str, str, int]) -> None:
    """(days ago, name, label, n)"""
    today = counters.day_of(console.clock())

    def unit(conn: Connection) -> None:
        for ago, name, label, n in rows:
            counters.add(conn, today - ago * DAY, name, label, n)

    await console.database.write(unit)


def cells(text: str) -> list[list[str]]:
    """A CSV file as a spreadsheet reads it."""
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def row_of(page: str, label: str) -> list[int]:
    """The numbers of a row of a chart's table."""
    found = re.search(rf'<th scope="row">{re.escape(label)}</th>(.*?)</tr>', page)
    assert found, label
    return [int(n) for n in re.findall(r'<td class="num[^"]*">(\d+)</td>', found[1])]


async def test_the_page_compares_with_the_span_before(console: Console) -> None:
    await counted(
        console,
        (0, "turns", "id passport-apply answer", 30),
        (6, "turns", "jv passport-apply choose", 10),
        (6, "turns", "jv - person", 5),
        (7, "turns", "id passport-apply answer", 20),
        (13, "turns", "id passport-apply answer", 4),
        (14, "turns", "id passport-apply answer", 1000),
        (0, "people", "active", 9),
        (0, "people", "new", 4),
        (7, "people", "new", 2),
        (0, "hours", "07", 45),
        (0, "destinations", "TW", 8),
        (1, "feedback", "passport-apply yes", 3),
        (1, "feedback", "passport-apply no", 1),
        (1, "danger", "threat", 2),
    )
    viewer = await console.signed_in("sari", "viewer")
    page = (await viewer.get("/overview?days=7")).text
    assert row_of(page, "Indonesia") == [30, 24]
    assert row_of(page, "Jawa") == [15, 0]
    assert row_of(page, "menjawab") == [30, 24]
    assert row_of(page, "tanpa topik") == [5, 0]
    assert row_of(page, "07") == [45, 0]
    assert row_of(page, "Taiwan") == [8, 0]
    assert row_of(page, "ancaman") == [2, 0]
    assert '<strong>45</strong> <span class="change">+88%</span>' in page
    assert '<strong>4</strong> <span class="change">+100%</span>' in page
    assert "<strong>75%</strong>" in page
    assert page.count("<rect x=") == 7 + 7 + 24
    # Nonsense in the address shows the usual span; one that is too long is cut.
    for query in ("from=x&to=y", "days=1000000", "from=2026-13-01&to=2026-12-01", "to=2026-01-01"):
        assert (await viewer.get(f"/overview?{query}")).status == 200
    page = (await viewer.get("/overview?from=0001-01-01&to=9999-12-31")).text
    assert page.count("<rect x=") == 366 + 366 + 24


async def test_cases_are_measured_against_their_deadlines(console: Console) -> None:
    cipher, now = console.database.cipher, console.clock()

    def unit(conn: Connection) -> None:
        for number, (minutes, hours) in enumerate([(10, 2), (90, 30), (None, None)]):
            chat = chats.ensure(conn, cipher, cipher.lane(number + 1), number + 1, now)
            opened = now - 2 * DAY
            case_id = cases.open(conn, cipher, chat.id, "danger", now=opened)
            if minutes is not None and hours is not None:
                replied = opened + timedelta(minutes=minutes)
                cases.happened(conn, cipher, case_id, "replied", replied, actor="sari")
                cases.happened(conn, cipher, case_id, "replied", replied + DAY, actor="sari")
                cases.close(conn, cipher, case_id, "sari", opened + timedelta(hours=hours))

    await console.database.write(unit)
    viewer = await console.signed_in("sari", "viewer")
    page = " ".join((await viewer.get("/overview")).text.split())
    row = re.sub(r"<[^>]+>", " ", page[page.index('<th scope="row">Bahaya') :].split("</tr>")[0]).split()
    assert " ".join(row) == (
        "Bahaya 3 50 mnt (2 dibalas) 33% batas 15 mnt 16 jam (2 selesai) 33% batas 24 jam"
    )
    assert "<strong>3</strong>" in page


async def test_an_export_is_neutral_rounds_off_nobody_and_is_logged(console: Console) -> None:
    await counted(
        console,
        (0, "turns", "id =cmd|'/c'!A1 answer", 12),
        (0, "turns", "id visa person", 4),
        (0, "turns", "id visa answer", 1),
        (31, "turns", "id visa answer", 3),
        (0, "destinations", "TW", 4),
    )
    one = await visitor(console)
    await one.asks("danger", "tolong")
    viewer = await console.signed_in("sari", "viewer")
    topics = await viewer.get("/overview/topics.csv?days=30")
    assert topics.headers["Content-Type"].startswith("text/csv")
    assert topics.headers["Content-Disposition"].startswith('attachment; filename="bekal-topics-')
    [head, *rows] = cells(topics.text)
    assert head == ["Topik", "jumlah", "sebelumnya"]
    assert rows == [["'=cmd|'/c'!A1", "12", "0"], ["Visa kerja", "5", "<5"]]
    [_, *rows] = cells((await viewer.get("/overview/rungs.csv")).text)
    assert [row[1] for row in rows] == ["13", "<5"]
    [_, [place, n, _]] = cells((await viewer.get("/overview/destinations.csv")).text)
    assert (place, n) == ("Taiwan", "<5")
    [_, danger, *_] = cells((await viewer.get("/overview/waits.csv")).text)
    assert danger == ["Bahaya", "<5", "0", "", "", "0", "", ""]
    assert (await viewer.get("/overview/nothing.csv")).status == 404
    logged = await console.database.read(audit.page)
    assert [deed.subject for deed in logged if deed.what == "figures exported"] == [
        "waits",
        "destinations",
        "rungs",
        "topics",
    ]


def test_no_cell_begins_like_a_formula() -> None:
    for cell in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"):
        assert neutral(cell) == f"'{cell}"
    assert [neutral(cell) for cell in ("Jakarta", "12", "<5", "", "a=1")] == [
        "Jakarta",
        "12",
        "<5",
        "",
        "a=1",
    ]
