"""Drafts of content files on their way from one member of the staff to the yes of another.

Only what is open stands here, one draft a file: published and dropped ones are deleted, and the audit log and
the versions of the file say who did what. The texts are for the public, so they are not sealed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, ForeignKey, String, Text, delete, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from storage.models import LABEL, WORD, Base, RowId, UtcTime, _row_id

DRAFT, REVIEW = "draft", "review"
SAVED, SUBMITTED, RETURNED = "saved", "submitted", "returned"
NOTE_LIMIT = 400


class ContentDraft(Base):
    """A text of a content file that is not published yet."""

    __tablename__ = "content_drafts"
    id: Mapped[int] = _row_id()
    file: Mapped[str] = mapped_column(String(200), unique=True)  # its path inside the content folder
    base: Mapped[str] = mapped_column(String(64))  # the hash of the file that was changed, "" for a new one
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(WORD)  # draft | review
    version: Mapped[int]  # rises with every save
    updated_at: Mapped[datetime] = mapped_column(UtcTime)
    __table_args__ = ({"sqlite_autoincrement": True},)


class ContentDraftEvent(Base):
    """What happened to an open draft."""

    __tablename__ = "content_draft_events"
    id: Mapped[int] = _row_id()
    draft_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("content_drafts.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime] = mapped_column(UtcTime)
    actor: Mapped[str] = mapped_column(LABEL)
    what: Mapped[str] = mapped_column(WORD)  # saved | submitted | returned
    note: Mapped[str] = mapped_column(String(NOTE_LIMIT))
    __table_args__ = ({"sqlite_autoincrement": True},)


class DraftChanged(Exception):
    """Somebody else changed, published or dropped the draft meanwhile: show it again; `by` is "" for gone."""

    def __init__(self, by: str) -> None:
        super().__init__("the draft has changed")
        self.by = by


@dataclass(frozen=True, slots=True)
class Event:
    """A step of a draft."""

    at: datetime
    actor: str
    what: str
    note: str


@dataclass(frozen=True, slots=True)
class Draft:
    """An open draft with its steps, oldest first."""

    file: str
    base: str
    text: str
    state: str
    version: int
    updated_at: datetime
    events: tuple[Event, ...]

    @property
    def authors(self) -> tuple[str, ...]:
        """Everybody who wrote at it, in the order of their first word; none of them may publish it."""
        return tuple(dict.fromkeys(event.actor for event in self.events if event.what == SAVED))

    @property
    def note(self) -> str:
        """What was said when it was last handed over or back."""
        return next((event.note for event in reversed(self.events) if event.what != SAVED), "")


def open_drafts(conn: Connection) -> list[Draft]:
    """All open drafts by file."""
    events: dict[int, list[Event]] = {}
    for row in conn.execute(select(ContentDraftEvent.__table__).order_by(ContentDraftEvent.id)):
        events.setdefault(row.draft_id, []).append(Event(row.at, row.actor, row.what, row.note))
    rows = conn.execute(select(ContentDraft.__table__).order_by(ContentDraft.file))
    return [
        Draft(
            row.file,
            row.base,
            row.text,
            row.state,
            row.version,
            row.updated_at,
            tuple(events.get(row.id, ())),
        )
        for row in rows
    ]


def get(conn: Connection, file: str) -> Draft | None:
    """The open draft of a file."""
    row = conn.execute(select(ContentDraft.__table__).where(ContentDraft.file == file)).one_or_none()
    if row is None:
        return None
    steps = conn.execute(
        select(ContentDraftEvent.__table__)
        .where(ContentDraftEvent.draft_id == row.id)
        .order_by(ContentDraftEvent.id)
    )
    events = tuple(Event(step.at, step.actor, step.what, step.note) for step in steps)
    return Draft(row.file, row.base, row.text, row.state, row.version, row.updated_at, events)


def save(
    conn: Connection, file: str, text: str, base: str, seen: int, actor: str, now: datetime, note: str = ""
) -> int:
    """Keep a text; `seen` is the version that its writer had before them, 0 for none -> the new version.

    What waited for a yes is a draft again. Raises DraftChanged.
    """
    draft_id = _claim(conn, file, seen)
    values = {"text": text, "base": base, "state": DRAFT, "version": seen + 1, "updated_at": now}
    if draft_id is None:
        made = insert(ContentDraft).returning(ContentDraft.id)
        draft_id = int(conn.execute(made, {"file": file, **values}).scalar_one())
    else:
        conn.execute(update(ContentDraft).where(ContentDraft.id == draft_id).values(values))
    _note(conn, draft_id, now, actor, SAVED, note)
    return seen + 1


def submit(conn: Connection, file: str, seen: int, actor: str, now: datetime, note: str = "") -> None:
    """Ask for a second person's yes. Raises DraftChanged."""
    _turn(conn, file, seen, REVIEW, now, actor, SUBMITTED, note)


def give_back(conn: Connection, file: str, seen: int, actor: str, now: datetime, note: str) -> None:
    """Hand it back to its writers. Raises DraftChanged."""
    _turn(conn, file, seen, DRAFT, now, actor, RETURNED, note)


def remove(conn: Connection, file: str, seen: int) -> None:
    """Forget a draft, because it is published or nobody wants it. Raises DraftChanged."""
    draft_id = _claim(conn, file, seen)
    conn.execute(delete(ContentDraftEvent).where(ContentDraftEvent.draft_id == draft_id))
    conn.execute(delete(ContentDraft).where(ContentDraft.id == draft_id))


def _claim(conn: Connection, file: str, seen: int) -> int | None:
    """The id of the draft in exactly this version, None where none was seen and none is there."""
    draft = get(conn, file)
    if (draft.version if draft else 0) != seen:
        raise DraftChanged(draft.events[-1].actor if draft and draft.events else "")
    wanted = select(ContentDraft.id).where(ContentDraft.file == file, ContentDraft.version == seen)
    return conn.execute(wanted.with_for_update()).scalar_one_or_none()


def _turn(
    conn: Connection, file: str, seen: int, state: str, now: datetime, actor: str, what: str, note: str
) -> None:
    draft_id = _claim(conn, file, seen)
    if draft_id is None:
        raise DraftChanged("")
    conn.execute(update(ContentDraft).where(ContentDraft.id == draft_id).values(state=state, updated_at=now))
    _note(conn, draft_id, now, actor, what, note)


def _note(conn: Connection, draft_id: int, now: datetime, actor: str, what: str, note: str) -> None:
    values = {"draft_id": draft_id, "at": now, "actor": actor, "what": what, "note": note[:NOTE_LIMIT]}
    conn.execute(insert(ContentDraftEvent), values)
