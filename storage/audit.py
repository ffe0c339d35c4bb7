"""What staff did, in rows that are only ever added.

Each row carries a keyed hash of itself and of the row before: whoever changes, removes or inserts one without
the key file breaks the chain. What was cut off at the end shows only against a hash noted elsewhere.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, insert, select, text

from storage.encryption import Cipher
from storage.models import EPOCH, MICROSECOND
from storage.staff_models import AuditRow

PLACE = "audit"
START = "0" * 64
CHAIN_LOCK = 0x62656B616D
STEP = 1000


@dataclass(frozen=True, slots=True)
class Deed:
    """One line of the log. `subject` is e.g. "case:12"; `done` is False for what was refused."""

    id: int
    at: datetime
    actor: str
    what: str
    subject: str
    detail: str
    done: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the chain holds: rows that do, the last hash, and the id of the first row that does not fit."""

    rows: int
    last: str
    broken_at: int | None


def add(
    conn: Connection,
    cipher: Cipher,
    now: datetime,
    actor: str,
    what: str,
    subject: str = "",
    detail: str = "",
    *,
    done: bool = True,
) -> None:
    """Log a deed together with what it changes. No names or words of people belong here."""
    if conn.dialect.name == "postgresql":  # on SQLite there is one writer anyway
        conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": CHAIN_LOCK})
    last = conn.execute(
        select(AuditRow.id, AuditRow.hash).order_by(AuditRow.id.desc()).limit(1)
    ).one_or_none()
    row = {
        "id": last.id + 1 if last else 1,
        "at": now,
        "actor": actor[:80],
        "what": what[:80],
        "subject": subject[:80],
        "detail": detail[:400],
        "outcome": int(done),
    }
    conn.execute(insert(AuditRow), {**row, "hash": _hash(cipher, last.hash if last else START, row)})


def _hash(cipher: Cipher, before: str, row: dict[str, Any]) -> str:
    at = (row["at"] - EPOCH) // MICROSECOND
    parts = [
        before,
        row["id"],
        at,
        *(row[name] for name in ("actor", "what", "subject", "detail", "outcome")),
    ]
    return cipher.mark(json.dumps(parts, ensure_ascii=False).encode("utf-8", "replace"), PLACE)


def verify(conn: Connection, cipher: Cipher) -> Verdict:
    """Go through the whole log and recompute its chain."""
    rows, last = 0, START
    while True:
        step = conn.execute(_rows().where(AuditRow.id > rows).order_by(AuditRow.id).limit(STEP)).mappings()
        found = 0
        for row in step:
            found += 1
            if row["id"] != rows + 1 or row["hash"] != _hash(cipher, last, dict(row)):
                return Verdict(rows, last, rows + 1)
            rows, last = row["id"], row["hash"]
        if not found:
            return Verdict(rows, last, None)


def page(conn: Connection, *, before: int | None = None, limit: int = 50) -> list[Deed]:
    """The newest deeds first; `before` is the last id seen."""
    wanted = _rows().order_by(AuditRow.id.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(AuditRow.id < before)
    return [
        Deed(row.id, row.at, row.actor, row.what, row.subject, row.detail, bool(row.outcome))
        for row in conn.execute(wanted)
    ]


def _rows() -> Select[Any]:
    return select(AuditRow.__table__)
