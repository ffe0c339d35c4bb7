"""Drafts of content files, on both databases."""

from __future__ import annotations

import pytest

from storage import Database, content_review
from storage.content_review import DraftChanged
from tests.storage.conftest import NOW

FILE = "articles/id/routes/passport.md"


async def test_a_draft_goes_to_a_second_person_and_back(db: Database) -> None:
    def life(conn):  # type: ignore[no-untyped-def]
        assert content_review.save(conn, FILE, "satu", "hash", 0, "sari", NOW) == 1
        assert content_review.save(conn, FILE, "dua", "hash", 1, "rina", NOW) == 2
        content_review.submit(conn, FILE, 2, "sari", NOW, "tolong dibaca")
        waiting = content_review.get(conn, FILE)
        assert waiting is not None
        assert (waiting.state, waiting.text, waiting.note) == ("review", "dua", "tolong dibaca")
        assert waiting.authors == ("sari", "rina")
        content_review.give_back(conn, FILE, 2, "budi", NOW, "angkanya?")
        content_review.save(conn, FILE, "tiga", "hash", 2, "sari", NOW)
        [again] = content_review.open_drafts(conn)
        assert (again.state, again.version, again.note) == ("draft", 3, "angkanya?")
        assert again == content_review.get(conn, FILE)
        content_review.remove(conn, FILE, 3)
        assert content_review.open_drafts(conn) == []

    await db.write(life)


async def test_nobody_overwrites_what_they_have_not_seen(db: Database) -> None:
    await db.write(lambda c: content_review.save(c, FILE, "satu", "hash", 0, "sari", NOW))
    for deed in (
        lambda c: content_review.save(c, FILE, "lain", "hash", 0, "budi", NOW),
        lambda c: content_review.submit(c, FILE, 2, "budi", NOW),
        lambda c: content_review.give_back(c, FILE, 0, "budi", NOW, ""),
        lambda c: content_review.remove(c, FILE, 7),
    ):
        with pytest.raises(DraftChanged) as refused:
            await db.write(deed)
        assert refused.value.by == "sari"
    kept = await db.read(lambda c: content_review.get(c, FILE))
    assert kept is not None
    assert kept.text == "satu"
    with pytest.raises(DraftChanged):
        await db.write(lambda c: content_review.submit(c, "contacts.yml", 0, "budi", NOW))
