"""Who talks to the bot: language, consent, and the little that a conversation needs to go on."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select
from sqlalchemy import update as change
from sqlalchemy.sql.dml import ReturningInsert

from storage import outbox
from storage.dialect import insert_for
from storage.encryption import Cipher
from storage.models import ChatRow
from storage.prepared import Prepared
from storage.pseudonyms import pseudonym
from storage.reasons import reason_code

CHAT_ID = "chats.chat_id"
CONTEXT = "chats.context"
CHANGEABLE = frozenset(
    {
        "chat_id",
        "locale",
        "consent",
        "consent_version",
        "consent_at",
        "facts_seen",
        "stopped",
        "stopped_reason",
        "stopped_at",
        "held_since",
        "held_until",
        "news",
        "news_at",
        "news_locale",
        "news_destination",
        "news_province",
        "banned_at",
        "seen_at",
        "context",
    }
)


@dataclass(frozen=True, slots=True)
class Chat:
    """One person's chat. `id` 0 means that it is not stored yet, `chat_id` 0 that it cannot be read any more.

    consent: none | asked | given | declined. `context` is small JSON for the conversation, stored sealed.
    news, whether broadcasts may come: None (never asked) | offered | given | declined | stopped (not even
    corrections).
    """

    id: int
    lane: str
    chat_id: int = field(repr=False)
    locale: str | None
    consent: str
    consent_version: str | None
    consent_at: datetime | None
    facts_seen: int
    stopped: bool
    stopped_reason: str | None
    stopped_at: datetime | None
    created_at: datetime
    seen_at: datetime
    context: dict[str, Any] = field(default_factory=dict, repr=False)
    held_since: datetime | None = None
    held_until: datetime | None = None
    news: str | None = None
    news_at: datetime | None = None
    news_locale: str | None = None
    news_destination: str | None = None
    news_province: str | None = None
    banned_at: datetime | None = None  # by staff; only danger is answered

    def held(self, now: datetime) -> bool:
        """Whether staff talk with this person and the bot keeps silent."""
        return self.held_until is not None and now < self.held_until

    @property
    def pseudonym(self) -> str:
        """The name under which staff know this person, e.g. "Melati-4821"."""
        return pseudonym(self.id)


def new(lane: str, chat_id: int, now: datetime) -> Chat:
    """A chat that is not stored yet; `ensure` or `finish_turn` stores it."""
    return Chat(0, lane, chat_id, None, "none", None, None, 0, False, None, None, now, now, {})


def find(conn: Connection, cipher: Cipher, lane: str) -> Chat | None:
    """The chat of a lane, or None."""
    return find_all(conn, cipher, [lane]).get(lane)


_FIND = select(ChatRow.__table__).where(ChatRow.lane.in_(bindparam("lanes", expanding=True)))


def find_all(conn: Connection, cipher: Cipher, lanes: Iterable[str]) -> dict[str, Chat]:
    """The chats of many lanes with one query, by lane; unknown ones are left out."""
    rows = conn.execute(_FIND, {"lanes": list(lanes)})
    return {row.lane: _opened(cipher, row) for row in rows}


def get(conn: Connection, cipher: Cipher, row_id: int) -> Chat | None:
    """The chat with this id (of the row, not Telegram's), or None."""
    row = conn.execute(select(ChatRow.__table__).where(ChatRow.id == row_id)).one_or_none()
    return None if row is None else _opened(cipher, row)


def ensure(conn: Connection, cipher: Cipher, lane: str, chat_id: int, now: datetime) -> Chat:
    """The chat of a lane, stored now if it is new."""
    found = find(conn, cipher, lane)
    if found is not None:
        return found
    return save(conn, cipher, new(lane, chat_id, now))


def _save(dialect: str) -> ReturningInsert[Any]:
    return insert_for(dialect, ChatRow).on_conflict_do_nothing(index_elements=["lane"]).returning(ChatRow.id)


_SAVE = Prepared(_save, [name for name in ChatRow.__table__.c.keys() if name != "id"])  # noqa: SIM118


def save(conn: Connection, cipher: Cipher, chat: Chat) -> Chat:
    """Store a new chat and return it with its id. If another worker was faster, return theirs."""
    values = _columns(cipher, {name: getattr(chat, name) for name in CHANGEABLE})
    values |= {
        "lane": chat.lane,
        "created_at": chat.created_at,
    }
    if stored := _SAVE.rows(conn, values):
        return dataclasses.replace(chat, id=stored[0][0])
    theirs = find(conn, cipher, chat.lane)
    assert theirs is not None
    return theirs


def update(conn: Connection, cipher: Cipher, chat: Chat, **changes: Any) -> Chat | None:
    """Change a stored chat and return it as it is now; None if it was erased meanwhile.

    Raises TypeError for a name not in CHANGEABLE.
    """
    if unknown := set(changes) - CHANGEABLE:
        raise TypeError(f"a chat has no changeable {', '.join(sorted(unknown))}")
    columns = _columns(cipher, changes)
    if columns and not _change(frozenset(columns)).changed(conn, {"of_chat": chat.id, **columns}):
        return None
    return dataclasses.replace(chat, **changes)


@cache
def _change(columns: frozenset[str]) -> Prepared:
    new: dict[str, Any] = {name: bindparam(name) for name in sorted(columns)}
    return Prepared(lambda _: change(ChatRow).where(ChatRow.id == bindparam("of_chat")).values(new))


def stop(conn: Connection, lane: str, reason: str | BaseException, now: datetime) -> None:
    """This chat does not want to hear from us (403): what waits for it fails, and so does what is put later.

    It ends when the person writes again (`finish_turn`), or by `update(..., stopped=False)`.
    """
    stopped = (
        change(ChatRow)
        .where(ChatRow.lane == lane)
        .values(stopped=True, stopped_reason=reason_code(reason), stopped_at=now)
    )
    conn.execute(stopped)
    outbox.stop(conn, lane, now)


def _columns(cipher: Cipher, changes: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(changes)
    if "chat_id" in values:
        values["chat_id_sealed"] = cipher.seal(str(values.pop("chat_id")).encode(), CHAT_ID)
    if "context" in values:
        context = values.pop("context")
        values["context_sealed"] = cipher.seal_json(context, CONTEXT) if context else None
    return values


def _opened(cipher: Cipher, row: Row[Any]) -> Chat:
    return Chat(
        row.id,
        row.lane,
        int(cipher.read_text(row.chat_id_sealed, CHAT_ID, row.id) or 0),
        row.locale,
        row.consent,
        row.consent_version,
        row.consent_at,
        row.facts_seen,
        row.stopped,
        row.stopped_reason,
        row.stopped_at,
        row.created_at,
        row.seen_at,
        cipher.read_json(row.context_sealed, CONTEXT, row.id),
        row.held_since,
        row.held_until,
        row.news,
        row.news_at,
        row.news_locale,
        row.news_destination,
        row.news_province,
        row.banned_at,
    )
