"""The text files of a content folder, read with care: sizes, links, encodings, hidden characters."""

import os
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

from content.problems import Problem

MAX_BYTES = 256 * 1024
MAX_FILES = 2_000
SINGLE_FILES = ("topics.yml", "contacts.yml", "hosts.yml", "synonyms.yml", "glossary.yml")
ARTICLES, TABLES = "articles", "tables"
HIDDEN_BUT_FINE = {"\n", "\t", "\u200d"}  # the last one joins emoji


def read(folder: Path) -> tuple[dict[str, bytes], list[Problem]]:
    """All files by their path inside the folder, "/" between the parts, and what could not be read."""
    files: dict[str, bytes] = {}
    problems: list[Problem] = []
    root = Path(os.path.realpath(folder))
    for path in _paths(folder):
        name = os.fsencode(path.relative_to(folder).as_posix()).decode("utf-8", "replace")
        if len(files) >= MAX_FILES:
            problems.append(
                Problem(name, 1, f"There are more than {MAX_FILES} files", "Remove what is not content")
            )
            break
        real = Path(os.path.realpath(path))
        if not real.is_relative_to(root):
            what = "This is a link to a file outside the content folder"
            problems.append(Problem(name, 1, what, "Put the file itself here"))
        elif real.is_dir():
            problems.append(Problem(name, 1, "This is a link to a folder", "Put the folder itself here"))
        elif not real.is_file():
            problems.append(
                Problem(name, 1, "This is not a regular file", "Remove it, or put a text file here")
            )
        else:
            try:
                with path.open("rb") as file:
                    files[name] = file.read(MAX_BYTES + 1)
            except OSError as error:
                what = f"The file cannot be read ({error.strerror})"
                problems.append(Problem(name, 1, what, "Check that it exists and who may read it"))
    return files, problems


def _paths(folder: Path) -> Iterator[Path]:
    for name in SINGLE_FILES:
        if os.path.lexists(folder / name):
            yield folder / name
    for part in (ARTICLES, TABLES):
        yield from walk(folder / part)


def walk(folder: Path) -> Iterator[Path]:
    """Every file below the folder, in a steady order; a linked folder is given as if it were a file."""
    for base, folders, names in os.walk(folder):
        linked = [name for name in folders if (Path(base) / name).is_symlink()]
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted([*names, *linked]):
            # Hidden files and backups are what editors and systems leave behind.
            if not name.startswith(".") and not name.endswith(("~", ".swp", ".tmp")):
                yield Path(base) / name


def decode(files: Mapping[str, bytes]) -> tuple[dict[str, str], list[Problem]]:
    """Files as text with "\\n" line ends; a byte order mark and Windows line ends are taken off quietly."""
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for name, content in files.items():
        if len(content) > MAX_BYTES:
            what = f"The file is larger than {MAX_BYTES // 1024} KB"
            problems.append(Problem(name, 1, what, "Split it, or remove what does not belong here"))
            continue
        try:
            text = content.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            what = f"The file is not UTF-8 text: byte {error.start + 1} is 0x{content[error.start]:02x}"
            problems.append(Problem(name, line, what, "Save it again with the encoding UTF-8"))
            continue
        hidden = list(_hidden(name, text))
        problems += hidden
        if not hidden:
            texts[name] = text
    return texts, problems


def _hidden(name: str, text: str) -> Iterator[Problem]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.isprintable():
            continue
        for column, character in enumerate(line, start=1):
            if unicodedata.category(character) in ("Cc", "Cf", "Co", "Zl", "Zp"):
                if character in HIDDEN_BUT_FINE:
                    continue
                label = unicodedata.name(character, "a control character")
                what = f"Invisible character U+{ord(character):04X} ({label}) at column {column}"
                yield Problem(name, number, what, "Delete it and type the text around it again")
                break
