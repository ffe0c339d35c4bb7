"""What is remembered, and how: durable, in order, sealed, and forgotten in time.

`open_store` gives a `Database`; a unit of work is a function of a `Connection`, run by `Database.write`. The
modules `inbox`, `outbox`, `chats`, `turns`, `cases`, `counters` and `people` hold what units are made of.
"""

from sqlalchemy import Connection

from storage import (
    audiences,
    audit,
    backup,
    broadcast_feed,
    broadcasts,
    cases,
    chats,
    content_review,
    copying,
    counters,
    inbox,
    keys,
    lanes,
    leases,
    migrate,
    outbox,
    people,
    questions,
    saved_filters,
    sightings,
    staff,
    staff_actions,
    staff_desk,
    staff_group,
    staff_live,
    staff_sessions,
    staff_telegram,
    staff_thread,
    turns,
)
from storage.case_records import CaseSummary, NewCase
from storage.chats import Chat
from storage.database import Database
from storage.encryption import Cipher
from storage.errors import (
    CannotDecrypt,
    KeyFileBroken,
    KeyFileDoesNotFit,
    KeyFileMissing,
    KeyFileReadableByOthers,
    LeaseLost,
    StorageError,
    StoreClosed,
    StoreNotMigrated,
    StoreUnavailable,
    StoreUrlUnsupported,
)
from storage.inbox import InboxRow
from storage.masking import MaskedText, mask
from storage.masking_marks import marks
from storage.outbox import BROADCAST, REPLY, STAFF, OutboxRow
from storage.periodic import only_one
from storage.retention import Terms, sweep
from storage.setup import open_store
from storage.turns import TurnRecord
from storage.unit import Feedback, Finished, TurnOutcome, finish_turn

__all__ = [
    "BROADCAST",
    "REPLY",
    "STAFF",
    "CannotDecrypt",
    "CaseSummary",
    "Chat",
    "Cipher",
    "Connection",
    "Database",
    "Feedback",
    "Finished",
    "InboxRow",
    "KeyFileBroken",
    "KeyFileDoesNotFit",
    "KeyFileMissing",
    "KeyFileReadableByOthers",
    "LeaseLost",
    "MaskedText",
    "NewCase",
    "OutboxRow",
    "StorageError",
    "StoreClosed",
    "StoreNotMigrated",
    "StoreUnavailable",
    "StoreUrlUnsupported",
    "Terms",
    "TurnOutcome",
    "TurnRecord",
    "audiences",
    "audit",
    "backup",
    "broadcast_feed",
    "broadcasts",
    "cases",
    "chats",
    "content_review",
    "copying",
    "counters",
    "finish_turn",
    "inbox",
    "keys",
    "lanes",
    "leases",
    "marks",
    "mask",
    "migrate",
    "only_one",
    "open_store",
    "outbox",
    "people",
    "questions",
    "saved_filters",
    "sightings",
    "staff",
    "staff_actions",
    "staff_desk",
    "staff_group",
    "staff_live",
    "staff_sessions",
    "staff_telegram",
    "staff_thread",
    "sweep",
    "turns",
]
