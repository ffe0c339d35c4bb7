"""Replies that staff use again and again: a file of the content folder, with placeholders.

`replies.yml` is a list of {id, title: {id, en}, text: {id, en, jv, su}}. A text may hold {pseudonym}, {staff}
and {contact:<id>}; whatever else stands in braces stays as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from content import Catalog

NAME = "replies.yml"
log = structlog.get_logger("bekal.console")
_PLACEHOLDER = re.compile(r"\{(pseudonym|staff|contact:([a-z0-9-]+))\}")


@dataclass(frozen=True, slots=True)
class Canned:
    """A reply ready to be changed and sent."""

    id: str
    title: str
    text: str


def canned(
    folder: Path, catalog: Catalog, *, reader: str, person: str, staff: str, pseudonym: str
) -> list[Canned]:
    """The replies with their placeholders filled: titles for the reader, texts in the person's language.

    A file that cannot be read gives none, and a line in the log.
    """
    path = folder / NAME
    try:
        entries = _entries(path, path.stat().st_mtime_ns)
    except OSError:
        return []

    def fill(match: re.Match[str]) -> str:
        if match[2]:
            contact = catalog.contacts.get(match[2])
            return contact.text(person) if contact is not None else match[0]
        return {"pseudonym": pseudonym, "staff": staff}[match[1]]

    return [
        Canned(
            str(entry["id"]),
            _in(entry["title"], reader),
            _PLACEHOLDER.sub(fill, _in(entry["text"], person)),
        )
        for entry in entries
    ]


@lru_cache(maxsize=4)
def _entries(path: Path, changed: int) -> list[dict[str, Any]]:
    try:
        entries = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
        return [entry for entry in entries if {"id", "title", "text"} <= entry.keys()]
    except (YAMLError, UnicodeError, AttributeError, TypeError) as error:
        log.warning("replies_unreadable", kind=type(error).__name__)
        return []


def _in(texts: Any, locale: str) -> str:
    if not isinstance(texts, dict):
        return str(texts)
    return str(texts.get(locale) or texts.get("id") or "").strip()
