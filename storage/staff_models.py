"""The tables of the staff: who they are, how they signed in, what they did."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models import LABEL, WORD, Base, RowId, UtcTime, _index, _row_id

HASH = String(64)


class StaffRow(Base):
    """A member of the staff. Without a password they were invited and have not come yet."""

    __tablename__ = "staff"
    id: Mapped[int] = _row_id()
    name: Mapped[str] = mapped_column(LABEL, unique=True)  # what they sign in with, lower case
    role: Mapped[str] = mapped_column(WORD)  # viewer | agent | editor | publisher | admin
    locale: Mapped[str] = mapped_column(WORD)  # of the console: id | en
    disabled: Mapped[bool]
    password_hash: Mapped[str | None] = mapped_column(String(200))
    totp_sealed: Mapped[bytes | None]
    totp_step: Mapped[int | None] = mapped_column(BigInteger)  # the last time step whose code was taken
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    telegram_mark: Mapped[str | None] = mapped_column(HASH)  # a keyed hash of their Telegram id
    __table_args__ = (
        Index("uq_staff_telegram_mark", "telegram_mark", unique=True),
        {"sqlite_autoincrement": True},
    )


class StaffCode(Base):
    """A one-time secret, kept as a hash: an invitation, a recovery code, a code that links Telegram."""

    __tablename__ = "staff_codes"
    hash: Mapped[str] = mapped_column(HASH, primary_key=True)
    staff_id: Mapped[int] = mapped_column(RowId, ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(WORD)  # invitation | recovery | telegram
    expires_at: Mapped[datetime | None] = mapped_column(UtcTime)
    totp_sealed: Mapped[bytes | None]  # of an invitation: the secret that is being set up


class StaffSession(Base):
    """A browser in which somebody signed in. Deleted when it ends."""

    __tablename__ = "staff_sessions"
    id: Mapped[int] = _row_id()
    hash: Mapped[str] = mapped_column(HASH, unique=True)
    staff_id: Mapped[int] = mapped_column(RowId, ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    stage: Mapped[str] = mapped_column(WORD)  # password: the code is still missing | full
    browser: Mapped[str] = mapped_column(LABEL)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    seen_at: Mapped[datetime] = mapped_column(UtcTime)
    __table_args__ = ({"sqlite_autoincrement": True},)


class StaffAttempt(Base):
    """Failed sign-ins of one account or from one address, by a hash of its name."""

    __tablename__ = "staff_attempts"
    hash: Mapped[str] = mapped_column(HASH, primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    locked_until: Mapped[datetime | None] = mapped_column(UtcTime)


class CaseLabel(Base):
    """A label that staff put on a case."""

    __tablename__ = "case_labels"
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    label: Mapped[str] = mapped_column(String(40), primary_key=True)
    __table_args__ = (_index("ix_case_labels_label", "label", "case_id"),)


class AuditRow(Base):
    """What somebody did. Rows are only ever added: triggers refuse anything else, and hashes form a chain."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False)  # 1, 2, 3 ... without gaps
    at: Mapped[datetime] = mapped_column(UtcTime)
    actor: Mapped[str] = mapped_column(LABEL)
    what: Mapped[str] = mapped_column(LABEL)
    subject: Mapped[str] = mapped_column(LABEL)
    detail: Mapped[str] = mapped_column(String(400))
    outcome: Mapped[int] = mapped_column(SmallInteger)  # 1 done, 0 refused
    hash: Mapped[str] = mapped_column(HASH)


class SavedFilter(Base):
    """A list of the desk that somebody narrowed and kept; `query` is how it stands in an address."""

    __tablename__ = "saved_filters"
    id: Mapped[int] = _row_id()
    staff_id: Mapped[int] = mapped_column(RowId, ForeignKey("staff.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(40))
    query: Mapped[str] = mapped_column(String(600))
    __table_args__ = (UniqueConstraint("staff_id", "name"), {"sqlite_autoincrement": True})


IS_LIVE = "closed_at IS NULL"


class StaffTopic(Base):
    """A case in the staff's Telegram group: its topic there, and how much of the case was told.

    Without a case (erased, or kept long enough) only the topic is left, until it is deleted at Telegram too.
    """

    __tablename__ = "staff_topics"
    id: Mapped[int] = _row_id()
    case_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("cases.id", ondelete="SET NULL"))
    group_id: Mapped[int] = mapped_column(BigInteger)
    thread_id: Mapped[int | None] = mapped_column(BigInteger)  # none: to be made, for the first time or again
    told_event: Mapped[int] = mapped_column(BigInteger)  # the newest event of the case that was told
    told_at: Mapped[datetime] = mapped_column(UtcTime)  # when the case had last changed by then
    # A message of the staff whose fate the group has not heard of.
    awaited: Mapped[int | None] = mapped_column(
        RowId, ForeignKey("outbox.id", ondelete="SET NULL"), index=True
    )
    due_at: Mapped[datetime] = mapped_column(UtcTime)  # not before: a lease, or as Telegram says
    closed_at: Mapped[datetime | None] = mapped_column(UtcTime)  # that the case is closed was told
    __table_args__ = (
        UniqueConstraint("case_id", "group_id"),
        Index("ix_staff_topics_thread", "group_id", "thread_id"),
        _index("ix_staff_topics_live", "due_at", where=IS_LIVE),
        {"sqlite_autoincrement": True},
    )
