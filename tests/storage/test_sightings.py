"""What comes up again and again is noticed, though nobody knows what it is."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage import Cipher, Connection, Database, Terms, cases, chats, marks, people, sightings, sweep
from storage.sightings import Repeated
from tests.storage.conftest import NOW
from tests.storage.tables import all_rows

NUMBER, LINK = "81200000001", "contoh.example/loker"


def test_one_thing_is_known_by_one_name_however_it_is_written() -> None:
    for text in ("hub 0812-0000-0001", "+62 812 0000 0001", "wa 0812 0000 0001!", "62812-0000-0001"):
        assert marks(text) == {NUMBER}, text
    for text in ("https://contoh.example/loker?ref=1", "cek HTTP://www.Contoh.example/loker/ ya"):
        assert marks(text) == {LINK}, text
    assert marks("t.me/agen_contoh") == marks("dm @agen_contoh ya") == {"@agen_contoh"}
    assert marks("daftar 0812-0000-0001 atau https://contoh.example/loker") == {NUMBER, LINK}


def test_prices_dates_emergency_lines_and_authorities_are_no_marks() -> None:
    for text in ("gaji NT$29.500, Rp 25.000.000", "tgl 17-08-2025", "telp 110 atau 1955", "cek kp2mi.go.id"):
        assert marks(text) == frozenset(), text


async def noted(db: Database, cipher: Cipher, who: int, what: str, now: datetime = NOW) -> Repeated | None:
    def unit(conn: Connection) -> Repeated | None:
        chat = chats.ensure(conn, cipher, cipher.lane(who), who, now)
        return sightings.note(conn, cipher, chat.id, [what], now)

    return await db.write(unit)


async def test_staff_hear_once_of_one_chat_and_once_of_several(db: Database, cipher: Cipher) -> None:
    heard = [await noted(db, cipher, 1, LINK) for _ in range(6)]
    assert [each is not None for each in heard] == [False, False, True, False, False, False]
    assert heard[2] is not None
    assert (heard[2].times, heard[2].chats) == (3, 1)
    # Three others ask about one number: a sign of somebody who is about. The fourth is no news.
    spread = [await noted(db, cipher, who, NUMBER) for who in (2, 3, 4, 5)]
    assert [each and each.chats for each in spread] == [None, None, 3, None]


async def test_what_is_long_ago_does_not_count(db: Database, cipher: Cipher) -> None:
    await noted(db, cipher, 1, NUMBER)
    await noted(db, cipher, 2, NUMBER)
    later = NOW + sightings.WITHIN + timedelta(hours=1)
    assert await noted(db, cipher, 3, NUMBER, later) is None
    removed = await db.write(lambda conn: sweep(conn, later, Terms()))
    assert removed["sightings"] == 2


async def test_only_a_hash_is_kept_and_it_goes_with_the_person(db: Database, cipher: Cipher) -> None:
    await noted(db, cipher, 1, NUMBER)
    await noted(db, cipher, 2, NUMBER)
    held = await db.read(lambda conn: people.export(conn, cipher, cipher.lane(1)))
    assert [each["times"] for each in held["repeated"]] == [1]
    assert NUMBER not in str(held["repeated"])
    assert NUMBER not in str(await db.read(all_rows))
    await db.write(lambda conn: people.erase(conn, cipher.lane(1), NOW))
    assert len((await db.read(all_rows))["sightings"]) == 1


async def test_a_new_danger_opens_a_case_again_that_was_closed_lately(db: Database, cipher: Cipher) -> None:
    def unit(conn: Connection) -> list[int]:
        chat = chats.ensure(conn, cipher, cipher.lane(1), 1, NOW)
        first = cases.open(conn, cipher, chat.id, "unanswered", now=NOW)
        cases.close(conn, cipher, first, "ani", NOW)
        other = cases.open(conn, cipher, chat.id, "person", now=NOW)
        cases.close(conn, cipher, other, "ani", NOW)
        again = cases.open(conn, cipher, chat.id, "danger", now=NOW + timedelta(days=2), topic="violence")
        found = cases.get(conn, again)
        assert found is not None
        assert (found.kind, found.status, found.taken_by, found.closed_at) == ("danger", "open", None, None)
        assert [each.what for each in cases.events(conn, cipher, again)][-2:] == ["reopened", "reported"]
        cases.close(conn, cipher, again, "ani", NOW + timedelta(days=2))
        late = cases.open(conn, cipher, chat.id, "danger", now=NOW + timedelta(days=30))
        return [first, other, again, late]

    first, other, again, late = await db.write(unit)
    assert again == other
    assert len({first, other, late}) == 3
