"""Whom a broadcast is for: people who said yes to it, or who were given an answer that was wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, exists, func, or_, select, text

from storage.models import WANTS_NEWS, ChatRow, Turn

PEOPLE_AT_ONCE = 2000
TURNS_AT_ONCE = 20_000
ANSWERS = ("answered", "emergency")
END = -1

# Whether an answer given under this version of the content, on this day, was wrong.
Wrong = Callable[[str | None, date], bool]


@dataclass(frozen=True, slots=True)
class Audience:
    """People who want news, narrowed by what they told with their yes; None means all.

    `asked` is a topic: it finds only people whose chat is kept, since nothing else is known of the rest.
    """

    destination: str | None = None
    province: str | None = None
    language: str | None = None
    asked: str | None = None


def _conditions(audience: Audience) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [ChatRow.stopped.is_(False)]
    if audience.destination:
        found.append(ChatRow.news_destination == audience.destination)
    if audience.province:
        found.append(ChatRow.news_province == audience.province)
    if audience.language:
        found.append(func.coalesce(ChatRow.locale, ChatRow.news_locale, "id") == audience.language)
    if audience.asked:
        asked = exists().where(Turn.chat_id == ChatRow.id, Turn.topic == audience.asked)
        found += [ChatRow.consent == "given", asked]
    return found


def count(conn: Connection, audience: Audience) -> int:
    """How many people it would reach now."""
    people = select(func.count()).select_from(ChatRow).where(text(WANTS_NEWS), *_conditions(audience))
    return int(conn.execute(people).scalar_one())


def some(conn: Connection, audience: Audience, after: int) -> tuple[list[int], int]:
    """The next of them by id -> their ids, and where to go on (END when there are no more)."""
    wanted = (
        select(ChatRow.id)
        .where(text(WANTS_NEWS), ChatRow.id > after, *_conditions(audience))
        .order_by(ChatRow.id)
        .limit(PEOPLE_AT_ONCE)
    )
    ids = list(conn.execute(wanted).scalars())
    return ids, ids[-1] if len(ids) == PEOPLE_AT_ONCE else END


def some_misled(conn: Connection, topic: str, wrong: Wrong, after: int) -> tuple[list[int], int]:
    """People among the next turns who were given a wrong answer about this topic, and where to go on.

    Only who consented has turns, and whoever said stop is left in peace.
    """
    last = int(conn.execute(select(func.max(Turn.id))).scalar() or 0)
    end = after + TURNS_AT_ONCE
    answers = (
        select(Turn.chat_id, Turn.content_version, Turn.at)
        .join(ChatRow, ChatRow.id == Turn.chat_id)
        .where(
            Turn.id > after,
            Turn.id <= end,
            Turn.topic == topic,
            Turn.outcome.in_(ANSWERS),
            ChatRow.consent == "given",
            ChatRow.stopped.is_(False),
            or_(ChatRow.news.is_(None), ChatRow.news != "stopped"),
        )
    )
    misled = {chat for chat, version, at in conn.execute(answers) if wrong(version, _day(at))}
    return sorted(misled), end if end < last else END


def count_misled(conn: Connection, topic: str, wrong: Wrong) -> int:
    """How many people a correction would reach now. Goes through all turns, in steps."""
    return len({chat for ids in _steps(conn, topic, wrong) for chat in ids})


def _steps(conn: Connection, topic: str, wrong: Wrong) -> Iterator[Sequence[int]]:
    after = 0
    while after != END:
        ids, after = some_misled(conn, topic, wrong, after)
        yield ids


def _day(at: datetime) -> date:
    return at.date()
