"""Everything that the console says is there in English, and its placeholders survive."""

from __future__ import annotations

from pathlib import Path
from string import Formatter

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from console.wording import FOLDER, preferred, wording

ROOT = Path(__file__).resolve().parents[2] / "console"
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
USED = {
    message
    for _, _, message, _, _ in extract_from_dir(
        ROOT, method_map=METHODS, keywords={"_": None, "msg": None, "say": None}
    )
    if isinstance(message, str)
}


def test_english_says_all_and_nothing_else() -> None:
    with (FOLDER / "en" / "LC_MESSAGES" / "console.po").open("rb") as file:
        english = {str(m.id): str(m.string) for m in read_po(file, locale="en") if m.id}
    assert {msgid for msgid in USED if not english.get(msgid)} == set()
    assert set(english) == USED
    for msgid, said in english.items():
        assert _names(msgid) == _names(said), msgid


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_the_browsers_language_is_followed_and_indonesian_is_the_last_resort() -> None:
    assert preferred("en-GB,en;q=0.9,id;q=0.8") == "en"
    assert preferred("de, id") == "id"
    assert preferred("") == "id"
    assert wording("en")("Masuk") == "Sign in"
    assert wording("id")("Masuk") == "Masuk"
