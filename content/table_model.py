"""Rows of the structured content in `tables/`: facts that tools compare and count, each with its evidence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from content.freshness import Freshness, freshness_of, next_review
from content.model import Locale, Source

SCHEMES = ("g-to-g", "g-to-p", "p-to-p", "mandiri", "ukps", "crew-merchant", "crew-fishing")
"""Ways to go: by the two governments, to an employer by the government, by a company (P3MI), on one's own,
posted by one's own company, as crew of a merchant or of a fishing vessel."""

Texts = Mapping[Locale, str]
"""What is told, by language; Indonesian and English are always there."""

Status = Literal["open", "partly", "closed", "unclear"]
WageBasis = Literal["law", "rule", "agreement", "programme"]
Period = Literal["hour", "month"]
RequiredBy = Literal["law", "rule", "practice"]
Payer = Literal["free", "worker", "employer", "unsettled"]
AmountKind = Literal["exact", "at-most", "quoted"]
ContractKind = Literal["work", "sea"]
KurUnit = Literal["IDR", "percent-a-year", "years", "months", "working-days"]
ExamKind = Literal["language", "skill"]
OfficeKind = Literal["ministry", "bp3mi", "district", "mission", "helper"]
AgencyStatus = Literal["active", "suspended", "revoked"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a row comes from. One that is not `certain` is told with its `note`, or not at all."""

    sources: tuple[Source, ...]
    reviewed_on: date
    review_months: int
    certain: bool
    note: Texts

    @property
    def next_review(self) -> date:
        return next_review(self.reviewed_on, self.review_months)

    def freshness(self, today: date) -> Freshness:
        return freshness_of(self.reviewed_on, self.review_months, today)


@dataclass(frozen=True, slots=True)
class Wage:
    """The least that is paid for a job. The days are YYYY, YYYY-MM or YYYY-MM-DD; None is not known."""

    job: Texts
    amount: Decimal
    currency: str
    per: Period
    basis: WageBasis
    valid_from: str | None
    valid_until: str | None
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Destination:
    """`code` is ISO 3166-1 alpha-2, or ME for the Middle East, which has no currency of its own.

    `schemes` are the ways to go that a source names; `hotlines` are ids of contacts, the first one first.
    """

    id: str
    code: str
    currency: str | None
    schemes: tuple[str, ...]
    status: Status
    status_note: Texts
    wages: tuple[Wage, ...]
    hotlines: tuple[str, ...]
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Document:
    """A paper that somebody who goes by one of the `schemes` needs; `only_if` is empty when all need it."""

    id: str
    name: Texts
    what: Texts
    only_if: Texts
    schemes: tuple[str, ...]
    required_by: RequiredBy
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class RedFlag:
    """A sign of a fake offer; `weight` is 1 (ask first), 2 (do not pay) or 3 (stop)."""

    id: str
    sign: Texts
    why: Texts
    weight: int
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Clause:
    """What a contract must hold; `law` names the article."""

    id: str
    contract: ContractKind
    clause: Texts
    look_for: Texts
    law: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Cost:
    """A cost item. `amount` None is not known; empty `destinations` or `schemes` mean all.

    Who pays is "unsettled" where rules contradict each other: nobody may be told that it is theirs to pay.
    """

    id: str
    name: Texts
    schemes: tuple[str, ...]
    destinations: tuple[str, ...]
    payer: Payer
    remark: Texts
    amount: Decimal | None
    currency: str | None
    kind: AmountKind | None
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class KurTerm:
    """A condition of the loan for departing workers; `amount` and `unit` where it is a figure."""

    id: str
    name: Texts
    says: Texts
    amount: Decimal | None
    unit: KurUnit | None
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Exam:
    """A test of language or skill. `fee` None is not known; `fee_year` is the year of the fee."""

    id: str
    kind: ExamKind
    name: str
    destinations: tuple[str, ...]
    purpose: Texts
    level: Texts
    organiser: str
    fee: Decimal | None
    currency: str | None
    fee_year: str | None
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Office:
    """A place to go to. Name, numbers and address stand in contacts.yml under the id `contact`."""

    id: str
    contact: str
    kind: OfficeKind
    country: str
    place: str | None
    serves: Texts
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Agency:
    """A placement company whose licence staff have checked in the ministry's list."""

    id: str
    name: str
    licence: str
    status: AgencyStatus
    city: str
    evidence: Evidence


Row = Destination | Document | RedFlag | Clause | Cost | KurTerm | Exam | Office | Agency


@dataclass(frozen=True, slots=True)
class Tables:
    """Every table, rows in the order of its file; a table without a file is empty."""

    destinations: tuple[Destination, ...] = ()
    documents: tuple[Document, ...] = ()
    red_flags: tuple[RedFlag, ...] = ()
    contract_clauses: tuple[Clause, ...] = ()
    cost_items: tuple[Cost, ...] = ()
    kur: tuple[KurTerm, ...] = ()
    tests: tuple[Exam, ...] = ()
    offices: tuple[Office, ...] = ()
    agencies: tuple[Agency, ...] = ()

    def destination(self, code: str) -> Destination | None:
        return next((row for row in self.destinations if row.code == code), None)
