"""How a row of each table is read."""

from collections.abc import Collection
from decimal import Decimal
from functools import cache
from typing import cast, get_args

from babel import Locale

from content import countries, yaml
from content.fields import Fields, Report
from content.sources import page_date
from content.table_model import (
    SCHEMES,
    AmountKind,
    Clause,
    ContractKind,
    Cost,
    Destination,
    Document,
    Evidence,
    Exam,
    ExamKind,
    KurTerm,
    KurUnit,
    Office,
    OfficeKind,
    Payer,
    Period,
    RedFlag,
    RequiredBy,
    Status,
    Wage,
    WageBasis,
)
from content.table_reader import RowReader, SourceList

NOT_KNOWN = "not-known"
CURRENCY_REMEDY = "Write the three letters of the currency, e.g. TWD"
WEIGHTS = ("1", "2", "3")


def destination(node: yaml.Node, report: Report, sources: SourceList) -> Destination:
    keys = ("id", "code", "currency", "schemes", "status", "status_note", "wages", "hotlines")
    row = RowReader(node, report, keys, "a destination", sources)
    evidence = row.evidence()
    money = _currency(row.fields) if row.fields.has("currency") else None
    wages = row.fields.items("wages", "Write a list of wages, or []") if row.fields.has("wages") else ()
    return Destination(
        id=row.id(),
        code=row.fields.country("code"),
        currency=money,
        schemes=row.words("schemes", SCHEMES),
        status=cast(Status, row.fields.one_of("status", get_args(Status))),
        status_note=row.texts("status_note"),
        wages=tuple(_wage(item, report, sources, money, evidence) for item in wages),
        hotlines=row.fields.words("hotlines", "List ids of contacts.yml, or []"),
        evidence=evidence,
    )


def _wage(
    node: yaml.Node, report: Report, sources: SourceList, currency: str | None, review: Evidence
) -> Wage:
    keys = ("job", "amount", "currency", "per", "basis", "valid_from", "valid_until")
    row = RowReader(node, report, keys, "a wage", sources)
    fields = row.fields
    return Wage(
        job=row.texts("job"),
        amount=fields.number("amount") or Decimal(0),
        currency=currency if currency and not fields.has("currency") else _currency(fields),
        per=cast(Period, fields.one_of("per", get_args(Period))),
        basis=cast(WageBasis, fields.one_of("basis", get_args(WageBasis))),
        valid_from=page_date(fields, "valid_from") if fields.has("valid_from") else None,
        valid_until=page_date(fields, "valid_until") if fields.has("valid_until") else None,
        evidence=row.evidence(review),
    )


def document(node: yaml.Node, report: Report, sources: SourceList) -> Document:
    keys = ("id", "name", "what", "only_if", "schemes", "required_by")
    row = RowReader(node, report, keys, "a document", sources)
    schemes = row.words("schemes", SCHEMES)
    if not schemes and row.fields.valid:
        row.fields.wrong("schemes", "names no scheme", f"List some of: {', '.join(SCHEMES)}")
    return Document(
        id=row.id(),
        name=row.texts("name"),
        what=row.texts("what"),
        only_if=row.optional_texts("only_if"),
        schemes=schemes,
        required_by=cast(RequiredBy, row.fields.one_of("required_by", get_args(RequiredBy))),
        evidence=row.evidence(),
    )


def red_flag(node: yaml.Node, report: Report, sources: SourceList) -> RedFlag:
    row = RowReader(node, report, ("id", "sign", "why", "weight"), "a red flag", sources)
    return RedFlag(
        id=row.id(),
        sign=row.texts("sign"),
        why=row.texts("why"),
        weight=int(row.fields.one_of("weight", WEIGHTS)),
        evidence=row.evidence(),
    )


def clause(node: yaml.Node, report: Report, sources: SourceList) -> Clause:
    row = RowReader(node, report, ("id", "contract", "clause", "look_for", "law"), "a clause", sources)
    return Clause(
        id=row.id(),
        contract=cast(ContractKind, row.fields.one_of("contract", get_args(ContractKind))),
        clause=row.texts("clause"),
        look_for=row.texts("look_for"),
        law=row.fields.text("law", "Name the law and its article"),
        evidence=row.evidence(),
    )


def cost(node: yaml.Node, report: Report, sources: SourceList) -> Cost:
    keys = ("id", "name", "schemes", "destinations", "payer", "remark", "amount", "currency", "kind")
    row = RowReader(node, report, keys, "a cost item", sources)
    fields = row.fields
    amount = _amount(fields, "amount")
    return Cost(
        id=row.id(),
        name=row.texts("name"),
        schemes=row.words("schemes", SCHEMES),
        destinations=row.words("destinations", countries.codes()),
        payer=cast(Payer, fields.one_of("payer", get_args(Payer))),
        remark=row.optional_texts("remark"),
        amount=amount,
        currency=_currency(fields) if amount is not None else None,
        kind=cast(AmountKind, fields.one_of("kind", get_args(AmountKind))) if amount is not None else None,
        evidence=row.evidence(),
    )


def kur_term(node: yaml.Node, report: Report, sources: SourceList) -> KurTerm:
    row = RowReader(node, report, ("id", "name", "says", "amount", "unit"), "a loan term", sources)
    has_figure = row.fields.has("amount")
    return KurTerm(
        id=row.id(),
        name=row.texts("name"),
        says=row.texts("says"),
        amount=row.fields.number("amount") if has_figure else None,
        unit=cast(KurUnit, row.fields.one_of("unit", get_args(KurUnit))) if has_figure else None,
        evidence=row.evidence(),
    )


def exam(node: yaml.Node, report: Report, sources: SourceList) -> Exam:
    keys = (
        "id",
        "kind",
        "name",
        "destinations",
        "purpose",
        "level",
        "organiser",
        "fee",
        "currency",
        "fee_year",
    )
    row = RowReader(node, report, keys, "a test", sources)
    fields = row.fields
    fee = _amount(fields, "fee")
    return Exam(
        id=row.id(),
        kind=cast(ExamKind, fields.one_of("kind", get_args(ExamKind))),
        name=fields.text("name", "Write the name of the test"),
        destinations=row.words("destinations", countries.codes()),
        purpose=row.texts("purpose"),
        level=row.texts("level"),
        organiser=fields.text("organiser", "Say who holds the test"),
        fee=fee,
        currency=_currency(fields) if fee is not None else None,
        fee_year=page_date(fields, "fee_year") if fee is not None else None,
        evidence=row.evidence(),
    )


def office(node: yaml.Node, report: Report, sources: SourceList) -> Office:
    keys = ("id", "contact", "kind", "country", "place", "serves")
    row = RowReader(node, report, keys, "an office", sources)
    return Office(
        id=row.id(),
        contact=row.fields.text("contact", "Name its id in contacts.yml"),
        kind=cast(OfficeKind, row.fields.one_of("kind", get_args(OfficeKind))),
        country=row.fields.country("country"),
        place=row.fields.optional_text("place"),
        serves=row.texts("serves"),
        evidence=row.evidence(),
    )


def _amount(fields: Fields, key: str) -> Decimal | None:
    """A figure, or None for the words that say that nobody knows it."""
    remedy = f"Write the amount, or {NOT_KNOWN}"
    if fields.text(key, remedy) in (NOT_KNOWN, ""):
        return None
    return fields.number(key)


def _currency(fields: Fields) -> str:
    code = fields.text("currency", CURRENCY_REMEDY)
    if code and code not in _currencies():
        fields.wrong("currency", f"is not a currency: '{code}'", CURRENCY_REMEDY)
    return code


@cache
def _currencies() -> Collection[str]:
    return frozenset(map(str, Locale("en").currencies))
