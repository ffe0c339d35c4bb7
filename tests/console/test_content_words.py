"""The checks are understood by those who read Indonesian, and a check that is worded anew is noticed."""

from __future__ import annotations

import re
from pathlib import Path

from console.content_words import _REMEDY, _WHAT, fault_in
from content.problems import Problem

SOURCES = "".join(path.read_text(encoding="utf-8") for path in Path("content").glob("*.py"))
# f-strings double their braces, and long ones go on in the next line.
SAID = re.sub(r'"\s*\n?\s*f?"', "", SOURCES).replace("{{", "{").replace("}}", "}").replace('\\"', '"')


def test_the_checks_still_say_what_is_translated() -> None:
    for english, _ in (*_WHAT, *_REMEDY):
        pieces = re.split(r"\{\w+\}|;", english.replace("{{", "{").replace("}}", "}"))
        for piece in pieces:
            words = piece.strip(" '`:;,.()")
            assert len(words) < 4 or words in SAID, english


def test_a_problem_and_its_remedy_are_said_in_the_readers_language() -> None:
    problem = Problem(
        "contacts.yml", 3, "'ask' names an unknown contact: 'x'", "Did you mean 'y'? Otherwise: Remove it"
    )
    assert fault_in("en")(problem) == f"{problem.what}. {problem.remedy}."
    said = "'ask' menyebut kontak yang tidak ada: 'x'. Maksudnya 'y'? Kalau bukan: Hapus."
    assert fault_in("id")(problem) == said
    new = Problem("contacts.yml", 3, "Something that was never said {0}", "Do it")
    assert fault_in("id")(new) == "Something that was never said {0}. Do it."
    braces = Problem("a.md", 3, "This looks like a phone number: '{name}'", "Remove it")
    assert fault_in("id")(braces) == "Ini tampak seperti nomor telepon: '{name}'. Hapus."
