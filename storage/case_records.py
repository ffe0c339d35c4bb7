"""A case as others see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.masking import MaskedText


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCase:
    """A sign that a person is needed. kind: danger | person | unanswered | report | repeated | not-helpful.

    A report is about somebody else: a number, a link or a company; repeated is a question that comes again.

    `detail` may hold words of the person only masked: kinds of danger, a question if they consented, or a
    message that they wrote for staff.
    """

    kind: str
    topic: str | None = None
    detail: MaskedText | None = None


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """A line of the staff's list. status: open | taken | waiting | closed; priority 0 is most urgent."""

    id: int
    chat_row_id: int
    pseudonym: str
    kind: str
    priority: int
    status: str
    topic: str | None
    taken_by: str | None
    opened_at: datetime
    updated_at: datetime
    locale: str | None
    consent: str
    waiting_since: datetime | None
    snoozed_until: datetime | None
    answered: bool | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Event:
    """One step in the history of a case.

    what: reported | reopened | taken | waiting | noted | closed, and from the desk: replied | asked |
    labelled | snoozed | given-back | unmasked | banned | unbanned | answered | unanswered.
    """

    at: datetime
    what: str
    kind: str | None
    topic: str | None
    turn_id: int | None
    actor: str | None
    detail: str | None
    outbox_id: int | None = None
