"""The end of a turn, in one piece: all of it is stored, or nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from storage import cases, chats, counters, inbox, outbox, people, sightings, staff_actions, turns
from storage.case_records import NewCase
from storage.chats import Chat
from storage.encryption import Cipher
from storage.inbox import InboxRow
from storage.masking import mask
from storage.prepared import Work, together

Calls = Sequence[tuple[str, Mapping[str, Any]]]
NOBODY_WROTE = ("blocked", "unblocked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """Whether the answer of an earlier turn helped. `turn_id` is None if that turn was only counted."""

    turn_id: int | None
    topic: str
    helpful: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnOutcome:
    """What a turn leaves behind. `calls` are (method, params without chat_id), in order.

    `calls` may be a function instead, given the id of the stored turn (None if only counted); with `erase` it
    is asked while the person is still stored. `erase` removes the person; the calls are then sent and
    forgotten, and nothing else is kept.
    """

    calls: Calls | Callable[[int | None], Calls] = ()
    record: turns.TurnRecord | None = None
    case: NewCase | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    feedback: Feedback | None = None
    case_answer: tuple[int, bool] | None = None  # what the person said at the end of this case of theirs
    marks: frozenset[str] = frozenset()  # links, numbers and names that were sent: only hashes are kept
    erase: bool = False


@dataclass(frozen=True, slots=True)
class Finished:
    """The chat as it is after the turn (id 0 if it was erased), and the ids of what was stored."""

    chat: Chat
    turn_id: int | None
    case_id: int | None


def finish_turn(
    conn: Connection, cipher: Cipher, row: InboxRow, chat: Chat, outcome: TurnOutcome, now: datetime
) -> Finished:
    """Store the outcome of a turn and finish its update.

    The turn itself is kept only if the person has consented, at the latest in this very turn; without consent
    it is only counted. A case is opened either way, with the words that the caller gives: a message that
    somebody wrote for staff is for them to read, whatever was said to the rest. Writing to the bot ends a
    stop; the notice of one does not. Feedback is counted by topic, and noted with its turn if that is stored.

    Raises LeaseLost if the update is finished or another worker's by now: drop the outcome then.
    """
    inbox.done(conn, row, now)
    if outcome.erase:
        calls = _calls(outcome, None)
        people.erase(conn, chat.lane, now, keep_new=True)
        outbox.put_all(conn, cipher, chat.lane, chat.chat_id, calls, now=now, forget=True)
        return Finished(chats.new(chat.lane, chat.chat_id, now), None, None)
    before, chat = chat, _save_chat(conn, cipher, chat, outcome.changes, now)
    consented = chat.consent == "given"
    turn_id = case_id = None
    work: list[Work] = []
    if outcome.record is not None:
        if consented:
            turn_id = turns.record(conn, cipher, chat.id, outcome.record, now)
        counted = _counted(outcome.record) | _people(outcome.record, before, now)
        work += counters.adding(counters.day_of(now), counted, owner=row.owner)
    if outcome.feedback is not None:
        _save_feedback(conn, chat, outcome.feedback, now, row.owner)
    if outcome.case_answer is not None:
        staff_actions.answered(conn, cipher, outcome.case_answer[0], chat.id, outcome.case_answer[1], now)
    for case in _cases(conn, cipher, chat, outcome, now):
        case_id = cases.open(
            conn,
            cipher,
            chat.id,
            case.kind,
            now=now,
            turn_id=turn_id,
            topic=case.topic,
            detail=case.detail,
        )
    calls = _calls(outcome, turn_id)
    work += outbox.putting(conn, cipher, chat.lane, chat.chat_id, calls, now=now, turn_id=turn_id)
    together(conn, work)
    return Finished(chat, turn_id, case_id)


def _cases(
    conn: Connection, cipher: Cipher, chat: Chat, outcome: TurnOutcome, now: datetime
) -> list[NewCase]:
    found = [outcome.case] if outcome.case is not None else []
    repeated = sightings.note(conn, cipher, chat.id, outcome.marks, now) if outcome.marks else None
    if repeated is not None:
        about = f"#{repeated.name}: {repeated.times}x; chat: {repeated.chats}"
        found.append(NewCase(kind="report", detail=mask(about)))
    return found


def _calls(outcome: TurnOutcome, turn_id: int | None) -> Calls:
    return outcome.calls(turn_id) if callable(outcome.calls) else outcome.calls


def _save_chat(
    conn: Connection, cipher: Cipher, chat: Chat, changes: Mapping[str, Any], now: datetime
) -> Chat:
    changes = {"seen_at": now, **changes}
    if chat.stopped and not changes.get("stopped"):
        changes |= {"stopped": False, "stopped_reason": None, "stopped_at": None}
    if chat.id and (changed := chats.update(conn, cipher, chat, **changes)) is not None:
        return changed
    return chats.save(conn, cipher, dataclasses.replace(chat, id=0, **changes))


def _save_feedback(conn: Connection, chat: Chat, feedback: Feedback, now: datetime, owner: str) -> None:
    if feedback.turn_id is not None:
        turns.feedback(conn, chat.id, feedback.turn_id, feedback.helpful)
    label = f"{feedback.topic} {'yes' if feedback.helpful else 'no'}"
    counters.add(conn, counters.day_of(now), "feedback", label, owner=owner)


def _counted(record: turns.TurnRecord) -> dict[tuple[str, str], int]:
    label = f"{record.language or '-'} {record.topic or '-'} {record.rung}"
    counted = {("turns", label): 1} | {("danger", kind): 1 for kind in record.danger}
    if record.destination:
        counted["destinations", record.destination] = 1
    return counted


def _people(record: turns.TurnRecord, before: Chat, now: datetime) -> dict[tuple[str, str], int]:
    """When people write, how many are new, and how many wrote at all on this day."""
    if record.outcome in NOBODY_WROTE:
        return {}
    counted = {("hours", counters.hour_of(now)): 1}
    if not before.id:
        counted["people", "new"] = 1
    if not before.id or counters.day_of(before.seen_at) != counters.day_of(now):
        counted["people", "active"] = 1
    return counted
