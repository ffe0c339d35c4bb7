"""The tables of broadcasts: what is sent to many, and what became of it for each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models import LABEL, WORD, Base, RowId, UtcTime, _index, _row_id

IS_RUNNING = "state IN ('approved', 'sending')"
IS_LEFT = "state = 'waiting'"
IS_QUEUED = "state = 'queued'"


class Broadcast(Base):
    """One message to many, and its figures: whom it was for adds up from what became of it."""

    __tablename__ = "broadcasts"
    id: Mapped[int] = _row_id()
    kind: Mapped[str] = mapped_column(WORD)  # news | correction
    state: Mapped[str] = mapped_column(WORD)  # draft | waiting | approved | sending | paused | done | stopped
    name: Mapped[str] = mapped_column(LABEL)  # for staff
    texts: Mapped[str] = mapped_column(Text)  # JSON: {locale: text}; a correction is worded by the bot
    topic: Mapped[str | None] = mapped_column(LABEL)  # the article a tap away
    correction: Mapped[str | None] = mapped_column(String(64), unique=True)  # which one: told once
    destination: Mapped[str | None] = mapped_column(WORD)  # the audience; None means all
    province: Mapped[str | None] = mapped_column(WORD)
    language: Mapped[str | None] = mapped_column(WORD)
    asked: Mapped[str | None] = mapped_column(LABEL)
    test_code: Mapped[str] = mapped_column(WORD)  # whoever writes it to the bot gets the message
    created_by: Mapped[str] = mapped_column(LABEL)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    approved_by: Mapped[str | None] = mapped_column(LABEL)
    due_at: Mapped[datetime | None] = mapped_column(UtcTime)  # not before; None means at once
    estimate: Mapped[int | None]  # people it would have reached when last counted
    cursor: Mapped[int] = mapped_column(BigInteger)  # how far the search for its audience got; -1 is the end
    fed_to: Mapped[datetime | None] = mapped_column(UtcTime)  # how far its pace has been used up
    audience: Mapped[int]
    sent: Mapped[int]
    duplicates: Mapped[int]  # of the sent ones: perhaps twice
    blocked: Mapped[int]
    failed: Mapped[int]
    skipped: Mapped[int]  # took their yes back in time
    gone: Mapped[int]  # were erased in time; known at the end
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime)
    __table_args__ = (
        _index("ix_broadcasts_running", "id", where=IS_RUNNING),
        {"sqlite_autoincrement": True},
    )


class Recipient(Base):
    """Somebody a broadcast is for."""

    __tablename__ = "broadcast_recipients"
    broadcast_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("broadcasts.id", ondelete="CASCADE"), primary_key=True
    )
    chat_id: Mapped[int] = mapped_column(RowId, ForeignKey("chats.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[str] = mapped_column(WORD)  # waiting | queued | sent | blocked | failed | skipped
    outbox_id: Mapped[int | None] = mapped_column(BigInteger)
    __table_args__ = (
        _index("ix_broadcast_recipients_left", "broadcast_id", "chat_id", where=IS_LEFT),
        _index("ix_broadcast_recipients_queued", "broadcast_id", "outbox_id", where=IS_QUEUED),
        _index("ix_broadcast_recipients_chat", "chat_id"),
    )
