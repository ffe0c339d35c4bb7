"""What one turn takes in and hands out. Everything here is data; whoever called carries it out."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from content import Library
from handlers.payloads import THIS_TURN, pack
from nlu import Context, Understanding
from storage import Chat, NewCase, TurnRecord
from storage.office_hours import OfficeHours


class Outcome(StrEnum):
    """How a turn ended; kept in its record."""

    ANSWERED = "answered"
    EMERGENCY = "emergency"
    SERVED = "served"  # the bot's own replies, menus, settings
    OFFERED = "offered"  # topics to choose from
    WITHHELD = "withheld"  # the answer is too old to be shown
    HANDED_OVER = "handed-over"  # staff were asked
    TO_STAFF = "to-staff"  # staff hold the chat, and the bot is silent
    UNANSWERED = "unanswered"
    UNSUPPORTED = "unsupported"  # a voice note, a picture ...
    SLOWED = "slowed"  # the one notice of the rate limit
    SILENT = "silent"  # nothing was to be said, on purpose
    BANNED = "banned"  # the notice to a sender whom staff have banned
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Call:
    """A Bot API method with its JSON parameters, without `chat_id`."""

    method: str
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Feedback:
    """What somebody thought of an answer. `turn_id` is None for a turn that was not stored."""

    helpful: bool
    topic: str
    turn_id: int | None


@dataclass
class Exchange:
    """One turn.

    `calls` go to the outbox in this order. `cosmetic` ones are complete as they are (no `chat_id` is
    missing), may fail and are never stored. `chat_changes` are keyword arguments of `storage.chats.update`.
    With `erase` set nothing else of the turn is stored but its calls. `record` is always there; its text
    only with consent.
    """

    chat: Chat
    now: datetime
    received_at: datetime
    calls: list[Call] = field(default_factory=list)
    cosmetic: list[Call] = field(default_factory=list)
    record: TurnRecord | None = None
    case: NewCase | None = None
    feedback: Feedback | None = None
    case_answer: tuple[int, bool] | None = None  # case, and whether the person calls it answered
    chat_changes: dict[str, Any] = field(default_factory=dict)
    erase: bool = False
    export: bool = False
    test_code: str | None = None  # of a broadcast that staff want to see
    marks: frozenset[str] = frozenset()  # links, numbers and names that were sent; see `storage.marks`
    conceal: tuple[int, ...] | None = None  # take away what was sensitive, and these messages of the person

    def calls_for(self, turn_id: int | None) -> list[Call]:
        """The calls, with the number of the stored turn filled into their feedback buttons."""
        if turn_id is None:
            return list(self.calls)
        return [Call(call.method, _numbered(call.params, turn_id)) for call in self.calls]


@dataclass(frozen=True, slots=True)
class Services:
    """What a conversation needs from outside.

    `say` gives the wording of an Indonesian msgid in a language. `retention_days` is how long the text of a
    chat is kept. `staff_hours` gives the hours in which staff answer, in a language, "" where they are not
    known; `office_hours` are the same for a clock.
    """

    understand: Callable[[str, Context], Awaitable[Understanding]]
    library: Library
    say: Callable[[str, str], str]
    clock: Callable[[], datetime]
    retention_days: int
    staff_hours: Callable[[str], str] = lambda _locale: ""
    office_hours: OfficeHours | None = None


def _numbered(params: dict[str, Any], turn_id: int) -> dict[str, Any]:
    keyboard = params.get("reply_markup", {}).get("inline_keyboard")
    if not keyboard:
        return params
    rows = [[_with_turn(button, turn_id) for button in row] for row in keyboard]
    return {**params, "reply_markup": {"inline_keyboard": rows}}


def _with_turn(button: dict[str, Any], turn_id: int) -> dict[str, Any]:
    before, separator, last = str(button.get("callback_data", "")).rpartition(":")
    if not separator or last != THIS_TURN:
        return button
    _, action, *arguments = before.split(":")
    return {**button, "callback_data": pack(action, *arguments, turn_id)}
