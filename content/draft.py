"""A content folder, read as far as it can be; the checks and the catalog are made from this."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from content import files as on_disk
from content import markdown, recordings, yaml
from content.contacts import PlacedContact, read_contacts
from content.fields import Report, reporter
from content.glossary import Term, read_glossary
from content.links import Hosts, read_hosts
from content.model import Locale, frozen
from content.pages import FillFor, Page, read_page
from content.problems import Problem, hint
from content.synonyms import Groups, read_synonyms
from content.table_files import read_tables
from content.table_model import Row
from content.table_reader import Placed
from content.topics import Topics, read_topics

TOPICS, CONTACTS, HOSTS, SYNONYMS, GLOSSARY = on_disk.SINGLE_FILES
REQUIRED = (TOPICS, CONTACTS, HOSTS)
CONTACT_PREFIX = "contact:"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Draft:
    """`problems` are those met while reading; the checks find the rest."""

    topics: Topics
    contacts: tuple[PlacedContact, ...]
    hosts: Hosts
    synonyms: Groups
    glossary: tuple[Term, ...]
    pages: tuple[Page, ...]
    rows: tuple[Placed[Row], ...]
    sounds: Mapping[str, recordings.SoundFile]
    version: str
    problems: tuple[Problem, ...]


def read(folder: Path) -> Draft:
    """Never raises for what stands in the files."""
    return read_files(*on_disk.read(folder), recordings.read(folder))


def read_files(
    files: Mapping[str, bytes],
    problems: Sequence[Problem] = (),
    sounds: Mapping[str, recordings.SoundFile] = frozen({}),
) -> Draft:
    """The same from files in memory, by their path in the folder; `problems` are those known already."""
    texts, unreadable = on_disk.decode(files)
    problems = [*problems, *unreadable]
    for name in REQUIRED:
        if name not in files:
            problems.append(
                Problem(name, 1, "The file is missing", "Restore it: nothing is served without it")
            )

    def single(name: str, reader: Callable[[yaml.Node | None, Report], T], otherwise: T) -> T:
        if name not in texts:
            return otherwise
        try:
            root = yaml.parse(texts[name])
        except yaml.YamlError as error:
            problems.append(Problem(name, error.line, error.what, error.remedy))
            return otherwise
        return reader(root, reporter(name, problems))

    contacts: tuple[PlacedContact, ...] = single(CONTACTS, read_contacts, ())
    fill_for = _fill_for(contacts)
    pages = (
        read_page(name, text, fill_for, reporter(name, problems))
        for name, text in texts.items()
        if name.startswith(on_disk.ARTICLES + "/")
    )
    return Draft(
        topics=single(TOPICS, read_topics, Topics()),
        contacts=contacts,
        hosts=single(HOSTS, read_hosts, {}),
        synonyms=single(SYNONYMS, read_synonyms, ()),
        glossary=single(GLOSSARY, read_glossary, ()),
        pages=tuple(page for page in pages if page is not None),
        rows=read_tables(texts, problems),
        sounds=sounds,
        version=version_of(files, sounds),
        problems=tuple(problems),
    )


def _fill_for(contacts: tuple[PlacedContact, ...]) -> FillFor:
    by_id = {placed.contact.id: placed.contact for placed in contacts}

    def fill_for(locale: Locale) -> markdown.Fill:
        def fill(name: str) -> str:
            contact = by_id.get(name.removeprefix(CONTACT_PREFIX))
            if not by_id:
                return name  # contacts.yml could not be read: that is told once, and not for every mention
            if contact is None or not name.startswith(CONTACT_PREFIX):
                known = [CONTACT_PREFIX + identity for identity in by_id]
                raise markdown.UnknownPlaceholder(
                    hint(name, known, "Use {{contact:...}} with an id of contacts.yml")
                )
            return contact.text(locale)

        return fill

    return fill_for


def version_of(files: Mapping[str, bytes], sounds: Mapping[str, recordings.SoundFile] = frozen({})) -> str:
    """A name for exactly these files."""
    digest = hashlib.sha256()
    for name, content in sorted({**files, **recordings.stamp(sounds)}.items()):
        digest.update(f"{name}\0{len(content)}\0".encode("utf-8", "replace") + content)
    return digest.hexdigest()[:16]
