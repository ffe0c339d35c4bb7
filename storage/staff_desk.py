"""The desk's lists: which cases are where, in which order, with what somebody last wrote."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, exists, func, literal, or_, select, text, tuple_

from storage import cases, turns
from storage.case_records import CaseSummary
from storage.encryption import Cipher
from storage.models import EPOCH, IS_OPEN, IS_UNASSIGNED, MICROSECOND, Case, CaseEvent, ChatRow, Turn, UtcTime
from storage.pseudonyms import row_id
from storage.staff_models import CaseLabel

TABS = ("danger", "mine", "unassigned", "waiting", "closed")
COUNTED_TO = 99

_OPEN = text(f"cases.{IS_OPEN}")
_FREE = text(" AND ".join(f"cases.{part}" for part in IS_UNASSIGNED.split(" AND ")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list is narrowed to. `older_than` counts from the opening of the case."""

    topic: str | None = None
    destination: str | None = None
    language: str | None = None
    label: str | None = None
    older_than: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A case in a list. `words` are masked; `danger` are the kinds that were seen."""

    case: CaseSummary
    words: str | None
    danger: tuple[str, ...]
    labels: tuple[str, ...]
    event_id: int


def cursor(tab: str, case: CaseSummary) -> str:
    """Where the next page goes on after this line, for an address."""
    if tab == "closed":
        return f"{_micros(case.closed_at or case.updated_at)}.{case.id}"
    return f"{case.priority}.{_micros(case.opened_at)}.{case.id}"


def lines(
    conn: Connection,
    cipher: Cipher,
    tab: str,
    me: str,
    now: datetime,
    filters: Filters = Filters(),
    *,
    after: str | None = None,
    limit: int = 30,
) -> list[Line]:
    """A page of a tab, most urgent first, then oldest first; closed ones newest first.

    `me` is the name of who reads. Raises KeyError for a tab, ValueError for a cursor that is none.
    """
    wanted = _narrowed(_IN_TAB[tab](cases.summaries(), me, now), filters, now)
    place = [int(part) for part in after.split(".")] if after else []
    order: tuple[Any, ...]
    if tab == "closed":
        order = (Case.closed_at, Case.id)
        if place:
            moment, case_id = place
            wanted = wanted.where(tuple_(*order) < tuple_(_moment(moment), case_id))
        wanted = wanted.order_by(Case.closed_at.desc(), Case.id.desc())
    else:
        order = (Case.priority, Case.opened_at, Case.id)
        if place:
            priority, moment, case_id = place
            wanted = wanted.where(tuple_(*order) > tuple_(priority, _moment(moment), case_id))
        wanted = wanted.order_by(*order)
    found = [cases.summary(row) for row in conn.execute(wanted.limit(limit))]
    return described(conn, cipher, found)


def counts(conn: Connection, me: str, now: datetime) -> dict[str, int]:
    """How many cases each open tab has, counted no further than COUNTED_TO + 1."""
    counted = {}
    for tab in TABS[:-1]:
        some = _IN_TAB[tab](select(Case.id), me, now).limit(COUNTED_TO + 1).subquery()
        counted[tab] = int(conn.execute(select(func.count()).select_from(some)).scalar_one())
    return counted


def find(conn: Connection, name: str) -> int | None:
    """The newest case of the person with this pseudonym, closed ones included."""
    chat = row_id(name)
    if chat is None:
        return None
    return conn.execute(select(func.max(Case.id)).where(Case.chat_id == chat)).scalar()


def described(conn: Connection, cipher: Cipher, found: Sequence[CaseSummary]) -> list[Line]:
    """Cases with what a list shows beside them."""
    ids = [case.id for case in found]
    labels = labels_of(conn, ids)
    reports = _last_reports(conn, cipher, ids)
    said = _last_words(conn, cipher, [case.chat_row_id for case in found])
    newest = dict(
        conn.execute(
            select(CaseEvent.case_id, func.max(CaseEvent.id))
            .where(CaseEvent.case_id.in_(ids))
            .group_by(CaseEvent.case_id)
        ).all()
    )
    shown = []
    for case in found:
        at, words, danger = reports.get(case.id, (EPOCH, None, ()))
        turn_at, turn_words = said.get(case.chat_row_id, (EPOCH, None))
        last = turn_words if turn_words and turn_at > at else words or turn_words
        shown.append(Line(case, last, danger, labels.get(case.id, ()), newest.get(case.id, 0)))
    return shown


def labels_of(conn: Connection, ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """The labels of cases, by case."""
    rows = conn.execute(
        select(CaseLabel.case_id, CaseLabel.label)
        .where(CaseLabel.case_id.in_(list(ids)))
        .order_by(CaseLabel.label)
    )
    found: dict[int, tuple[str, ...]] = {}
    for case_id, label in rows:
        found[case_id] = (*found.get(case_id, ()), label)
    return found


def choices(conn: Connection) -> dict[str, list[str]]:
    """What the filters offer: labels and topics of open cases, languages of their people."""
    labels = select(CaseLabel.label).distinct().order_by(CaseLabel.label).limit(50)
    topics = select(Case.topic).where(_OPEN, Case.topic.is_not(None)).distinct().order_by(Case.topic)
    return {
        "label": [str(each) for each in conn.execute(labels).scalars()],
        "topic": [str(each) for each in conn.execute(topics.limit(200)).scalars()],
    }


def split_report(kind: str | None, detail: str | None) -> tuple[tuple[str, ...], str | None]:
    """What a report holds: (kinds of danger, the person's words)."""
    if detail is None or kind != "danger":
        return (), detail
    kinds, _, words = detail.partition(": ")
    return tuple(kinds.split(", ")), words or None


def _last_reports(
    conn: Connection, cipher: Cipher, ids: Sequence[int]
) -> dict[int, tuple[datetime, str | None, tuple[str, ...]]]:
    rows = conn.execute(
        select(CaseEvent.id, CaseEvent.case_id, CaseEvent.at, CaseEvent.kind, CaseEvent.detail_sealed)
        .where(CaseEvent.case_id.in_(ids), CaseEvent.what == "reported", CaseEvent.detail_sealed.is_not(None))
        .order_by(CaseEvent.id)
    )
    found: dict[int, tuple[datetime, str | None, tuple[str, ...]]] = {}
    for row in rows:
        detail = cipher.read_text(row.detail_sealed, cases.DETAIL, row.id)
        danger, words = split_report(row.kind, detail)
        _, earlier, seen = found.get(row.case_id, (EPOCH, None, ()))
        found[row.case_id] = (row.at, words or earlier, tuple(dict.fromkeys((*seen, *danger))))
    return found


def _last_words(
    conn: Connection, cipher: Cipher, chats: Sequence[int]
) -> dict[int, tuple[datetime, str | None]]:
    newest = (
        select(func.max(Turn.id))
        .where(Turn.chat_id.in_(chats), Turn.text_sealed.is_not(None))
        .group_by(Turn.chat_id)
    )
    rows = conn.execute(select(Turn.id, Turn.chat_id, Turn.at, Turn.text_sealed).where(Turn.id.in_(newest)))
    return {row.chat_id: (row.at, cipher.read_text(row.text_sealed, turns.PLACE, row.id)) for row in rows}


def _awake(wanted: Select[Any], now: datetime) -> Select[Any]:
    return wanted.where(or_(Case.snoozed_until.is_(None), Case.snoozed_until <= now))


def _danger(wanted: Select[Any], me: str, now: datetime) -> Select[Any]:
    return wanted.where(_OPEN, text("cases.priority = 0"))


def _mine(wanted: Select[Any], me: str, now: datetime) -> Select[Any]:
    return _awake(wanted.where(_OPEN, Case.taken_by == me), now)


def _unassigned(wanted: Select[Any], me: str, now: datetime) -> Select[Any]:
    return _awake(wanted.where(_FREE), now)


def _waiting(wanted: Select[Any], me: str, now: datetime) -> Select[Any]:
    return wanted.where(_OPEN, or_(Case.status == "waiting", Case.snoozed_until > now))


def _closed(wanted: Select[Any], me: str, now: datetime) -> Select[Any]:
    return wanted.where(text("cases.closed_at IS NOT NULL"))


_IN_TAB = {
    "danger": _danger,
    "mine": _mine,
    "unassigned": _unassigned,
    "waiting": _waiting,
    "closed": _closed,
}


def _narrowed(wanted: Select[Any], filters: Filters, now: datetime) -> Select[Any]:
    if filters.topic:
        wanted = wanted.where(Case.topic == filters.topic)
    if filters.language:
        wanted = wanted.where(ChatRow.locale == filters.language)
    if filters.older_than:
        wanted = wanted.where(Case.opened_at <= now - filters.older_than)
    if filters.label:
        wanted = wanted.where(exists().where(CaseLabel.case_id == Case.id, CaseLabel.label == filters.label))
    if filters.destination:
        wanted = wanted.where(
            exists().where(Turn.chat_id == Case.chat_id, Turn.destination == filters.destination)
        )
    return wanted


def _micros(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND


def _moment(micros: int) -> BindParameter[datetime]:
    try:
        # Its type is named because a tuple does not take it over from the column beside it.
        return literal(EPOCH + timedelta(microseconds=micros), UtcTime())
    except OverflowError as error:
        raise ValueError("no such moment") from error
