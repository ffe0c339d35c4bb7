from datetime import date
from pathlib import Path

import content
from content.catalog import source_hash
from tests.content import folder as sample


def row(folder: Path, topic: str, today: date) -> content.TopicStatus:
    return next(status for status in content.status(folder, today) if status.topic == topic)


def test_every_topic_has_a_row_in_the_order_of_the_file(folder: Path) -> None:
    (folder / sample.path_of("visa")).unlink()
    rows = content.status(folder, date(2026, 11, 24))
    assert [(status.module, status.topic) for status in rows] == [
        ("routes", "passport"),
        ("routes", "visa"),
        ("money", "remittance"),
    ]
    assert rows[1].locales == ()
    assert (rows[1].sources, rows[1].reviewed_on, rows[1].next_review, rows[1].freshness) == (
        0,
        None,
        None,
        None,
    )


def test_a_row_tells_when_the_next_review_is_and_how_fresh_the_article_is(folder: Path) -> None:
    status = row(folder, "visa", date(2026, 11, 24))
    assert (status.sources, status.reviewed_on, status.next_review) == (
        1,
        date(2026, 11, 24),
        date(2027, 5, 24),
    )
    assert status.freshness is content.Freshness.FRESH
    assert row(folder, "visa", date(2027, 5, 24)).freshness is content.Freshness.DUE
    assert row(folder, "visa", date(2027, 11, 24)).freshness is content.Freshness.WITHHELD


def test_a_row_tells_which_translations_need_work(folder: Path) -> None:
    current = source_hash(content.load(folder).article("visa", "id"))
    reviewed = sample.translation("Visa", current).replace("false", "true")
    sample.write(
        folder,
        {
            sample.path_of("visa", "en"): reviewed,
            sample.path_of("visa", "jv"): sample.translation("Visa", "0" * 16),
        },
    )
    status = row(folder, "visa", date(2026, 11, 24))
    assert (status.locales, status.stale, status.not_native_reviewed) == (
        ("id", "en", "jv"),
        ("jv",),
        ("jv",),
    )


def test_staff_are_warned_before_an_article_is_withheld(folder: Path) -> None:
    def whats(today: date) -> list[str]:
        return [problem.what for problem in content.check(folder, today) if problem.file != "contacts.yml"]

    assert whats(date(2027, 5, 23)) == []
    assert set(whats(date(2027, 5, 24))) == {"Due for review since 2027-05-24"}
    assert set(whats(date(2027, 11, 24))) == {"Too old to be sent: due for review since 2027-05-24"}


def test_contacts_are_named_when_overdue_and_never_withheld(folder: Path) -> None:
    contact = content.load(folder).contacts["hotline"]
    assert not contact.overdue(date(2027, 2, 23))
    assert contact.overdue(date(2027, 2, 24))
    problems = content.check(folder, date(2027, 2, 24))
    assert [(problem.file, problem.line, problem.is_error) for problem in problems] == [
        ("contacts.yml", 15, False)
    ]


def test_a_translation_that_lacks_a_section_is_named(folder: Path) -> None:
    current = source_hash(content.load(folder).article("visa", "id"))
    short = sample.translation("Visa", current, body="## One\nText.\n")
    sample.write(folder, {sample.path_of("visa", "en"): short})
    problems = content.check(folder, date(2026, 11, 24))
    assert [problem.what for problem in problems] == [
        "The sections or destinations differ from the 2 sections in Indonesian"
    ]
