"""Every wording is in the catalogs, and its placeholders survive translation."""

from pathlib import Path
from string import Formatter

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from bot.wording import LOCALES_DIR, WordingError, load_wording
from content import LOCALES

ROOT = Path(__file__).resolve().parents[2]
USED = {
    message
    for package in ("handlers", "bot")
    for _, _, message, _, _ in extract_from_dir(ROOT / package, keywords={"say": None, "msg": None})
    if isinstance(message, str)
}
TRANSLATED = [locale for locale in LOCALES if locale != "id"]


def catalog(locale: str) -> dict[str, str]:
    with (LOCALES_DIR / locale / "LC_MESSAGES" / "bekal.po").open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, locale=locale) if m.id}


def names_in(wording: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(wording) if name}


def test_english_is_complete() -> None:
    missing = {msgid for msgid in USED if not catalog("en").get(msgid)}
    assert not missing


@pytest.mark.parametrize("locale", TRANSLATED)
def test_a_catalog_lists_what_is_said_and_nothing_else(locale: str) -> None:
    assert set(catalog(locale)) == USED


@pytest.mark.parametrize("locale", TRANSLATED)
def test_placeholders_and_commands_survive_translation(locale: str) -> None:
    for msgid, wording in catalog(locale).items():
        if wording:
            assert names_in(wording) == names_in(msgid), msgid
            for command in ("/berhenti", "/hapus", "/privasi", "/dataku", "/darurat", "/menu", "/cari"):
                assert wording.count(command) == msgid.count(command), msgid


def test_what_is_not_translated_is_said_in_indonesian() -> None:
    say = load_wording()
    assert say("Setuju", "en") == "I agree"
    assert say("Setuju", "id") == "Setuju"
    assert say("tidak ada di katalog", "jv") == "tidak ada di katalog"
    assert say("Setuju", "xx") == "Setuju"


def test_a_broken_catalog_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "en" / "LC_MESSAGES" / "bekal.po"
    broken.parent.mkdir(parents=True)
    broken.write_text('msgid "a"\nfoo "b"\n', encoding="utf-8")
    with pytest.raises(WordingError, match=r"bekal\.po"):
        load_wording(tmp_path)
