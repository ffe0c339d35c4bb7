"""Everything that is held about one person: handed over, or erased."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, null, select, text, update

from storage import cases, chats, inbox, lanes, outbox, sightings, turns
from storage.encryption import Cipher
from storage.models import Case, ChatRow, Inbox, Outbox, Turn
from storage.staff_models import CaseLabel


def erase(conn: Connection, lane: str, now: datetime, *, keep_new: bool = False) -> bool:
    """Remove a person from every table. False if there was nothing.

    Of updates only Telegram's ids stay, so that a repetition does not bring the person back.
    `keep_new` spares the updates that wait: what somebody wrote after asking to be erased is answered as from
    somebody new. Without it they go as well, and whoever works on one of them gets LeaseLost.

    What the bot's own messages were is gone with the rest: ask `outbox.deletable` before.
    """
    updates = update(Inbox).values(
        state="done", lane=null(), payload_sealed=null(), error=null(), finished_at=now
    )
    dead = conn.execute(updates.where(text("inbox.state = 'dead'"), Inbox.lane == lane)).rowcount
    waiting = 0
    if not keep_new:
        waiting = conn.execute(updates.where(text("inbox.state = 'new'"), Inbox.lane == lane)).rowcount
        lanes.drop(conn, lanes.IN, lane)
    calls = conn.execute(delete(Outbox).where(Outbox.lane == lane)).rowcount
    lanes.drop(conn, lanes.OUT, lane)
    # Turns, cases with their events, and what was repeated go with the chat.
    chat = conn.execute(delete(ChatRow).where(ChatRow.lane == lane)).rowcount
    return bool(dead or waiting or calls or chat)


def export(conn: Connection, cipher: Cipher, lane: str) -> dict[str, Any]:
    """All that is held about a person, ready for JSON; times in ISO 8601, UTC."""
    chat = chats.find(conn, cipher, lane)
    return {
        "chat": None if chat is None else _chat(chat),
        "turns": [] if chat is None else _turns(conn, cipher, chat.id),
        "cases": [] if chat is None else _cases(conn, cipher, chat.id),
        "repeated": [] if chat is None else _repeated(conn, chat.id),
        "received": _received(conn, cipher, lane),
        "sent": _sent(conn, cipher, lane),
    }


def _chat(chat: chats.Chat) -> dict[str, Any]:
    return {
        "chat_id": chat.chat_id,
        "pseudonym": chat.pseudonym,
        "locale": chat.locale,
        "consent": chat.consent,
        "consent_version": chat.consent_version,
        "consent_at": _iso(chat.consent_at),
        "facts_seen": chat.facts_seen,
        "stopped": chat.stopped,
        "stopped_reason": chat.stopped_reason,
        "stopped_at": _iso(chat.stopped_at),
        "held_since": _iso(chat.held_since),
        "held_until": _iso(chat.held_until),
        "news": chat.news,
        "news_at": _iso(chat.news_at),
        "news_locale": chat.news_locale,
        "news_destination": chat.news_destination,
        "news_province": chat.news_province,
        "banned_at": _iso(chat.banned_at),
        "created_at": _iso(chat.created_at),
        "seen_at": _iso(chat.seen_at),
        "context": chat.context,
    }


def _turns(conn: Connection, cipher: Cipher, chat_row_id: int) -> list[dict[str, Any]]:
    rows = conn.execute(select(Turn.__table__).where(Turn.chat_id == chat_row_id).order_by(Turn.id))
    return [
        {
            "at": _iso(row.at),
            "text": cipher.read_text(row.text_sealed, turns.PLACE, row.id),
            "language": row.language,
            "topic": row.topic,
            "ranking": [list(each) for each in turns.ranking_of(row)],
            "confidence": row.confidence,
            "rung": row.rung,
            "danger": (row.danger or "").split(),
            "destination": row.destination,
            "asks_for": row.asks_for,
            "content_version": row.content_version,
            "engine": row.engine,
            "outcome": row.outcome,
            "latency_ms": row.latency_ms,
            "helpful": row.helpful,
        }
        for row in rows
    ]


def _cases(conn: Connection, cipher: Cipher, chat_row_id: int) -> list[dict[str, Any]]:
    rows = conn.execute(select(Case.__table__).where(Case.chat_id == chat_row_id).order_by(Case.id)).all()
    return [
        {
            "kind": row.kind,
            "status": row.status,
            "topic": row.topic,
            "opened_at": _iso(row.opened_at),
            "closed_at": _iso(row.closed_at),
            "answered": row.answered,
            "labels": list(conn.scalars(_labels(row.id))),
            "events": [
                {"at": _iso(each.at), "what": each.what, "kind": each.kind, "detail": each.detail}
                for each in cases.events(conn, cipher, row.id)
            ],
        }
        for row in rows
    ]


def _labels(case_id: int) -> Select[str]:
    return select(CaseLabel.label).where(CaseLabel.case_id == case_id).order_by(CaseLabel.label)


def _repeated(conn: Connection, chat_row_id: int) -> list[dict[str, Any]]:
    """Links and numbers that were noticed; which they were is known to nobody."""
    return [
        {"last_at": _iso(last_at), "times": times} for last_at, times in sightings.of_chat(conn, chat_row_id)
    ]


def _received(conn: Connection, cipher: Cipher, lane: str) -> list[dict[str, Any]]:
    columns = (Inbox.id, Inbox.received_at, Inbox.state, Inbox.payload_sealed)
    found = []
    for state in ("inbox.state = 'new'", "inbox.state = 'dead'"):
        rows = conn.execute(select(*columns).where(text(state), Inbox.lane == lane).order_by(Inbox.id))
        found += [
            {
                "received_at": _iso(received_at),
                "state": state,
                "update": cipher.read_json(sealed, inbox.PLACE, row_id) or None,
            }
            for row_id, received_at, state, sealed in rows
        ]
    return found


def _sent(conn: Connection, cipher: Cipher, lane: str) -> list[dict[str, Any]]:
    rows = conn.execute(select(Outbox.__table__).where(Outbox.lane == lane).order_by(Outbox.id))
    return [
        {
            "created_at": _iso(row.created_at),
            "state": row.state,
            "method": row.method,
            "message_id": row.message_id,
            "params": cipher.read_json(row.body_sealed, outbox.PLACE, row.id).get("params"),
        }
        for row in rows
    ]


def _iso(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()
