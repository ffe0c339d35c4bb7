"""Words are called the same in every text and language; titles fit a button; notes do not stay."""

from datetime import date
from pathlib import Path

import pytest

import content
from content.catalog import source_hash
from content.draft import read
from tests.content import folder as sample

TODAY = date(2026, 11, 24)
ENGLISH = sample.path_of("visa", "en")
GLOSSARY = "- {id: kantor imigrasi, en: [immigration office, immigration]}\n- {id: [KTP, e-KTP], en: [KTP]}\n"
BODY = sample.BODY.replace("kantor imigrasi", "immigration offices")


def warnings(folder: Path, body: str, glossary: str = GLOSSARY, title: str = "Work visa") -> list[str]:
    current = source_hash(content.load(folder).article("visa", "id"))
    text = sample.translation(title, current, body=body)
    sample.write(folder, {"glossary.yml": glossary, ENGLISH: text})
    return [problem.what for problem in content.check(folder, TODAY)]


def test_a_translation_that_uses_the_words_is_fine(folder: Path) -> None:
    assert warnings(folder, BODY) == []


def test_a_word_called_otherwise_is_named(folder: Path) -> None:
    body = BODY.replace("immigration offices", "border police").replace("KTP asli", "identity card")
    offices = "'immigration office' or 'immigration'"
    assert warnings(folder, body) == [
        "The Indonesian text says 'KTP / e-KTP', and 'KTP' is missing here",
        f"The Indonesian text says 'kantor imigrasi', and {offices} is missing here",
    ]


def test_parts_of_words_do_not_count(folder: Path) -> None:
    assert warnings(folder, BODY, "- {id: KT, en: [nothing]}\n- {id: form, en: [nothing]}\n") == []


@pytest.mark.parametrize(
    ("glossary", "what"),
    [
        ("a: b\n", "This is not a list of words"),
        ("- {en: [x]}\n", "'id' is missing from a word of the glossary"),
        ("- {id: x, fr: [y]}\n", "'fr' is not a field of a word of the glossary"),
        ("- {id: x, en: []}\n- {id: {a: b}}\n", "'id' must be a list"),
    ],
)
def test_a_broken_glossary_is_named(folder: Path, glossary: str, what: str) -> None:
    assert what in warnings(folder, BODY, glossary)


def test_a_title_too_long_for_a_button_is_named(folder: Path) -> None:
    assert warnings(folder, BODY, title="W" * 40) == []
    assert warnings(folder, BODY, title="W" * 41) == [
        "The title has 41 characters: on a button a phone shows about 40"
    ]


def test_notes_are_never_sent_and_change_nothing(folder: Path) -> None:
    assert warnings(folder, BODY) == []
    plain = content.load(folder).article("visa", "en")
    noted = BODY.replace("## Cara", "%% ## The Indonesian heading\n## Cara")
    assert warnings(folder, noted) == ["1 lines start with %% (notes that nobody is sent)"]
    article = content.load(folder).article("visa", "en")
    assert (article.sections, article.text_hash) == (plain.sections, plain.text_hash)


def test_lines_after_a_note_keep_their_number(folder: Path) -> None:
    warnings(folder, "%% note\n## Cara\n<b>HTML</b>\n")
    problem = next(p for p in read(folder).problems if "HTML" in p.what)
    assert (problem.file, problem.line) == (ENGLISH, 10)
