"""What the bot did not understand, and what staff made of it: training examples, or nothing.

Examples are the staff's: masked, read by a person, and sealed like everything that somebody wrote. They go
with the person who is erased; once the turn they came from is past its term, nothing ties them to anybody.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, ForeignKey, Select, delete, exists, func, insert, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from storage import audit, turns
from storage.dialect import insert_for
from storage.encryption import Cipher
from storage.masking import MaskedText
from storage.models import IS_QUESTION, IS_UNHELPFUL, LABEL, WORD, Base, RowId, Turn, UtcTime, _index, _row_id

PLACE = "training_examples.text"
UNANSWERED, UNSURE, NOT_HELPFUL = "unanswered", "unsure", "not-helpful"
EXAMPLES, TOPIC, NOTHING = "examples", "topic", "nothing"
COUNTED_TO = 99

_KINDS: dict[str, Any] = {
    UNANSWERED: Turn.outcome == "unanswered",
    UNSURE: (Turn.outcome == "offered") & Turn.rung.in_(("choose", "search")),
    NOT_HELPFUL: text(IS_UNHELPFUL),
}
KINDS = tuple(_KINDS)


class QuestionDecision(Base):
    """What was made of a group of questions."""

    __tablename__ = "question_decisions"
    id: Mapped[int] = _row_id()
    at: Mapped[datetime] = mapped_column(UtcTime)
    actor: Mapped[str] = mapped_column(LABEL)
    what: Mapped[str] = mapped_column(WORD)  # examples | topic | nothing
    topic: Mapped[str | None] = mapped_column(LABEL)
    questions: Mapped[int]
    __table_args__ = ({"sqlite_autoincrement": True},)


class QuestionTurn(Base):
    """A question that somebody has decided about."""

    __tablename__ = "question_turns"
    turn_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    decision_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("question_decisions.id", ondelete="CASCADE"), index=True
    )


class TrainingExample(Base):
    """A sentence that the next training learns from."""

    __tablename__ = "training_examples"
    id: Mapped[int] = _row_id()
    decision_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("question_decisions.id", ondelete="CASCADE"), index=True
    )
    chat_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("chats.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UtcTime)
    language: Mapped[str] = mapped_column(WORD)
    topic: Mapped[str] = mapped_column(LABEL)
    text_sealed: Mapped[bytes]
    __table_args__ = (
        _index("ix_training_examples_chat", "chat_id", where="chat_id IS NOT NULL"),
        {"sqlite_autoincrement": True},
    )


class QuestionsGone(Exception):
    """A colleague has decided about these questions, or their people were erased: show the list again."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question nobody has decided about; `text` is masked, `topic` what it was answered with."""

    id: int
    at: datetime
    text: str
    language: str | None
    topic: str | None
    ranking: tuple[tuple[str, float], ...]
    destination: str | None


@dataclass(frozen=True, slots=True)
class NewExample:
    """A sentence to learn from, and the question it was made of."""

    turn_id: int
    language: str
    topic: str
    text: MaskedText


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence to learn from."""

    language: str
    topic: str
    text: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A line of the history. `what`: examples | topic | nothing."""

    id: int
    at: datetime
    actor: str
    what: str
    topic: str | None
    questions: int
    examples: int


def open_questions(conn: Connection, cipher: Cipher, kind: str, limit: int) -> list[Question]:
    """Questions of a kind that wait for a decision, newest first. Raises KeyError for a kind."""
    rows = conn.execute(_open(kind, Turn.__table__).order_by(Turn.id.desc()).limit(limit))
    return [question for row in rows if (question := _question(cipher, row)) is not None]


def counts(conn: Connection) -> dict[str, int]:
    """How many questions of each kind wait, counted no further than COUNTED_TO + 1."""
    counted = {}
    for kind in KINDS:
        some = _open(kind, Turn.id).limit(COUNTED_TO + 1).subquery()
        counted[kind] = int(conn.execute(select(func.count()).select_from(some)).scalar_one())
    return counted


def decide(
    conn: Connection,
    cipher: Cipher,
    now: datetime,
    actor: str,
    what: str,
    turn_ids: Collection[int],
    *,
    topic: str | None = None,
    examples: Sequence[NewExample] = (),
) -> int:
    """Take questions off the list, with what is learned from them -> the id of the decision.

    Raises QuestionsGone; TypeError for a text that is not masked.
    """
    if not all(isinstance(example.text, MaskedText) for example in examples):
        raise TypeError("the text of an example must come from mask()")
    chats = dict(conn.execute(select(Turn.id, Turn.chat_id).where(Turn.id.in_(list(turn_ids)))).all())
    if not chats or set(turn_ids) - chats.keys():
        raise QuestionsGone
    values = {"at": now, "actor": actor, "what": what, "topic": topic, "questions": len(chats)}
    made = conn.execute(insert(QuestionDecision).returning(QuestionDecision.id), values)
    decision_id = int(made.scalar_one())
    taking = insert_for(conn.dialect.name, QuestionTurn).on_conflict_do_nothing()
    for turn_id in sorted(chats):  # in one order, so that two people never wait for each other
        taken = taking.values(turn_id=turn_id, decision_id=decision_id).returning(QuestionTurn.turn_id)
        if conn.execute(taken).first() is None:
            raise QuestionsGone
    for example in examples:
        row = {
            "decision_id": decision_id,
            "chat_id": chats[example.turn_id],
            "at": now,
            "language": example.language,
            "topic": example.topic,
            "text_sealed": cipher.seal(example.text.encode(), PLACE),
        }
        conn.execute(insert(TrainingExample), row)
    detail = f"{what} {topic or '-'}: {len(chats)} questions, {len(examples)} examples"
    audit.add(conn, cipher, now, actor, "questions decided", f"decision:{decision_id}", detail)
    return decision_id


def undo(conn: Connection, cipher: Cipher, now: datetime, actor: str, decision_id: int) -> bool:
    """Put the questions back on the list and forget the examples. False if there is no such decision."""
    gone = delete(QuestionDecision).where(QuestionDecision.id == decision_id)
    if not conn.execute(gone).rowcount:
        return False
    audit.add(conn, cipher, now, actor, "questions put back", f"decision:{decision_id}")
    return True


def decisions(conn: Connection, limit: int = 100, *, only: int | None = None) -> list[Decision]:
    """What was decided, newest first; `only` the decision with this id."""
    learned = (
        select(func.count())
        .where(TrainingExample.decision_id == QuestionDecision.id)
        .scalar_subquery()
        .label("examples")
    )
    wanted = select(QuestionDecision.__table__, learned).order_by(QuestionDecision.id.desc()).limit(limit)
    if only is not None:
        wanted = wanted.where(QuestionDecision.id == only)
    return [Decision(*row) for row in conn.execute(wanted)]


def decided(conn: Connection, cipher: Cipher, decision_id: int) -> list[Question]:
    """The questions of a decision, as far as they are still kept, newest first."""
    rows = conn.execute(
        select(Turn.__table__)
        .join(QuestionTurn, QuestionTurn.turn_id == Turn.id)
        .where(QuestionTurn.decision_id == decision_id)
        .order_by(Turn.id.desc())
    )
    return [question for row in rows if (question := _question(cipher, row)) is not None]


def examples(conn: Connection, cipher: Cipher) -> list[Example]:
    """Everything that staff want learned, in the order in which they decided."""
    rows = conn.execute(select(TrainingExample.__table__).order_by(TrainingExample.id))
    return [
        Example(row.language, row.topic, said)
        for row in rows
        if (said := cipher.read_text(row.text_sealed, PLACE, row.id))
    ]


def untie(conn: Connection, before: datetime) -> int:
    """Forget whom examples older than `before` came from. Returns how many."""
    old = (TrainingExample.chat_id.is_not(None)) & (TrainingExample.at < before)
    return conn.execute(update(TrainingExample).where(old).values(chat_id=None)).rowcount


def _open(kind: str, *columns: Any) -> Select[Any]:
    decided = exists().where(QuestionTurn.turn_id == Turn.id)
    return select(*columns).where(text(IS_QUESTION), _KINDS[kind], ~decided)


def _question(cipher: Cipher, row: Any) -> Question | None:
    said = cipher.read_text(row.text_sealed, turns.PLACE, row.id)
    if not said:
        return None
    ranking = tuple(turns.ranking_of(row))
    return Question(row.id, row.at, said, row.language, row.topic, ranking, row.destination)
