"""What staff do to a case. Every deed is one unit: the change, a line in the history, a line in the audit.

A case belongs to whoever took it. Others read it and add notes; to do more they take it over, openly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from storage import audit, cases, chats, outbox
from storage.case_records import CaseSummary
from storage.dialect import insert_for
from storage.encryption import Cipher
from storage.masking import MaskedText, mask
from storage.models import Case, CaseEvent
from storage.staff_models import CaseLabel

Calls = Sequence[tuple[str, dict[str, Any]]]
MAX_LABELS = 8


class CaseGone(Exception):
    """There is no such case (any more)."""


class CaseClosed(Exception):
    """The case is closed already."""


class Collision(Exception):
    """A colleague was there first: `actor` has the case, or wrote (`what` = "replied") since it was read."""

    def __init__(self, actor: str, what: str) -> None:
        super().__init__(what)
        self.actor = actor
        self.what = what


@dataclass(frozen=True, slots=True)
class Deed:
    """Who does something to which case, and when. `hold`: how long the bot keeps silent after it.

    `via` is where they did it, if not in the console.
    """

    conn: Connection
    cipher: Cipher
    case_id: int
    actor: str
    now: datetime
    hold: timedelta
    via: str = ""

    def log(self, what: str, detail: str = "") -> None:
        detail = "; ".join(part for part in (detail, self.via) if part)
        audit.add(self.conn, self.cipher, self.now, self.actor, what, f"case:{self.case_id}", detail)

    def happened(self, what: str, detail: MaskedText | None = None, outbox_id: int | None = None) -> None:
        cases.happened(
            self.conn,
            self.cipher,
            self.case_id,
            what,
            self.now,
            actor=self.actor,
            detail=detail,
            outbox_id=outbox_id,
        )

    def change(self, **values: Any) -> None:
        values = {"updated_at": self.now, **values}
        self.conn.execute(update(Case).where(Case.id == self.case_id).values(values))


def take(deed: Deed, *, over: bool = False) -> None:
    """Make the case one's own; the bot keeps silent in its chat from now on.

    `over`: also from a colleague. Raises Collision, CaseClosed, CaseGone.
    """
    case = _open_case(deed)
    before = case.taken_by
    if before == deed.actor:
        return
    if before is not None and not over:
        raise Collision(before, "taken")
    deed.change(status="taken", taken_by=deed.actor, snoozed_until=None)
    deed.happened("taken", mask(f"dari {before}") if before else None)
    deed.log("case taken over" if before else "case taken", before or "")
    _hold(deed, _chat(deed, case))


def assign(deed: Deed, colleague: str) -> None:
    """Hand the case to a colleague. Raises Collision, CaseClosed, CaseGone."""
    _own(deed)
    deed.change(status="taken", taken_by=colleague, snoozed_until=None)
    deed.happened("assigned", mask(colleague))
    deed.log("case assigned", colleague)


def reply(deed: Deed, calls: Calls, text: str, *, seen: int | None = None) -> None:
    """Send a message to the person; a case that was nobody's becomes one's own.

    `seen` is the newest event that was read before writing: Collision if a colleague replied since.
    """
    case = _own(deed)
    if seen is not None:
        other = select(CaseEvent.actor).where(
            CaseEvent.case_id == case.id,
            CaseEvent.id > seen,
            CaseEvent.what == "replied",
            CaseEvent.actor != deed.actor,
        )
        if (colleague := deed.conn.execute(other.limit(1)).scalar()) is not None:
            raise Collision(colleague, "replied")
    chat = _chat(deed, case)
    sent = _send(deed, chat, calls)
    deed.change(status="waiting", waiting_since=None, snoozed_until=None)
    deed.happened("replied", mask(text), sent)
    deed.log("reply sent")
    _hold(deed, chat)


def note(deed: Deed, text: str) -> None:
    """A remark for colleagues; it needs no ownership."""
    _any_case(deed)
    cases.note(deed.conn, deed.cipher, deed.case_id, deed.actor, mask(text), deed.now)
    deed.log("note added")


def label(deed: Deed, name: str, *, on: bool) -> None:
    """Put a label on a case or take it off."""
    _any_case(deed)
    if on:
        count = select(func.count()).where(CaseLabel.case_id == deed.case_id)
        if deed.conn.execute(count).scalar_one() < MAX_LABELS:
            new = insert_for(deed.conn.dialect.name, CaseLabel).values(case_id=deed.case_id, label=name[:40])
            deed.conn.execute(new.on_conflict_do_nothing())
    else:
        deed.conn.execute(delete(CaseLabel).where(CaseLabel.case_id == deed.case_id, CaseLabel.label == name))
    deed.log("label added" if on else "label removed", name)


def snooze(deed: Deed, until: datetime) -> None:
    """Put the case aside until a time, or until the person writes. Raises Collision, CaseClosed, CaseGone."""
    _own(deed)
    deed.change(snoozed_until=until)
    deed.happened("snoozed")
    deed.log("case snoozed")


def give_back(deed: Deed, calls: Calls) -> None:
    """Let the bot answer this chat again; the case stays open."""
    chat = _chat(deed, _own(deed))
    chats.update(deed.conn, deed.cipher, chat, held_since=None, held_until=None)
    if chat.held(deed.now):
        _send(deed, chat, calls)
    deed.happened("given-back")
    deed.log("chat given back to the bot")


def close(deed: Deed, calls: Calls, *, asked: bool) -> None:
    """Close the case; the bot answers the chat again. `calls`, if any, tell the person or ask them."""
    case = _own(deed)
    chat = _chat(deed, case)
    sent = _send(deed, chat, calls) if calls else None
    if asked:
        deed.happened("asked", None, sent)
    cases.close(deed.conn, deed.cipher, case.id, deed.actor, deed.now)
    chats.update(deed.conn, deed.cipher, chat, held_since=None, held_until=None)
    deed.log("case closed")


def ban(deed: Deed, why: str, *, on: bool) -> None:
    """Answer this person no more but for danger, or again; the reason is logged. Raises as `take` does."""
    chat = _chat(deed, _own(deed))
    held = {"held_since": None, "held_until": None} if on else {}
    chats.update(deed.conn, deed.cipher, chat, banned_at=deed.now if on else None, **held)
    deed.happened("banned" if on else "unbanned", mask(why) if why else None)
    deed.log("sender banned" if on else "sender no longer banned", mask(why))


def unmask(deed: Deed, why: str) -> int:
    """The person's Telegram id, for an emergency; the reason is logged. Raises as `take` does."""
    chat = _chat(deed, _own(deed))
    deed.happened("unmasked", mask(why))
    deed.log("telegram id shown", mask(why))
    return chat.chat_id


def answered(
    conn: Connection, cipher: Cipher, case_id: int, chat_row_id: int, yes: bool, now: datetime
) -> bool:
    """What the person said at the end of their case; False if it is not theirs or not there."""
    found = update(Case).where(Case.id == case_id, Case.chat_id == chat_row_id).values(answered=yes)
    if not conn.execute(found).rowcount:
        return False
    cases.happened(conn, cipher, case_id, "answered" if yes else "unanswered", now)
    return True


def _any_case(deed: Deed) -> CaseSummary:
    case = cases.get(deed.conn, deed.case_id)
    if case is None:
        raise CaseGone
    return case


def _open_case(deed: Deed) -> CaseSummary:
    case = _any_case(deed)
    if case.status == "closed":
        raise CaseClosed
    return case


def _own(deed: Deed) -> CaseSummary:
    """The open case, taken now if it was nobody's."""
    case = _open_case(deed)
    if case.taken_by is None:
        deed.change(taken_by=deed.actor)
        deed.happened("taken")
    elif case.taken_by != deed.actor:
        raise Collision(case.taken_by, "taken")
    return case


def _chat(deed: Deed, case: CaseSummary) -> chats.Chat:
    chat = chats.get(deed.conn, deed.cipher, case.chat_row_id)
    if chat is None:
        raise CaseGone
    return chat


def _hold(deed: Deed, chat: chats.Chat) -> None:
    since = chat.held_since if chat.held(deed.now) else deed.now
    chats.update(deed.conn, deed.cipher, chat, held_since=since, held_until=deed.now + deed.hold)


def _send(deed: Deed, chat: chats.Chat, calls: Calls) -> int | None:
    sent = None
    for method, params in calls:
        sent = outbox.put(
            deed.conn,
            deed.cipher,
            chat.lane,
            chat.chat_id,
            method,
            params,
            now=deed.now,
            priority=outbox.STAFF,
        )
    return sent
