"""The sending of broadcasts, in small steps: find the audience, fill the outbox, note what became of it.

Each step is one unit, done by one process at a time, and starts from what is stored: a kill between two steps
loses and repeats nothing. Whoever is found becomes a row, once; only a waiting row is handed to the outbox,
and in the same unit is waiting no more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select, text, tuple_, update

from storage import audiences, broadcasts, chats, outbox
from storage.audiences import Wrong
from storage.broadcast_models import IS_LEFT, IS_QUEUED, IS_RUNNING, Broadcast, Recipient
from storage.broadcasts import BroadcastRecord
from storage.encryption import Cipher
from storage.errors import CannotDecrypt
from storage.models import ChatRow, Outbox
from storage.periodic import only_one

SECOND = timedelta(seconds=1)
LOOKAHEAD_SECONDS = 2.0
UNREACHABLE = ("blocked", "gone", outbox.STOPPED)

Call = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Sender:
    """How to send. `per_second` is the pace of all processes together.

    `word` makes the one call for somebody in a language, None if there is nothing to say any more; `wrong`
    gives the test for a correction's topic.
    """

    cipher: Cipher
    per_second: float
    word: Callable[[BroadcastRecord, str], Call | None]
    wrong: Callable[[str], Wrong]


@dataclass(frozen=True, slots=True)
class Step:
    """What a step did. `hurry`: there is more to do at once. `put`: messages handed to the outbox."""

    running: bool = False
    hurry: bool = False
    put: int = 0


def busy(conn: Connection) -> bool:
    """Whether a step might find something to do."""
    running = conn.execute(select(Broadcast.id).where(text(IS_RUNNING)).limit(1)).first()
    return bool(running or conn.execute(select(Recipient.chat_id).where(text(IS_QUEUED)).limit(1)).first())


def step(conn: Connection, sender: Sender, now: datetime) -> Step:
    """Do the next bit of work."""
    if not only_one(conn, "broadcast"):
        return Step(running=True)
    _note_outcomes(conn)
    due = or_(Broadcast.state == "sending", Broadcast.due_at.is_(None), Broadcast.due_at <= now)
    wanted = select(Broadcast.__table__).where(text(IS_RUNNING), due).order_by(Broadcast.id).limit(1)
    # Locked, so that a pause comes before this step or after it.
    row = conn.execute(wanted.with_for_update()).one_or_none()
    if row is None:
        return Step()
    found = broadcasts.record(row)
    if row.state == "approved":
        _set(conn, found.id, state="sending")
    if row.cursor != audiences.END:
        _find(conn, found, row.cursor, sender)
        return Step(running=True, hurry=True)
    put = _feed(conn, found, row.fed_to, sender, now)
    if not put:
        _finish_if_done(conn, found.id, now)
    return Step(running=True, put=put)


def _set(conn: Connection, broadcast_id: int, **values: Any) -> None:
    conn.execute(update(Broadcast).where(Broadcast.id == broadcast_id).values(values))


def _find(conn: Connection, found: BroadcastRecord, cursor: int, sender: Sender) -> None:
    """Add the next part of the audience."""
    if found.kind == broadcasts.CORRECTION:
        assert found.topic is not None
        ids, cursor = audiences.some_misled(conn, found.topic, sender.wrong(found.topic), cursor)
        known = select(Recipient.chat_id).where(
            Recipient.broadcast_id == found.id, Recipient.chat_id.in_(ids)
        )
        ids = sorted(set(ids) - set(conn.execute(known).scalars()))
    else:
        ids, cursor = audiences.some(conn, found.audience_is, cursor)
    rows = [
        {"broadcast_id": found.id, "chat_id": each, "state": "waiting", "outbox_id": None} for each in ids
    ]
    if rows:
        conn.execute(insert(Recipient), rows)
    _set(conn, found.id, cursor=cursor, audience=Broadcast.audience + len(rows))


def _feed(
    conn: Connection, found: BroadcastRecord, fed_to: datetime | None, sender: Sender, now: datetime
) -> int:
    """Hand over as many as the pace allows since the last time. Returns how many."""
    start = max(fed_to or now, now - SECOND)
    queued = conn.execute(
        select(func.count()).where(
            text(f"broadcast_recipients.{IS_QUEUED}"), Recipient.broadcast_id == found.id
        )
    ).scalar_one()
    room = max(int(LOOKAHEAD_SECONDS * sender.per_second), 1) - queued
    count = min(int((now - start).total_seconds() * sender.per_second), room)
    if fed_to is None:
        _set(conn, found.id, fed_to=now)
    if count <= 0:
        return 0
    _set(conn, found.id, fed_to=start + timedelta(seconds=count / sender.per_second))
    people = (
        select(ChatRow.__table__)
        .join(Recipient, Recipient.chat_id == ChatRow.id)
        .where(Recipient.broadcast_id == found.id, text(f"broadcast_recipients.{IS_LEFT}"))
        .order_by(Recipient.chat_id)
        .limit(count)
    )
    put = 0
    for person in conn.execute(people).all():
        state, outbox_id = _hand_over(conn, found, person, sender, now)
        this = update(Recipient).where(Recipient.broadcast_id == found.id, Recipient.chat_id == person.id)
        conn.execute(this.values(state=state, outbox_id=outbox_id))
        if state != "queued":
            _count(conn, found.id, {state: 1})
        put += 1
    return put


def _hand_over(
    conn: Connection, found: BroadcastRecord, person: Any, sender: Sender, now: datetime
) -> tuple[str, int | None]:
    """Put the message of one person into the outbox, unless their yes is gone -> state, id in the outbox."""
    if found.kind == broadcasts.CORRECTION:
        willing = person.consent == "given" and person.news != "stopped"
    else:
        willing = person.news == "given"
    if not willing:
        return "skipped", None
    if person.stopped:
        return "blocked", None
    call = sender.word(found, person.locale or person.news_locale or "id")
    if call is None:
        return "skipped", None
    try:
        chat_id = int(sender.cipher.open(person.chat_id_sealed, chats.CHAT_ID))
    except CannotDecrypt:
        return "failed", None
    row = outbox.put(conn, sender.cipher, person.lane, chat_id, *call, now=now, priority=outbox.BROADCAST)
    return "queued", row


def _note_outcomes(conn: Connection) -> None:
    """Copy what became of messages, of whatever broadcast: the outbox forgets it after its term."""
    ready = (
        select(
            Recipient.broadcast_id, Recipient.chat_id, Outbox.state, Outbox.error, Outbox.possible_duplicate
        )
        .join_from(Recipient, Outbox, Outbox.id == Recipient.outbox_id, isouter=True)
        .where(
            text(f"broadcast_recipients.{IS_QUEUED}"),
            or_(Outbox.id.is_(None), Outbox.finished_at.is_not(None)),
        )
    )
    outcomes: dict[tuple[int, str], list[int]] = {}
    duplicates: dict[int, int] = {}
    for broadcast_id, chat, state, error, duplicate in conn.execute(ready):
        outcome = "sent" if state == "sent" else "blocked" if error in UNREACHABLE else "failed"
        outcomes.setdefault((broadcast_id, outcome), []).append(chat)
        if outcome == "sent" and duplicate:
            duplicates[broadcast_id] = duplicates.get(broadcast_id, 0) + 1
    for (broadcast_id, outcome), people in outcomes.items():
        those = update(Recipient).where(Recipient.broadcast_id == broadcast_id, Recipient.chat_id.in_(people))
        conn.execute(those.values(state=outcome))
        _count(conn, broadcast_id, {outcome: len(people)})
    for broadcast_id, count in duplicates.items():
        _count(conn, broadcast_id, {"duplicates": count})


def _count(conn: Connection, broadcast_id: int, more: dict[str, int]) -> None:
    _set(conn, broadcast_id, **{name: getattr(Broadcast, name) + n for name, n in more.items()})


def _finish_if_done(conn: Connection, broadcast_id: int, now: datetime) -> None:
    open_states: Sequence[str] = (IS_LEFT, IS_QUEUED)
    for state in open_states:
        rest = select(Recipient.chat_id).where(
            Recipient.broadcast_id == broadcast_id, text(f"broadcast_recipients.{state}")
        )
        if conn.execute(rest.limit(1)).first():
            return
    gone = broadcasts.get(conn, broadcast_id).left
    _set(conn, broadcast_id, state="done", finished_at=now, gone=gone)


def _old(before: datetime) -> Any:
    over = select(Broadcast.id).where(Broadcast.finished_at < before)
    return Recipient.broadcast_id.in_(over)


def purgeable(conn: Connection, before: datetime) -> int:
    """How many rows say to whom broadcasts went that were over before a time."""
    return int(conn.execute(select(func.count()).select_from(Recipient).where(_old(before))).scalar_one())


def purge(conn: Connection, before: datetime, limit: int = 1000) -> int:
    """Forget to whom broadcasts went that were over before a time, up to `limit`. Returns how many."""
    some = select(Recipient.broadcast_id, Recipient.chat_id).where(_old(before)).limit(limit)
    key = tuple_(Recipient.broadcast_id, Recipient.chat_id)
    return conn.execute(delete(Recipient).where(key.in_(some))).rowcount
