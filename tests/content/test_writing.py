"""Skeletons for new articles and translations, and what changed since a translation was made."""

import subprocess
from datetime import date
from pathlib import Path

import pytest

import content
from content import revisions, writing
from content.catalog import source_hash
from content.draft import read
from content.pages import Page
from content.writing import CannotWrite
from tests.content import folder as sample

TODAY = date(2026, 11, 24)
NEW = "articles/id/routes/e-pmi.md"
ENGLISH = sample.path_of("visa", "en")


def source(folder: Path, topic: str = "visa") -> Page:
    return next(page for page in read(folder).pages if page.topic == topic and page.is_source)


def test_the_checks_explain_what_a_new_article_still_needs(folder: Path) -> None:
    assert writing.new_article(folder, "e-pmi", "routes", TODAY) == [NEW, "topics.yml"]
    whats = {(problem.file, problem.what) for problem in content.check(folder, TODAY)}
    assert whats >= {
        (NEW, "'title' is empty"),
        (NEW, "'summary' is empty"),
        (NEW, "This source has neither url nor ref"),
        (NEW, "'related' names 0 topics"),
        (NEW, "Section 'Caranya' is empty"),
        ("topics.yml", "'scope' is empty"),
    }
    assert read(folder).topics.articles["e-pmi"] == "routes"
    assert 'e-pmi: {scope: ""}\nmoney:' in (folder / "topics.yml").read_text()


def test_once_filled_in_a_new_article_is_served(folder: Path) -> None:
    writing.new_article(folder, "e-pmi", "routes", TODAY)
    text = (folder / NEW).read_text()
    for empty, filled in (
        ("title:\n#", "title: Kartu\n#"),
        ("summary: |\n", "summary: |\n  Ringkas.\n"),
        ("- title:", "- title: UU"),
        ("    url:", "    url: https://kp2mi.go.id"),
        ("    date:", "    date: 2026"),
        ("    tier:", "    tier: law"),
        ("related: []", "related: [visa, passport]"),
        ("kp2mi-hotline", "hotline"),
        ("contact:kp2mi-hotline", "contact:hotline"),
        ("## Caranya\n", "## Caranya\nDatang.\n"),
        ("## Biaya\n", "## Biaya\nGratis.\n"),
    ):
        assert empty in text
        text = text.replace(empty, filled, 1)
    text = "\n".join(line for line in text.split("\n") if not line.startswith("%%"))
    topics = (folder / "topics.yml").read_text().replace('e-pmi: {scope: ""}', 'e-pmi: {scope: "the card"}')
    sample.write(folder, {NEW: text, "topics.yml": topics})
    assert content.check(folder, TODAY) == []
    assert content.load(folder).article("e-pmi", "id").owner == "penempatan"


@pytest.mark.parametrize(
    ("topic", "module", "why"),
    [
        ("e-pmi", "route", "no module 'route'. Did you mean 'routes'"),
        ("E PMI", "routes", "cannot be the name of a topic"),
        ("visa", "money", "is in module 'routes' already"),
        ("greet", "routes", "is in module 'service' already"),
        ("visa", "routes", "is there already"),
    ],
)
def test_an_article_that_cannot_be_made_is_refused(folder: Path, topic: str, module: str, why: str) -> None:
    before = (folder / "topics.yml").read_text()
    with pytest.raises(CannotWrite, match=why):
        writing.new_article(folder, topic, module, TODAY)
    assert (folder / "topics.yml").read_text() == before


def test_a_listed_topic_without_an_article_gets_its_file_only(folder: Path) -> None:
    (folder / sample.path_of("visa")).unlink()
    assert writing.new_article(folder, "visa", "routes", TODAY) == [sample.path_of("visa")]


def test_a_translation_starts_with_the_source_beside_it(folder: Path) -> None:
    assert writing.new_translation(folder, source(folder), "en") == ENGLISH
    lines = (folder / ENGLISH).read_text().split("\n")
    assert lines[:5] == ["---", "# Visa kerja", "title:", "# Ringkas dan **jelas**.", "summary: |"]
    assert f"source_hash: {source(folder).text_hash}" in lines
    assert "%% ## Di Taiwan {destination=TW}" in lines
    assert "##  {destination=TW}" in lines
    assert "%% - Isi formulir" in lines
    whats = {problem.what for problem in content.check(folder, TODAY) if problem.file == ENGLISH}
    assert whats >= {"'title' is empty", "This section has an empty heading"}
    assert "The sections or destinations differ from the 2 sections in Indonesian" not in whats


def test_contacts_need_no_translation(folder: Path) -> None:
    path = folder / sample.path_of("visa")
    path.write_text(path.read_text() + "- {{contact:hotline}}.\n")
    writing.new_translation(folder, source(folder), "en")
    assert "\n- {{contact:hotline}}.\n" in (folder / ENGLISH).read_text()


@pytest.mark.parametrize("locale", ["id", "nl"])
def test_there_is_no_translating_into_other_languages(folder: Path, locale: str) -> None:
    with pytest.raises(CannotWrite, match="Use one of en, jv, su"):
        writing.new_translation(folder, source(folder), locale)


def git(folder: Path, *arguments: str) -> None:
    identity = [
        "-c",
        "user.name=Penguji",
        "-c",
        "user.email=uji@contoh.example",
        "-c",
        "commit.gpgsign=false",
    ]
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


def test_git_tells_what_changed_since_a_translation(folder: Path) -> None:
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    translated = source_hash(content.load(folder).article("visa", "id"))
    path = folder / sample.path_of("visa")
    for old, new in (("formulir", "blanko"), ("blanko", "berkas")):
        path.write_text(path.read_text().replace(f"- Isi {old}", f"- Isi {new}"))
        git(folder, "commit", "-q", "-a", "-m", "another")
    changes = revisions.changes_since(folder, sample.path_of("visa"), translated)
    assert changes is not None
    assert [line for line in changes if line[:1] in "+-" and line[:3] not in ("+++", "---")] == [
        "-- Isi formulir",
        "+- Isi berkas",
    ]
    assert revisions.changes_since(folder, sample.path_of("visa"), "0" * 16) is None


def test_outside_of_git_nothing_is_known(folder: Path) -> None:
    assert revisions.changes_since(folder, sample.path_of("visa"), "0" * 16) is None


def test_the_hash_of_a_file_is_that_of_its_article(folder: Path) -> None:
    text = (folder / sample.path_of("visa")).read_text()
    assert revisions.hash_of(text) == source_hash(content.load(folder).article("visa", "id"))
    assert revisions.hash_of("no article") is None


def test_a_translation_is_noted_as_current(folder: Path) -> None:
    text = sample.translation("Visa", "0" * 16)
    assert revisions.with_hash(text, "f" * 16) == sample.translation("Visa", "f" * 16)
