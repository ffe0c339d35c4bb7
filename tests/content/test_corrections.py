"""A material change is remembered, so that whoever was given the old text can be told."""

from datetime import date
from pathlib import Path

import pytest

import content
from tests.content import folder as sample

TODAY = date(2026, 11, 24)
VISA = sample.path_of("visa")
WHAT = "Upahnya salah: yang benar 20.000."
LINE = f'correction: {{date: 2026-11-20, what: "{WHAT}"}}\n'


def correct(folder: Path, line: str = LINE) -> None:
    path = folder / VISA
    path.write_text(path.read_text().replace("ask: hotline\n", f"ask: hotline\n{line}"))


def retitle(folder: Path, title: str) -> None:
    path = folder / sample.path_of("passport")
    path.write_text(path.read_text().replace("title: Paspor", f"title: {title}"))


def test_an_article_without_a_correction_misled_nobody(folder: Path) -> None:
    catalog = content.load(folder)
    assert dict(catalog.corrections) == {}
    assert catalog.given_old_text("visa", "anything", date(2026, 1, 1)) is False


def test_a_correction_is_kept_with_the_versions_around_it(folder: Path) -> None:
    library = content.Library(folder)
    before = library.catalog.version
    correct(folder)
    assert library.reload()
    correction = library.catalog.corrections["visa"]
    assert (correction.topic, correction.day, correction.what) == ("visa", date(2026, 11, 20), WHAT)
    assert (correction.before, correction.after) == (before, library.catalog.version)


def test_whoever_saw_a_version_before_it_was_given_the_old_text(folder: Path) -> None:
    library = content.Library(folder)
    versions = [library.catalog.version]
    for step in ("first", "second", "correction", "third"):
        correct(folder) if step == "correction" else retitle(folder, f"Paspor {step}")
        assert library.reload()
        versions.append(library.catalog.version)
    given = [library.catalog.given_old_text("visa", version) for version in versions]
    assert given == [True, True, True, False, False]
    assert library.catalog.given_old_text("passport", versions[0]) is False


def test_a_second_correction_counts_from_itself_on(folder: Path) -> None:
    library = content.Library(folder)
    correct(folder)
    library.reload()
    first = library.catalog.version
    path = folder / VISA
    path.write_text(path.read_text().replace("20.000", "21.000"))
    library.reload()
    assert library.catalog.given_old_text("visa", first) is True
    assert library.catalog.corrections["visa"].before == first


def test_of_an_unknown_version_the_day_decides(folder: Path) -> None:
    correct(folder)
    catalog = content.load(folder)
    assert catalog.given_old_text("visa", "unknown") is None
    assert catalog.given_old_text("visa", "unknown", date(2026, 11, 19)) is True
    assert catalog.given_old_text("visa", "unknown", date(2026, 11, 20)) is True
    assert catalog.given_old_text("visa", "unknown", date(2026, 11, 21)) is False
    assert (catalog.corrections["visa"].before, catalog.corrections["visa"].after) == (None, catalog.version)


def test_a_restart_forgets_nothing_that_was_written_down(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "versions.jsonl"
    first = content.Library(folder, file).catalog.version
    correct(folder)
    second = content.Library(folder, file).catalog
    retitle(folder, "Paspor lain")
    third = content.Library(folder, file).catalog
    assert [third.given_old_text("visa", version) for version in (first, second.version)] == [True, False]
    assert third.corrections["visa"].before == first
    assert third.corrections["visa"].after == second.version
    assert content.Library(folder, file).catalog.history == third.history
    assert len(file.read_text().splitlines()) == 3


def test_a_spoilt_line_of_the_history_costs_only_itself(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "versions.jsonl"
    first = content.Library(folder, file).catalog.version
    file.write_text('{"version": 1}\nnot json\n[]\n' + file.read_text())
    assert first in content.Library(folder, file).catalog.history.served


def test_a_history_that_cannot_be_written_stops_nothing(folder: Path, tmp_path: Path) -> None:
    library = content.Library(folder, tmp_path / "missing" / "versions.jsonl")
    correct(folder)
    assert library.reload() is True


@pytest.mark.parametrize(
    ("line", "what", "is_error"),
    [
        ("correction: wrong\n", "Here 'correction' is expected", True),
        ('correction: {date: 2026-11-20, what: ""}\n', "'what' is empty", True),
        (
            f'correction: {{date: 2026-11-20, what: "{"x" * 201}"}}\n',
            "'what' has 201 characters, 200 are allowed",
            True,
        ),
        ('correction: {date: 2026-11-31, what: "x"}\n', "'date' is not a date: '2026-11-31'", True),
        (
            'correction: {date: 2026-11-25, what: "x"}\n',
            "The correction lies in the future: 2026-11-25",
            True,
        ),
        (
            'correction: {date: 2026-11-20, what: "Telepon 0812-0000-0001"}\n',
            "This looks like a phone number: '0812-0000-0001'",
            True,
        ),
    ],
)
def test_a_correction_that_could_not_be_told_is_named(
    folder: Path, line: str, what: str, is_error: bool
) -> None:
    correct(folder, line)
    problems = content.check(folder, TODAY)
    assert [(problem.what, problem.is_error) for problem in problems] == [(what, is_error)]
    assert (problems[0].file, problems[0].line) == (VISA, 17)


def test_a_correction_asks_for_a_review(folder: Path) -> None:
    correct(folder)
    path = folder / VISA
    path.write_text(path.read_text().replace("reviewed_on: 2026-11-24", "reviewed_on: 2026-11-19"))
    problems = content.check(folder, TODAY)
    assert [(problem.what, problem.is_error) for problem in problems] == [
        ("The correction of 2026-11-20 is newer than the last review", False)
    ]


def test_a_translation_has_no_correction_of_its_own(folder: Path) -> None:
    text = sample.translation("Visa", "0" * 16).replace("native_reviewed", LINE + "native_reviewed")
    sample.write(folder, {sample.path_of("visa", "en"): text})
    whats = [problem.what for problem in content.check(folder, TODAY)]
    assert "'correction' is not a field of a translation" in whats
