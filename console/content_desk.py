"""The life of a change to a content file: written, handed to a second person, published or dropped.

The file in the content folder is what people are served. A draft is a text in the store until somebody other
than its writers says yes; then it replaces the file at once, and the running bot reads it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from aiohttp import web

from console import content_files, content_form, content_yaml
from console.content_checks import Checks
from console.content_files import ContentFile
from console.content_tree import FILE_NAMES
from console.content_versions import Versions
from console.content_yaml import CannotEdit
from console.pages import say_for
from console.state import services_of, staff_of
from console.times import JAKARTA
from content import Library
from content import draft as content_draft
from content.draft import TOPICS
from content.frontmatter import split
from content.model import SOURCE_LOCALE
from content.problems import Problem
from content.writing import article_text, topic_listed, translation_text
from content.yaml import YamlError
from storage import Connection, audit, content_review
from storage.content_review import REVIEW, Draft, DraftChanged

CHECKS = web.AppKey("content-checks", Checks)
PUBLISHING = web.AppKey("content-publishing", asyncio.Lock)


class NotYet(Exception):
    """It cannot be published; `args[0]` is one of: own, state, base, errors, folder, others."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A content file as it is on the disk, and its draft."""

    file: ContentFile
    found: bytes | None
    draft: Draft | None
    skeleton: str = ""

    @property
    def published(self) -> str:
        return content_files.text_of(self.found)

    @property
    def text(self) -> str:
        """What an editor goes on with."""
        return self.draft.text if self.draft else self.published or self.skeleton

    @property
    def version(self) -> int:
        return self.draft.version if self.draft else 0

    @property
    def base(self) -> str:
        return content_files.hash_of(self.found)

    @property
    def moved(self) -> bool:
        """Whether somebody changed the file itself after the draft was begun."""
        return self.draft is not None and self.draft.base != self.base and self.draft.text != self.published


def library_of(request: web.Request) -> Library:
    """The library that serves. Raises HTTPServiceUnavailable while content still loads."""
    library = services_of(request).library()
    if library is None:
        raise web.HTTPServiceUnavailable
    return library


def today_of(request: web.Request) -> date:
    """The day for reviews, where staff are."""
    return services_of(request).clock().astimezone(JAKARTA).date()


def versions_of(request: web.Request) -> Versions:
    """The older texts of the content folder."""
    return Versions(library_of(request).folder, services_of(request).content_history)


async def opened(request: web.Request) -> Opened:
    """The file of this address. Raises HTTPNotFound for what is none of ours."""
    library, name = library_of(request), request.match_info["name"]
    file = content_files.known(name, library.catalog)
    if file is None:
        raise web.HTTPNotFound
    draft = await services_of(request).database.read(lambda conn: content_review.get(conn, name))
    found = await asyncio.to_thread(content_files.read, library.folder, name)
    skeleton = ""
    if found is None and draft is None:
        if file.kind == "translation":
            skeleton = await asyncio.to_thread(_skeleton, library, file)
        elif file.kind == "article":
            skeleton = article_text(file.module, today_of(request))
        else:
            raise web.HTTPNotFound
    return Opened(file, found, draft, skeleton)


def _skeleton(library: Library, file: ContentFile) -> str:
    """A translation to begin with: the headings and contacts of its source."""
    article = library.catalog.article(file.topic, SOURCE_LOCALE)
    name = content_files.article_file(library.catalog, file.topic, SOURCE_LOCALE)
    source = content_files.text_of(content_files.read(library.folder, name))
    try:
        return translation_text(source, article.title, article.text_hash)
    except YamlError as error:  # somebody broke the source in the folder meanwhile
        raise web.HTTPNotFound from error


def title_of(request: web.Request, file: ContentFile) -> str:
    """What staff call a file."""
    if not file.is_page:
        return say_for(request)(FILE_NAMES[file.name])
    catalog = library_of(request).catalog
    return catalog.article(file.topic, file.locale).title if file.topic in catalog.topics else file.topic


def is_new_topic(request: web.Request, file: ContentFile) -> bool:
    """Whether people cannot ask about it yet."""
    return file.kind == "article" and file.topic not in library_of(request).catalog.topics


async def problems_of(request: web.Request, file: ContentFile, text: str) -> tuple[Problem, ...]:
    """Everything wrong in the content, were this text published."""
    folder, today = library_of(request).folder, today_of(request)
    changed = await asyncio.to_thread(_changes, folder, file, text, is_new_topic(request, file))
    return await asyncio.to_thread(request.config_dict[CHECKS].problems, folder, changed, today)


def _changes(folder: Path, file: ContentFile, text: str, new_topic: bool) -> dict[str, str]:
    """The files that change with this one: an article of a new topic lists it, too."""
    changed = {file.name: text}
    if new_topic:
        listed = content_files.text_of(content_files.read(folder, TOPICS))
        topics = content_draft.read(folder).topics
        if file.topic not in topics.articles and file.module in topics.modules:
            try:
                said = content_form.shown(content_yaml.front(text).fields.get("title"))
            except CannotEdit:
                said = ""
            changed[TOPICS] = topic_listed(listed, topics, file.topic, file.module, said or file.topic)
    return changed


async def save(request: web.Request, file: Opened, text: str, seen: int, base: str, note: str = "") -> int:
    """Keep a text as the draft of a file -> its version. `base` is the file that its writer saw.

    Raises DraftChanged.
    """
    services, me, name = services_of(request), staff_of(request), file.file.name
    cipher, now = services.database.cipher, services.clock()
    if base != file.base:
        raise DraftChanged("")
    text = text if text.endswith("\n") else text + "\n"

    def unit(conn: Connection) -> int:
        version = content_review.save(conn, name, text, file.base, seen, me.name, now, note)
        audit.add(conn, cipher, now, me.name, "content saved", f"content:{name}", note)
        return version

    return await services.database.write(unit)


async def submit(request: web.Request, name: str, seen: int, note: str) -> None:
    """Ask for a second person's yes. Raises DraftChanged."""
    services, me = services_of(request), staff_of(request)
    cipher, now = services.database.cipher, services.clock()

    def unit(conn: Connection) -> None:
        content_review.submit(conn, name, seen, me.name, now, note)
        audit.add(conn, cipher, now, me.name, "content submitted", f"content:{name}", note)

    await services.database.write(unit)


async def give_back(request: web.Request, name: str, seen: int, note: str) -> None:
    """Hand a draft back to its writers. Raises DraftChanged."""
    services, me = services_of(request), staff_of(request)
    cipher, now = services.database.cipher, services.clock()

    def unit(conn: Connection) -> None:
        content_review.give_back(conn, name, seen, me.name, now, note)
        audit.add(conn, cipher, now, me.name, "content returned", f"content:{name}", note)

    await services.database.write(unit)


async def discard(request: web.Request, name: str, seen: int) -> None:
    """Forget a draft. Raises DraftChanged."""
    services, me = services_of(request), staff_of(request)
    cipher, now = services.database.cipher, services.clock()

    def unit(conn: Connection) -> None:
        content_review.remove(conn, name, seen)
        audit.add(conn, cipher, now, me.name, "content discarded", f"content:{name}")

    await services.database.write(unit)


async def publish(request: web.Request, seen: int) -> None:
    """Serve the draft that was seen, in place of the file. Raises NotYet, DraftChanged, CannotWrite.

    The file comes first: were the machine to stop in between, the draft would still be there, equal to it.
    """
    async with request.config_dict[PUBLISHING]:
        services, me, library = services_of(request), staff_of(request), library_of(request)
        file = await opened(request)
        name, draft = file.file.name, file.draft
        if draft is None or draft.version != seen:
            raise DraftChanged(draft.events[-1].actor if draft else "")
        if me.name in draft.authors:
            raise NotYet("own")
        if draft.state != REVIEW:
            raise NotYet("state")
        if file.moved:
            raise NotYet("base")
        errors = [each for each in await problems_of(request, file.file, draft.text) if each.is_error]
        if errors:
            raise NotYet("errors" if any(each.file == name for each in errors) else "others")
        now, cipher = services.clock(), services.database.cipher
        detail = f"{draft.note} · ✓ {me.name}" if draft.note else f"✓ {me.name}"
        changes = await asyncio.to_thread(
            _changes, library.folder, file.file, draft.text, is_new_topic(request, file.file)
        )
        for each, text in changes.items():
            await asyncio.to_thread(_replace, request, each, text, draft.authors[0], detail, now)
        await asyncio.to_thread(library.reload)
        correction = _correction(draft.text) if _correction(draft.text) != _correction(file.published) else ""

        def unit(conn: Connection) -> None:
            content_review.remove(conn, name, seen)
            written = f"by {', '.join(draft.authors)}"
            audit.add(conn, cipher, now, me.name, "content published", f"content:{name}", written)
            if correction:
                audit.add(conn, cipher, now, me.name, "correction published", f"content:{name}", correction)

        await services.database.write(unit)


def _replace(request: web.Request, name: str, text: str, by: str, why: str, now: datetime) -> None:
    """Write a file and remember what it said before. Raises CannotWrite."""
    folder = library_of(request).folder
    found = content_files.read(folder, name)
    before = None if found is None else content_files.text_of(found)
    if before != text:
        content_files.write(folder, name, text)
        versions_of(request).keep(name, before, text, by, why, now)


def _correction(text: str) -> str:
    """The correction that an article names, as it is written; "" for none."""
    try:
        node = split(text).front.items.get("correction")
    except YamlError:
        return ""
    items = getattr(node, "items", None)
    return (
        " ".join(str(getattr(each, "raw", "")) for each in items.values()) if isinstance(items, dict) else ""
    )
