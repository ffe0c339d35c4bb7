"""`contacts.yml`: the one place for phone numbers."""

import re
from dataclasses import dataclass
from typing import Literal, cast

import phonenumbers

from content import countries, yaml
from content.fields import ID, Fields, Report
from content.freshness import REVIEW_MONTHS
from content.model import DANGER_KINDS, Contact, Number, NumberKind
from content.problems import hint
from content.sources import read_sources

FIELDS = (
    "id",
    "name",
    "what_for",
    "numbers",
    "web",
    "address",
    "hours",
    "dial_from",
    "destination",
    "kinds",
    "sources",
    "checked_on",
    "review_months",
    "confidence",
)
OFFICE_KINDS = ("danger", "ministry", "mission", "emergency", "labour", "ngo", "office", "complaint")
NUMBER_KINDS = ("phone", "whatsapp", "short")
CONFIDENCES = ("A", "B")

INTERNATIONAL = re.compile(r"\+[1-9][0-9 ]{6,18}[0-9]")
NATIONAL = re.compile(r"[0-9][0-9 -]{2,14}[0-9]")
FREE_PREFIXES = ("0800", "0804", "0120", "0570", "0508")
SHORT = re.compile(r"[0-9]{3,6}(?: ext\. [0-9]{1,4})?")
WEB = re.compile(r"(?:https://)?(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/[^\s]*)?")


@dataclass(frozen=True, slots=True)
class PlacedContact:
    """A contact and the line on which it starts, for the checks."""

    contact: Contact
    lines: dict[str, int]
    line: int


def read_contacts(root: yaml.Node | None, report: Report) -> tuple[PlacedContact, ...]:
    if not isinstance(root, yaml.Sequence):
        report(1, "This is not a list of contacts", "Start each contact with '- id: ...'")
        return ()
    for node in root.items:
        if not isinstance(node, yaml.Mapping):
            report(node.line, "This is not a contact", "Start each contact with '- id: ...'")
    return tuple(_contact(node, report) for node in root.items if isinstance(node, yaml.Mapping))


def _contact(node: yaml.Node, report: Report) -> PlacedContact:
    fields = Fields(node, report, FIELDS, "a contact")
    identity = fields.text("id")
    if identity and not ID.fullmatch(identity):
        fields.wrong("id", f"is not valid: '{identity}'", "Use small letters, digits and hyphens")
    numbers = tuple(_number(item, report) for item in _numbers(fields))
    web = fields.optional_text("web")
    if web and not WEB.fullmatch(web):
        fields.wrong(
            "web", f"is not a web address: '{web}'", "Write it like kp2mi.go.id or https://kp2mi.go.id/page"
        )
    months = fields.one_of("review_months", [str(months) for months in REVIEW_MONTHS])
    contact = Contact(
        id=identity,
        name=fields.text("name", "Write the official name"),
        what_for=fields.texts("what_for"),
        numbers=numbers,
        web=web,
        address=fields.optional_text("address"),
        hours=fields.texts("hours") if fields.has("hours") else None,
        dial_from=fields.texts("dial_from"),
        destination=_destination(fields),
        kinds=_kinds(fields),
        sources=read_sources(fields),
        checked_on=fields.day("checked_on"),
        review_months=int(months),
        confidence=cast(Literal["A", "B"], fields.one_of("confidence", CONFIDENCES)),
    )
    return PlacedContact(contact, fields.mapping.key_lines, fields.line)


def _numbers(fields: Fields) -> tuple[yaml.Node, ...]:
    node = fields.mapping.items.get("numbers")
    if node is None or (isinstance(node, yaml.Scalar) and node.value is None):
        return ()
    return tuple(fields.items("numbers", "Write '- {label: ..., number: ..., kind: phone}'"))


def _number(node: yaml.Node, report: Report) -> Number:
    fields = Fields(node, report, ("label", "number", "kind"), "a number")
    kind = fields.one_of("kind", NUMBER_KINDS)
    number = fields.text("number", 'Write it in quotes, e.g. "+62 21 2924 4800"')
    if number and (fault := _number_fault(number, kind)):
        fields.wrong("number", f"is not a valid {kind} number: '{number}'", fault)
    return Number(fields.texts("label"), number, cast(NumberKind, kind))


def _number_fault(number: str, kind: str) -> str | None:
    """What to do about a number that cannot be dialled as written; None when it can."""
    if kind == "short":
        return (
            None if SHORT.fullmatch(number) else "A short number has 3 to 6 digits, e.g. 110 or '119 ext. 8'"
        )
    if number.startswith("+"):
        if not INTERNATIONAL.fullmatch(number):
            return "Write +, the country code, and digits with single spaces"
        try:
            possible = phonenumbers.is_possible_number(phonenumbers.parse(number))
        except phonenumbers.NumberParseException:
            return "Check the country code"
        return None if possible else "Count the digits: this country has no numbers of this length"
    digits = re.sub(r"\D", "", number)
    local = kind == "whatsapp" or not NATIONAL.fullmatch(number)
    if local or (digits.startswith("0") and len(digits) > 7 and not digits.startswith(FREE_PREFIXES)):
        return "Write it with + and the country code, so that it can be dialled from abroad"
    return None


def _destination(fields: Fields) -> str | None:
    code = fields.optional_text("destination")
    if code is not None and code not in countries.codes():
        remedy = hint(
            code, countries.codes(), "Write the two letters of the country, or ME for the Middle East"
        )
        fields.wrong("destination", f"is not a country code: '{code}'", remedy)
    return code


def _kinds(fields: Fields) -> tuple[str, ...]:
    known = DANGER_KINDS + OFFICE_KINDS
    kinds = fields.words("kinds", f"List some of: {', '.join(known)}")
    for kind in kinds:
        if kind not in known:
            fields.wrong("kinds", f"has an unknown word: '{kind}'", hint(kind, known, "Remove it"))
    return kinds
