"""What was asked and how it was answered, masked and sealed, of people who consented."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from storage.encryption import Cipher
from storage.masking import MaskedText
from storage.models import Turn
from storage.prepared import Prepared

PLACE = "turns.text"


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRecord:
    """One turn to be remembered. `text` is None without consent; `ranking` is (topic, confidence), best
    first; `rung` is one of danger, service, answer, choose, search, person; `latency_ms` whole milliseconds.
    """

    text: MaskedText | None = None
    language: str | None = None
    topic: str | None = None
    ranking: tuple[tuple[str, float], ...] = ()
    rung: str = "service"
    confidence: float | None = None
    danger: tuple[str, ...] = ()
    destination: str | None = None
    asks_for: str | None = None
    content_version: str | None = None
    latency_ms: int | None = None
    engine: str | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastTurn:
    """A remembered turn, as staff and the person see it."""

    id: int
    at: datetime
    text: str | None
    language: str | None
    topic: str | None
    rung: str
    confidence: float | None
    danger: tuple[str, ...]
    destination: str | None
    outcome: str | None
    helpful: bool | None


_COLUMNS = [name for name in Turn.__table__.c.keys() if name not in {"id", "helpful"}]  # noqa: SIM118
_INSERT = Prepared(lambda _: insert(Turn).returning(Turn.id), _COLUMNS)


def record(conn: Connection, cipher: Cipher, chat_row_id: int, turn: TurnRecord, now: datetime) -> int:
    """Store a turn of a person who consented and return its id. Raises TypeError for unmasked text."""
    if turn.text is not None and not isinstance(turn.text, MaskedText):
        raise TypeError("the text of a turn must come from mask()")
    values = {
        "chat_id": chat_row_id,
        "at": now,
        "language": turn.language,
        "topic": turn.topic,
        "rung": turn.rung,
        "confidence": turn.confidence,
        "ranking": json.dumps(turn.ranking, separators=(",", ":")) if turn.ranking else None,
        "danger": " ".join(turn.danger) or None,
        "destination": turn.destination,
        "asks_for": turn.asks_for,
        "content_version": turn.content_version,
        "engine": turn.engine,
        "outcome": turn.outcome,
        "latency_ms": turn.latency_ms,
        "text_sealed": None if turn.text is None else cipher.seal(turn.text.encode(), PLACE),
    }
    ((row_id,),) = _INSERT.rows(conn, values)
    return int(row_id)


_FEEDBACK = (
    update(Turn)
    .where(Turn.id == bindparam("turn"), Turn.chat_id == bindparam("chat"))
    .values(helpful=bindparam("answer"))
)


def feedback(conn: Connection, chat_row_id: int, turn_id: int, helpful: bool) -> bool:
    """Note whether an answer helped. False if this chat has no such turn (any more)."""
    values = {"turn": turn_id, "chat": chat_row_id, "answer": helpful}
    return bool(conn.execute(_FEEDBACK, values).rowcount)


def of_chat(conn: Connection, cipher: Cipher, chat_row_id: int, limit: int = 50) -> list[PastTurn]:
    """The latest turns of a chat, oldest first."""
    rows = conn.execute(
        select(Turn.__table__).where(Turn.chat_id == chat_row_id).order_by(Turn.id.desc()).limit(limit)
    )
    return [opened(cipher, row) for row in reversed(rows.all())]


def opened(cipher: Cipher, row: Any) -> PastTurn:
    """A stored row, readable."""
    return PastTurn(
        id=row.id,
        at=row.at,
        text=cipher.read_text(row.text_sealed, PLACE, row.id),
        language=row.language,
        topic=row.topic,
        rung=row.rung,
        confidence=row.confidence,
        danger=tuple((row.danger or "").split()),
        destination=row.destination,
        outcome=row.outcome,
        helpful=row.helpful,
    )


def ranking_of(row: Any) -> Sequence[tuple[str, float]]:
    """The stored ranking of a turn's row: (topic, confidence), best first."""
    return [(topic, confidence) for topic, confidence in json.loads(row.ranking or "[]")]


def purge(conn: Connection, before: datetime, limit: int = 1000) -> int:
    """Delete up to `limit` turns older than `before`. Returns how many."""
    old = select(Turn.id).where(Turn.at < before).order_by(Turn.at).limit(limit)
    return conn.execute(delete(Turn).where(Turn.id.in_(old))).rowcount
