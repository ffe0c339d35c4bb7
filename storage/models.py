"""The tables, for SQLite and PostgreSQL alike.

What may identify somebody or hold their words stands in columns whose names end in `_sealed`; see
`storage.encryption`. Everything else is ids, times, states and labels of our own.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, MetaData, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

# Named twice: whoever takes a table takes these along.
from storage.columns import EPOCH as EPOCH
from storage.columns import LABEL as LABEL
from storage.columns import LANE as LANE
from storage.columns import MICROSECOND as MICROSECOND
from storage.columns import WORD as WORD
from storage.columns import RowId as RowId
from storage.columns import UtcTime as UtcTime
from storage.columns import _row_id as _row_id


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


# Conditions of partial indexes. Claims repeat them word for word: SQLite takes a partial index for no less.
IS_NEW = "state = 'new'"
IS_TO_SEND = "state IN ('new', 'unknown')"
IS_LEASED = "state = 'leased'"
IS_FREE = "owner IS NULL AND waiting > 0"
IS_CLEARABLE = "finished_at IS NOT NULL AND body_sealed IS NOT NULL"
HAS_DETAIL = "detail_sealed IS NOT NULL"
IS_OPEN = "status <> 'closed'"
WANTS_NEWS = "news = 'given'"
IS_STOPPED = "stopped_at IS NOT NULL"
IS_UNASSIGNED = f"{IS_OPEN} AND taken_by IS NULL"
IS_UNHELPFUL = "text_sealed IS NOT NULL AND helpful = false"
IS_QUESTION = "text_sealed IS NOT NULL AND (outcome IN ('unanswered', 'offered') OR helpful = false)"


def _index(name: str, *columns: str, where: str | None = None) -> Index:
    condition = text(where) if where else None
    return Index(name, *columns, sqlite_where=condition, postgresql_where=condition)


class Lane(Base):
    """The queue of one chat in one direction, while it has work. Its row is the lock of the lane."""

    __tablename__ = "lanes"
    queue: Mapped[str] = mapped_column(String(3), primary_key=True)  # in | out
    lane: Mapped[str] = mapped_column(LANE, primary_key=True)
    waiting: Mapped[int]  # rows not finished, those handed out included
    claimed: Mapped[int]  # rows handed out to the owner and not finished
    priority: Mapped[int] = mapped_column(SmallInteger)  # a hint: never later in rank than the truth
    due_at: Mapped[datetime] = mapped_column(UtcTime)  # a hint: never later than the truth
    held_until: Mapped[datetime | None] = mapped_column(UtcTime)
    owner: Mapped[str | None] = mapped_column(LABEL)
    lease_until: Mapped[datetime | None] = mapped_column(UtcTime)
    __table_args__ = (
        _index("ix_lanes_free", "queue", "priority", "due_at", where=IS_FREE),
        _index("ix_lanes_leased", "queue", "lease_until", where="owner IS NOT NULL"),
    )


class Inbox(Base):
    """Updates from Telegram. Finished ones keep their id only, so that a repetition is known as one."""

    __tablename__ = "inbox"
    id: Mapped[int] = _row_id()
    bot_id: Mapped[int] = mapped_column(BigInteger)
    update_id: Mapped[int] = mapped_column(BigInteger)
    lane: Mapped[str | None] = mapped_column(LANE)
    state: Mapped[str] = mapped_column(WORD)  # new | done | dead
    attempts: Mapped[int] = mapped_column(SmallInteger)
    error: Mapped[str | None] = mapped_column(LABEL)
    received_at: Mapped[datetime] = mapped_column(UtcTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime)
    payload_sealed: Mapped[bytes | None]
    __table_args__ = (
        UniqueConstraint("bot_id", "update_id"),
        _index("ix_inbox_new", "lane", "id", where=IS_NEW),
        _index("ix_inbox_dead", "lane", where="state = 'dead'"),
        _index("ix_inbox_finished", "finished_at", where="finished_at IS NOT NULL"),
        {"sqlite_autoincrement": True},
    )


class Outbox(Base):
    """Calls to Telegram, in the order in which a chat shall see them."""

    __tablename__ = "outbox"
    id: Mapped[int] = _row_id()
    lane: Mapped[str] = mapped_column(LANE)
    state: Mapped[str] = mapped_column(WORD)  # new | leased | sent | failed | unknown
    priority: Mapped[int] = mapped_column(SmallInteger)  # 0 reply, 1 staff, 2 broadcast
    bulk: Mapped[bool]  # a broadcast: goes behind everything else of its lane
    method: Mapped[str] = mapped_column(String(40))
    attempts: Mapped[int] = mapped_column(SmallInteger)
    possible_duplicate: Mapped[bool]
    forget: Mapped[bool]  # the row is deleted as soon as it is finished
    error: Mapped[str | None] = mapped_column(LABEL)
    turn_id: Mapped[int | None] = mapped_column(BigInteger)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    due_at: Mapped[datetime] = mapped_column(UtcTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime)
    body_sealed: Mapped[bytes | None]  # {"chat_id": ..., "params": {...}}
    __table_args__ = (
        _index("ix_outbox_to_send", "lane", "bulk", "id", where=IS_TO_SEND),
        _index("ix_outbox_leased", "lane", where=IS_LEASED),
        _index("ix_outbox_lane", "lane", "finished_at"),
        _index("ix_outbox_finished", "finished_at", where="finished_at IS NOT NULL"),
        _index("ix_outbox_content", "finished_at", where=IS_CLEARABLE),
        {"sqlite_autoincrement": True},
    )


class ChatRow(Base):
    """One person's chat with the bot."""

    __tablename__ = "chats"
    id: Mapped[int] = _row_id()
    lane: Mapped[str] = mapped_column(LANE, unique=True)
    locale: Mapped[str | None] = mapped_column(WORD)
    consent: Mapped[str] = mapped_column(WORD)  # none | asked | given | declined
    consent_version: Mapped[str | None] = mapped_column(LABEL)
    consent_at: Mapped[datetime | None] = mapped_column(UtcTime)
    facts_seen: Mapped[int]
    stopped: Mapped[bool]
    stopped_reason: Mapped[str | None] = mapped_column(LABEL)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcTime)
    held_since: Mapped[datetime | None] = mapped_column(UtcTime)  # staff talk here and the bot is silent
    held_until: Mapped[datetime | None] = mapped_column(UtcTime)
    banned_at: Mapped[datetime | None] = mapped_column(UtcTime)  # staff answer no more, but for danger
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    seen_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    chat_id_sealed: Mapped[bytes]
    context_sealed: Mapped[bytes | None]
    news: Mapped[str | None] = mapped_column(WORD)  # broadcasts: offered | given | declined | stopped
    news_at: Mapped[datetime | None] = mapped_column(UtcTime)
    news_locale: Mapped[str | None] = mapped_column(WORD)  # the language in which they said yes
    news_destination: Mapped[str | None] = mapped_column(WORD)
    news_province: Mapped[str | None] = mapped_column(WORD)
    __table_args__ = (
        _index("ix_chats_news", "id", where=WANTS_NEWS),
        _index("ix_chats_stopped", "stopped_at", where=IS_STOPPED),
        {"sqlite_autoincrement": True},
    )


class Turn(Base):
    """One question and what became of it; written only for people who consented."""

    __tablename__ = "turns"
    id: Mapped[int] = _row_id()
    chat_id: Mapped[int] = mapped_column(RowId, ForeignKey("chats.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    language: Mapped[str | None] = mapped_column(WORD)
    topic: Mapped[str | None] = mapped_column(LABEL)
    rung: Mapped[str] = mapped_column(WORD)
    confidence: Mapped[float | None]
    ranking: Mapped[str | None]  # JSON: [[topic, confidence], ...]
    danger: Mapped[str | None]  # kinds, separated by blanks
    destination: Mapped[str | None] = mapped_column(WORD)
    asks_for: Mapped[str | None] = mapped_column(WORD)
    content_version: Mapped[str | None] = mapped_column(LABEL)
    engine: Mapped[str | None] = mapped_column(LABEL)
    outcome: Mapped[str | None] = mapped_column(LABEL)
    latency_ms: Mapped[int | None]
    helpful: Mapped[bool | None]
    text_sealed: Mapped[bytes | None]
    __table_args__ = (
        _index("ix_turns_chat", "chat_id", "id"),
        _index("ix_turns_destination", "destination", "chat_id", where="destination IS NOT NULL"),
        _index("ix_turns_questions", "id", where=IS_QUESTION),
        _index("ix_turns_unhelpful", "id", where=IS_UNHELPFUL),
        {"sqlite_autoincrement": True},
    )


class Case(Base):
    """Something a person of the staff has to look at. At most one is open for one person."""

    __tablename__ = "cases"
    id: Mapped[int] = _row_id()
    chat_id: Mapped[int] = mapped_column(RowId, ForeignKey("chats.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(WORD)  # see storage.case_records.NewCase
    priority: Mapped[int] = mapped_column(SmallInteger)  # 0 danger ... 3 not helpful: storage.cases.PRIORITY
    status: Mapped[str] = mapped_column(WORD)  # open | taken | waiting | closed
    topic: Mapped[str | None] = mapped_column(LABEL)
    taken_by: Mapped[str | None] = mapped_column(LABEL)
    opened_at: Mapped[datetime] = mapped_column(UtcTime)
    updated_at: Mapped[datetime] = mapped_column(UtcTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    waiting_since: Mapped[datetime | None] = mapped_column(UtcTime)  # the first sign nobody has answered yet
    snoozed_until: Mapped[datetime | None] = mapped_column(UtcTime)
    answered: Mapped[bool | None]  # what the person said when asked at the end
    __table_args__ = (
        Index(
            "uq_cases_open",
            "chat_id",
            unique=True,
            sqlite_where=text(IS_OPEN),
            postgresql_where=text(IS_OPEN),
        ),
        _index("ix_cases_queue", "priority", "opened_at", "id", where=IS_OPEN),
        _index("ix_cases_mine", "taken_by", "priority", "opened_at", "id", where=IS_OPEN),
        _index("ix_cases_free", "priority", "opened_at", "id", where=IS_UNASSIGNED),
        _index("ix_cases_chat", "chat_id"),
        _index("ix_cases_opened", "opened_at"),
        _index("ix_cases_closed", "closed_at", where="closed_at IS NOT NULL"),
        {"sqlite_autoincrement": True},
    )


class CaseEvent(Base):
    """What happened to a case, in order."""

    __tablename__ = "case_events"
    id: Mapped[int] = _row_id()
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UtcTime)
    what: Mapped[str] = mapped_column(WORD)  # see storage.cases.Event
    kind: Mapped[str | None] = mapped_column(WORD)
    topic: Mapped[str | None] = mapped_column(LABEL)
    turn_id: Mapped[int | None] = mapped_column(BigInteger)
    actor: Mapped[str | None] = mapped_column(LABEL)
    outbox_id: Mapped[int | None] = mapped_column(BigInteger)  # the message that staff sent
    detail_sealed: Mapped[bytes | None]
    __table_args__ = (
        _index("ix_case_events_case", "case_id", "id"),
        _index("ix_case_events_detail", "at", where=HAS_DETAIL),
        {"sqlite_autoincrement": True},
    )


class Counter(Base):
    """How often something happened on a day; nothing about whom.

    Each worker counts in a shard of its own, so that two of them never wait for one row.
    """

    __tablename__ = "counters"
    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(LABEL, primary_key=True)
    label: Mapped[str] = mapped_column(String(160), primary_key=True)
    shard: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger)


RETIRED = "gone-"


class KeyId(Base):
    """Ids (no secrets) of the keys that values here were sealed with: tells a wrong key file at once.

    The id of a key that nothing is sealed with any more stays behind as "gone-" and itself.
    """

    __tablename__ = "key_ids"
    id: Mapped[str] = mapped_column(WORD, primary_key=True)
