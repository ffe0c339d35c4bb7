"""A conversation as staff read it: the person, the bot, colleagues, and what happened to the case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from storage import cases, outbox, turns
from storage.case_records import Event
from storage.encryption import Cipher
from storage.models import Case, ChatRow, Outbox
from storage.staff_desk import split_report

TURNS = 60
WAITING, SENT, FAILED, BLOCKED = "waiting", "sent", "failed", "blocked"
_STATES = {"new": WAITING, "leased": WAITING, "unknown": WAITING, "sent": SENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the thread. who: person | bot | staff | note | event.

    `calls` are what the bot sent (method, params), as long as it is kept. `state` is how a message of the
    staff fares: waiting | sent | failed | blocked, None once the store has forgotten it.
    """

    at: datetime
    who: str
    text: str | None = None
    actor: str | None = None
    what: str | None = None
    turn: turns.PastTurn | None = None
    calls: tuple[tuple[str, dict[str, Any]], ...] = field(default=(), repr=False)
    state: str | None = None
    danger: tuple[str, ...] = ()
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class OtherCase:
    """An earlier case of the same person."""

    id: int
    kind: str
    status: str
    opened_at: datetime


def thread(conn: Connection, cipher: Cipher, chat_row_id: int, case_id: int) -> list[Entry]:
    """The last turns of a person and the history of a case, in the order in which they happened."""
    past = turns.of_chat(conn, cipher, chat_row_id, TURNS)
    sent = _bot_calls(conn, cipher, chat_row_id, [turn.id for turn in past])
    told = {turn.id for turn in past if turn.text is not None}
    entries: list[tuple[datetime, int, Entry]] = []
    for turn in past:
        entries.append((turn.at, 0, Entry(at=turn.at, who="person", text=turn.text, turn=turn)))
        if turn.outcome not in ("silent", "to-staff"):
            calls = tuple(sent.get(turn.id, ()))
            entries.append(
                (turn.at, 1, Entry(at=turn.at, who="bot", calls=calls, turn=turn, topic=turn.topic))
            )
    history = cases.events(conn, cipher, case_id)
    states = delivery_states(conn, [each.outbox_id for each in history if each.outbox_id is not None])
    for event in history:
        entries += [(event.at, 2, each) for each in _from_event(event, told, states)]
    entries.sort(key=lambda each: each[:2])
    return [entry for _, _, entry in entries]


def _from_event(event: Event, told: set[int], states: dict[int, str]) -> list[Entry]:
    if event.what == "reported":
        danger, words = split_report(event.kind, event.detail)
        report = Entry(
            at=event.at, who="event", what=f"reported-{event.kind}", danger=danger, topic=event.topic
        )
        if words is None or event.turn_id in told:
            return [report]
        return [Entry(at=event.at, who="person", text=words), report]
    if event.what in ("replied", "asked"):
        state = states.get(event.outbox_id) if event.outbox_id is not None else None
        return [
            Entry(
                at=event.at, who="staff", text=event.detail, actor=event.actor, what=event.what, state=state
            )
        ]
    who = "note" if event.what == "noted" else "event"
    return [Entry(at=event.at, who=who, text=event.detail, actor=event.actor, what=event.what)]


def delivery_states(conn: Connection, ids: Iterable[int]) -> dict[int, str]:
    """How calls fare, by the id of their row in the outbox."""
    rows = conn.execute(select(Outbox.id, Outbox.state, Outbox.error).where(Outbox.id.in_(list(ids))))
    return {row.id: _STATES.get(row.state) or _why(row.error) for row in rows}


def _why(error: str | None) -> str:
    return BLOCKED if error in (outbox.STOPPED, "blocked", "gone") else FAILED


def _bot_calls(
    conn: Connection, cipher: Cipher, chat_row_id: int, turn_ids: list[int]
) -> dict[int, list[tuple[str, dict[str, Any]]]]:
    if not turn_ids:
        return {}
    lane = select(ChatRow.lane).where(ChatRow.id == chat_row_id).scalar_subquery()
    rows = conn.execute(
        select(Outbox.id, Outbox.turn_id, Outbox.method, Outbox.body_sealed)
        .where(Outbox.lane == lane, Outbox.turn_id.in_(turn_ids), Outbox.body_sealed.is_not(None))
        .order_by(Outbox.id)
    )
    found: dict[int, list[tuple[str, dict[str, Any]]]] = {}
    for row in rows:
        if body := cipher.read_json(row.body_sealed, outbox.PLACE, row.id):
            found.setdefault(row.turn_id, []).append((row.method, body["params"]))
    return found


def other_cases(conn: Connection, chat_row_id: int, but: int, limit: int = 10) -> list[OtherCase]:
    """Other cases of the same person, newest first."""
    rows = conn.execute(
        select(Case.id, Case.kind, Case.status, Case.opened_at)
        .where(Case.chat_id == chat_row_id, Case.id != but)
        .order_by(Case.id.desc())
        .limit(limit)
    )
    return [OtherCase(*row) for row in rows]
