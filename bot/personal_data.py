"""The work behind `bekal data ...`: what is held about people, handed over, erased, ended, and told of."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from bot.export import documents
from bot.settings import Settings
from bot.store import opened
from bot.wording import load_wording
from storage import Connection, Terms, audit, backup, people
from storage.affected import Affected, affected
from storage.engines import settle
from storage.leftovers import Person, leftovers, recognise
from storage.lookup import lane_of_case, lane_of_pseudonym
from storage.models import EPOCH
from storage.retention_report import due, lately

ACTOR = "command line"
BACKUP_TERM = timedelta(days=30)
LATELY = timedelta(days=30)


class DataProblem(Exception):
    """It cannot be done; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whom a command is about: exactly one is given."""

    case: int | None = None
    pseudonym: str | None = None
    chat: int | None = field(default=None, repr=False)


async def find(settings: Settings, wanted: Wanted) -> Person:
    """The person, with all that shows where something of them is stored. Raises DataProblem, StorageError."""
    async with opened(settings) as database:
        cipher = database.cipher

        def look(conn: Connection) -> Person:
            lane = _lane(conn, wanted, cipher.lane)
            person = recognise(conn, cipher, lane, wanted.chat)
            if not any(person.rows.values()) and not leftovers(conn, cipher, person):
                raise DataProblem("nothing is stored about this person")
            return person

        return await database.read(look)


def _lane(conn: Connection, wanted: Wanted, lane_of_chat: Callable[[int], str]) -> str:
    if wanted.chat is not None:
        return lane_of_chat(wanted.chat)
    if wanted.case is not None:
        lane, what = lane_of_case(conn, wanted.case), f"there is no case {wanted.case}"
    else:
        name = wanted.pseudonym or ""
        lane, what = lane_of_pseudonym(conn, name), f"nobody here has the pseudonym {name}"
    if lane is None:
        raise DataProblem(what)
    return lane


async def export(settings: Settings, person: Person, out: Path, now: datetime) -> tuple[Path, Path]:
    """Write all that is held about somebody as JSON to `out`, and beside it as a page to read.

    Raises DataProblem if there is such a file, StorageError.
    """
    page = out.with_suffix(".txt")
    machine = out.with_suffix(".json") if page == out else out
    for file in (machine, page):
        if file.exists():
            raise DataProblem(f"{file} exists already: name another file")
    async with opened(settings) as database:
        cipher = database.cipher
        held = await database.read(lambda conn: people.export(conn, cipher, person.lane))
        subject = f"person:{person.pseudonym or '-'}"
        await database.write(lambda conn: audit.add(conn, cipher, now, ACTOR, "data exported", subject))
    say = load_wording()
    readable, as_json = documents(held, lambda msgid: say(msgid, "id"))
    machine.parent.mkdir(parents=True, exist_ok=True)
    for file, content in ((machine, as_json), (page, readable)):
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened_file:
            opened_file.write(content)
    return machine, page


async def erase(settings: Settings, person: Person, now: datetime) -> list[str]:
    """Remove somebody from every table -> where the tables, all looked through, still hold something."""
    async with opened(settings) as database:
        cipher = database.cipher
        subject = f"person:{person.pseudonym or '-'}"

        def remove(conn: Connection) -> None:
            people.erase(conn, person.lane, now)
            audit.add(conn, cipher, now, ACTOR, "data erased", subject)

        await database.write(remove)
        left = await database.read(lambda conn: leftovers(conn, cipher, person))
    settle(settings.store_url)
    return left


@dataclass(frozen=True, slots=True)
class Ending:
    """One kind of data: how long it is kept, how many rows a sweep would end now, and ended lately."""

    kind: str
    term: timedelta
    due: int
    ended: int


async def retention(settings: Settings, folder: Path, now: datetime) -> tuple[list[Ending], list[Path]]:
    """What ends now by itself and ended in the last 30 days; backups in `folder` that are to be deleted."""
    terms = Terms()
    async with opened(settings) as database:
        now_due = await database.read(lambda conn: due(conn, now, terms))
        ended = await database.read(lambda conn: lately(conn, (now - LATELY).date(), now.date()))
    kinds = {"cases": "closed_cases", "chats": "silent_chats"}
    endings = [
        Ending(kind, getattr(terms, kinds.get(kind, kind)), n, ended.get(kind, 0))
        for kind, n in now_due.items()
    ]
    return endings, backup.older_than(folder, now - BACKUP_TERM)


async def who_was_affected(
    settings: Settings, start: datetime, end: datetime, *, everybody: bool
) -> tuple[list[Affected], int]:
    """See `storage.affected`; `everybody`: whose data was there at the end, however old."""
    async with opened(settings) as database:
        return await database.read(lambda conn: affected(conn, EPOCH if everybody else start, end))
