"""What a chat repeats, by keyed hashes: enough to notice it, too little to know it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models import Base, RowId, UtcTime, _index, _row_id

MARK = String(32)


class Sighting(Base):
    """That a chat sent a link, a number or an account name, and how often; of what it was only a hash."""

    __tablename__ = "sightings"
    id: Mapped[int] = _row_id()
    chat_id: Mapped[int] = mapped_column(RowId, ForeignKey("chats.id", ondelete="CASCADE"))
    mark: Mapped[str] = mapped_column(MARK)
    times: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(UtcTime)
    reported: Mapped[bool]  # staff know of it
    __table_args__ = (
        UniqueConstraint("chat_id", "mark"),
        _index("ix_sightings_mark", "mark", "last_at"),
        _index("ix_sightings_last_at", "last_at"),
        {"sqlite_autoincrement": True},
    )
