"""The files of the content folder as staff may edit them: which there are, how they are read and written."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from content.catalog import Catalog
from content.fields import ID
from content.files import MAX_BYTES, SINGLE_FILES
from content.model import LOCALES, SOURCE_LOCALE, Locale
from content.table_files import AGENCIES, READERS

CONTACTS = "contacts.yml"
TABLES = (*READERS, AGENCIES)
_ARTICLE = re.compile(r"articles/([a-z]{2})/([a-z0-9-]{1,60})/([a-z0-9-]{1,60})\.md")


class CannotWrite(Exception):
    """The content folder does not take the file; staff cannot mend that, whoever runs the machine can."""


@dataclass(frozen=True, slots=True)
class ContentFile:
    """A file that can be edited. `kind` is article, translation, rows (a grid), csv or raw (text only)."""

    name: str
    kind: str
    topic: str = ""
    locale: Locale = SOURCE_LOCALE
    module: str = ""

    @property
    def is_page(self) -> bool:
        return self.kind in ("article", "translation")


def known(name: str, catalog: Catalog) -> ContentFile | None:
    """The file of this name, whether or not it exists yet; None for what is no content of ours.

    Names are compared with what may be there and never looked up on the disk.
    """
    if match := _ARTICLE.fullmatch(name):
        locale = next((each for each in LOCALES if each == match[1]), None)
        if locale is None or not _belongs(catalog, match[2], match[3], locale):
            return None
        kind = "article" if locale == SOURCE_LOCALE else "translation"
        return ContentFile(name, kind, match[3], locale, match[2])
    if name == CONTACTS or name in READERS:
        return ContentFile(name, "rows")
    if name == AGENCIES:
        return ContentFile(name, "csv")
    return ContentFile(name, "raw") if name in SINGLE_FILES else None


def _belongs(catalog: Catalog, module: str, topic: str, locale: Locale) -> bool:
    """Whether the topic is one of the module, or may become one with its Indonesian article."""
    if topic in catalog.topics:
        return catalog.topics[topic] == module
    new = locale == SOURCE_LOCALE and topic not in catalog.service_topics and ID.fullmatch(topic)
    return bool(new) and module in catalog.modules


def article_file(catalog: Catalog, topic: str, locale: str) -> str:
    """Where the article of a topic stands. Raises KeyError for an unknown topic."""
    return f"articles/{locale}/{catalog.topics[topic]}/{topic}.md"


def read(folder: Path, name: str) -> bytes | None:
    """The file as it is now; None if it is not there or lies outside the folder."""
    path = folder / name
    if not _inside(folder, path):
        return None
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def text_of(found: bytes | None) -> str:
    """A file's text with plain line ends; bytes that are no text are shown as such, never raised."""
    return (found or b"").decode("utf-8-sig", "replace").replace("\r\n", "\n")


def hash_of(found: bytes | None) -> str:
    """What a draft remembers of the file that it changes: "" where there was none."""
    return "" if found is None else hashlib.sha256(found).hexdigest()


def write(folder: Path, name: str, text: str) -> None:
    """Put a text in place of the file, at once and whole: readers see the old file or the new one.

    Raises CannotWrite.
    """
    path = folder / name
    if not _inside(folder, path):
        raise CannotWrite("the folder is a link to somewhere else")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # The name starts with a dot: the content's reader does not look at it.
        made = path.with_name(f".new-{path.name}-{secrets.token_hex(4)}")
        try:
            with made.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            made.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
            made.replace(path)
        finally:
            made.unlink(missing_ok=True)
    except OSError as error:
        raise CannotWrite(error.strerror or type(error).__name__) from error


def _inside(folder: Path, path: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
