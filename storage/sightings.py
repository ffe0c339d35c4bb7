"""Links, numbers and account names that come up again and again: advertisers, and whom many are warned of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select, update

from storage.abuse_models import Sighting
from storage.dialect import insert_for
from storage.encryption import Cipher

PLACE = "sightings.mark"
DIGITS = 32
TIMES = 3  # from one chat: an advertisement
CHATS = 3  # the same from so many: somebody is about
WITHIN = timedelta(days=30)
MOST_MARKS = 20  # of one message


@dataclass(frozen=True, slots=True)
class Repeated:
    """What was noticed: how often this chat sent it, from how many chats it came, and its short name."""

    times: int
    chats: int
    name: str


def note(
    conn: Connection, cipher: Cipher, chat_row_id: int, values: Iterable[str], now: datetime
) -> Repeated | None:
    """Count what a chat sent -> what staff should hear about now, the most frequent; None as a rule.

    Of each link or number staff hear once from its chat, and once when it comes from several.
    """
    noticed: list[Repeated] = []
    for value in sorted(values)[:MOST_MARKS]:
        mark = cipher.mark(value.encode("utf-8", "replace"), PLACE)[:DIGITS]
        times, reported = _count(conn, chat_row_id, mark, now)
        alike = (Sighting.mark == mark, Sighting.last_at >= now - WITHIN)
        chats, known = conn.execute(
            select(func.count(), func.count().filter(Sighting.reported)).where(*alike)
        ).one()
        if (times >= TIMES and not reported) or (chats >= CHATS and not known):
            noticed.append(Repeated(times, chats, mark[:6]))
            every = alike if chats >= CHATS else (*alike, Sighting.chat_id == chat_row_id)
            conn.execute(update(Sighting).where(*every).values(reported=True))
    return max(noticed, key=lambda each: (each.chats, each.times), default=None)


def _count(conn: Connection, chat_row_id: int, mark: str, now: datetime) -> tuple[int, bool]:
    new = insert_for(conn.dialect.name, Sighting).values(
        chat_id=chat_row_id, mark=mark, times=1, last_at=now, reported=False
    )
    counted = new.on_conflict_do_update(
        index_elements=["chat_id", "mark"], set_={"times": Sighting.times + 1, "last_at": now}
    ).returning(Sighting.times, Sighting.reported)
    times, reported = conn.execute(counted).one()
    return int(times), bool(reported)


def of_chat(conn: Connection, chat_row_id: int) -> list[tuple[datetime, int]]:
    """When something was last sent by a chat, and how often: all that is known of it."""
    rows = conn.execute(
        select(Sighting.last_at, Sighting.times).where(Sighting.chat_id == chat_row_id).order_by(Sighting.id)
    )
    return [(last_at, times) for last_at, times in rows]


def purge(conn: Connection, before: datetime, limit: int = 1000) -> int:
    """Forget up to `limit` that did not come up since. Returns how many."""
    old = select(Sighting.id).where(Sighting.last_at < before).order_by(Sighting.last_at).limit(limit)
    return conn.execute(delete(Sighting).where(Sighting.id.in_(old))).rowcount
