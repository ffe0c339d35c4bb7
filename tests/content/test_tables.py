# ruff: noqa: E501 (a table is read across)
"""The tables: read into typed rows, and everything wrong in them is named with its place."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import content
from content import table_checks
from content.agencies import COLUMNS
from content.draft import Draft, read
from content.table_files import FILES, READERS, tables_of
from tests.content import folder as sample

SHIPPED = Path(__file__).parents[2] / "content"
TODAY = date(2026, 11, 24)

SOURCES = """sources:
  law: {title: "UU contoh", url: "https://kp2mi.go.id/uu", date: 2017-11-22, tier: law}
"""
EVIDENCE = """    sources: [law]
    reviewed_on: 2026-11-24
    review_months: 3
"""
TEXT = '{id: "Teks.", en: "Text."}'
ROWS = {
    "destinations": f"""  - id: taiwan
    code: TW
    currency: TWD
    schemes: [p-to-p]
    status: open
    status_note: {TEXT}
    wages:
      - job: {TEXT}
        amount: 29500
        per: month
        basis: law
        valid_from: 2026-01-01
        valid_until: 2026
        sources: [law]
      - job: {TEXT}
        amount: 570.5
        currency: USD
        per: month
        basis: rule
        sources: [law]
        certain: false
        note: {TEXT}
    hotlines: [hotline]
""",
    "documents": f"""  - id: passport
    name: {TEXT}
    what: {TEXT}
    schemes: [p-to-p, mandiri]
    required_by: law
""",
    "red-flags": f"""  - id: visa
    sign: {TEXT}
    why: {TEXT}
    weight: 3
""",
    "contract-clauses": f"""  - id: wage
    contract: work
    clause: {TEXT}
    look_for: {TEXT}
    law: UU contoh
""",
    "cost-items": f"""  - id: ticket
    name: {TEXT}
    destinations: [TW]
    payer: unsettled
    amount: not-known
""",
    "kur": f"""  - id: ceiling
    name: {TEXT}
    says: {TEXT}
    amount: 100000000
    unit: IDR
""",
    "tests": f"""  - id: jft
    kind: language
    name: JFT-Basic
    destinations: [JP]
    purpose: {TEXT}
    level: {TEXT}
    organiser: Contoh
    fee: 550000
    currency: IDR
    fee_year: 2024
""",
    "offices": f"""  - id: centre
    contact: hotline
    kind: ministry
    country: ID
    place: Jakarta
    serves: {TEXT}
""",
}
AGENCY = "contoh,PT Contoh Saja,SIP3MI-0,active,Jakarta,Daftar,https://kp2mi.go.id,2026-11-01,official,2026-11-24,3"
AGENCIES = f"# about\n{','.join(COLUMNS)}\n{AGENCY}\n"


def table(name: str, row: str | None = None) -> str:
    return f"{SOURCES}rows:\n{ROWS[name] if row is None else row}{EVIDENCE}"


def with_tables(folder: Path) -> Path:
    files = {f"tables/{name}.yml": table(name) for name in ROWS}
    return sample.write(folder, {**files, "tables/agencies.csv": AGENCIES})


def spoil(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / "tables" / name
        before = path.read_text()
        assert old in before
        path.write_text(before.replace(old, new, 1))

    return change


def test_every_table_becomes_typed_rows(folder: Path) -> None:
    tables = content.load(with_tables(folder)).tables
    assert content.check(folder, TODAY) == []
    (taiwan,) = tables.destinations
    assert (taiwan.code, taiwan.currency, taiwan.schemes, taiwan.hotlines) == (
        "TW",
        "TWD",
        ("p-to-p",),
        ("hotline",),
    )
    assert tables.destination("TW") is taiwan
    assert tables.destination("JP") is None
    floor, fishing = taiwan.wages
    assert (floor.amount, floor.currency, floor.valid_from, floor.valid_until) == (
        Decimal(29500),
        "TWD",
        "2026-01-01",
        "2026",
    )
    assert (fishing.amount, fishing.currency, fishing.evidence.certain) == (Decimal("570.5"), "USD", False)
    assert fishing.evidence.next_review == taiwan.evidence.next_review == date(2027, 2, 24)
    assert taiwan.evidence.sources[0].title == "UU contoh"
    assert tables.documents[0].schemes == ("p-to-p", "mandiri")
    assert tables.red_flags[0].weight == 3
    assert tables.contract_clauses[0].law == "UU contoh"
    assert (tables.cost_items[0].amount, tables.cost_items[0].payer) == (None, "unsettled")
    assert (tables.kur[0].amount, tables.kur[0].unit) == (Decimal(100000000), "IDR")
    assert (tables.tests[0].fee, tables.tests[0].fee_year) == (Decimal(550000), "2024")
    assert tables.offices[0].contact == "hotline"
    assert (tables.agencies[0].name, tables.agencies[0].status) == ("PT Contoh Saja", "active")


def test_a_folder_without_tables_has_empty_ones(folder: Path) -> None:
    assert content.load(folder).tables == content.Tables()


def test_a_changed_table_is_served_at_once(folder: Path) -> None:
    library = content.Library(with_tables(folder))
    spoil("kur.yml", "100000000", "90000000")(folder)
    assert library.reload() is True
    assert library.catalog.tables.kur[0].amount == Decimal(90000000)


BROKEN = [
    ("destinations.yml", "code: TW", "code: Taiwan", 5, "'code' is not a country code: 'Taiwan'"),
    ("destinations.yml", "currency: TWD", "currency: NTD", 6, "'currency' is not a currency: 'NTD'"),
    ("destinations.yml", "schemes: [p-to-p]", "schemes: [ptop]", 7, "'schemes' has an unknown word: 'ptop'"),
    ("destinations.yml", "status: open", "status: offen", 8, "'status' cannot be 'offen'"),
    ("destinations.yml", "amount: 29500", "amount: 29.500,00", 12, "'amount' is not a number: '29.500,00'"),
    ("destinations.yml", "per: month", "per: week", 13, "'per' cannot be 'week'"),
    ("destinations.yml", "valid_until: 2026", "valid_until: soon", 16, "'valid_until' is not a date: 'soon'"),
    ("destinations.yml", "    hotlines: [hotline]", "    hotlines: [hotlime]", 26, "'hotlines' names an unknown contact: 'hotlime'"),
    ("documents.yml", "schemes: [p-to-p, mandiri]", "schemes: []", 7, "'schemes' names no scheme"),
    ("documents.yml", 'name: {id: "Teks.", en: "Text."}', 'name: {id: "Teks."}', 5, "'en' is missing from 'name'"),
    ("red-flags.yml", "weight: 3", "weight: 4", 7, "'weight' cannot be '4'"),
    ("cost-items.yml", "amount: not-known", "amount: 5", 4, "'currency' is missing from a cost item"),
    ("cost-items.yml", "payer: unsettled", "payer: nobody", 7, "'payer' cannot be 'nobody'"),
    ("tests.yml", "fee: 550000", "fee: free", 11, "'fee' is not a number: 'free'"),
    ("offices.yml", "contact: hotline", "contact: nowhere", 5, "'contact' names an unknown contact: 'nowhere'"),
    ("kur.yml", "sources: [law]", "sources: [lawyer]", 9, "'sources' names an unknown source: 'lawyer'"),
    ("kur.yml", "sources: [law]", "sources: []", 9, "'sources' is empty"),
    ("kur.yml", "reviewed_on: 2026-11-24", "reviewed_on: 2026-11-25", 10, "'reviewed_on' lies in the future: 2026-11-25"),
    ("kur.yml", "review_months: 3", "review_months: 4", 11, "'review_months' cannot be '4'"),
    ("kur.yml", "review_months: 3", "review_months: 3\n    certain: false", 12, "'certain' is false, and nothing says why"),
    ("kur.yml", 'id: "Teks."', 'id: "Telepon 0812-0000-0001"', 5, "This looks like a phone number: '0812-0000-0001'"),
    ("kur.yml", 'id: "Teks."', f'id: "{"x" * 301}"', 5, "'name' has 301 characters, 300 are allowed"),
    ("kur.yml", "tier: law}", "tier: law}\n  old: {title: x, ref: y, date: undated, tier: news}", 3, "No row uses the source 'old'"),
    ("kur.yml", "rows:", "row:", 3, "'row' is not a field of a table"),
    ("kur.yml", "id: ceiling", "id: Ceiling", 4, "'id' is not valid: 'Ceiling'"),
    ("agencies.csv", "active", "alive", 3, "'status' cannot be 'alive'"),
    ("agencies.csv", ",Jakarta", "", 3, "This line has 10 columns instead of 11"),
    ("agencies.csv", "PT Contoh Saja", '"PT Contoh', 3, "This line cannot be read"),
    ("agencies.csv", "PT Contoh Saja", "", 3, "'name' is empty"),
    ("agencies.csv", "id,name", "name,id", 2, "The line of columns is missing or changed"),
    ("agencies.csv", "https://kp2mi.go.id", "kp2mi.go.id", 3, "'url' is not a web address: 'kp2mi.go.id'"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "line", "what"), BROKEN, ids=[row[4] for row in BROKEN])
def test_a_broken_row_is_named(folder: Path, name: str, old: str, new: str, line: int, what: str) -> None:
    spoil(name, old, new)(with_tables(folder))
    problems = content.check(folder, TODAY)
    places = [(problem.file, problem.line, problem.what) for problem in problems if problem.is_error]
    assert (f"tables/{name}", line, what) in places, "\n".join(map(str, problems))
    assert all(problem.remedy for problem in problems)


def test_a_row_that_stands_twice_is_named(folder: Path) -> None:
    with_tables(folder)
    double = table("kur", f"{ROWS['kur']}{EVIDENCE}{ROWS['kur']}")
    (folder / "tables/kur.yml").write_text(double)
    (problem,) = content.check(folder, TODAY)
    assert (problem.line, problem.what) == (12, "id 'ceiling' stands here twice (line 4)")


def test_a_file_that_is_no_table_is_named(folder: Path) -> None:
    sample.write(folder, {"tables/destination.yml": table("destinations"), "tables/kur.yml": "- a\n"})
    problems = content.check(folder, TODAY)
    assert [(problem.file, problem.what) for problem in problems] == [
        ("tables/destination.yml", "This is no table of Bekal"),
        ("tables/kur.yml", "This is not a table"),
    ]
    assert "tables/destinations.yml" in problems[0].remedy


def test_staff_are_told_of_rows_that_are_due_and_wages_that_ended(folder: Path) -> None:
    with_tables(folder)
    assert content.check(folder, date(2026, 12, 31)) == []
    in_january = content.check(folder, date(2027, 1, 1))
    assert [(problem.line, problem.what, problem.is_error) for problem in in_january] == [
        (10, "The wage 'Teks.' ended with 2026", False)
    ]
    later = [problem.what for problem in content.check(folder, date(2027, 2, 24)) if "Row" in problem.what]
    assert len(later) == len(FILES)
    assert "Row 'ceiling' is due for review since 2027-02-24" in later


@pytest.fixture(scope="module")
def shipped() -> Draft:
    return read(SHIPPED)


def test_every_table_is_shipped_and_sound(shipped: Draft) -> None:
    assert {placed.file for placed in shipped.rows} == set(READERS)
    assert all((SHIPPED / name).exists() for name in FILES)
    latest = max(placed.row.evidence.reviewed_on for placed in shipped.rows)
    reviews = (
        table_checks.texts_are_readable,
        table_checks.words_are_called_the_same,
        table_checks.wages_have_not_ended,
    )
    assert [problem for review in reviews for problem in review(shipped, latest)] == []


def test_no_shipped_row_says_that_an_unsettled_cost_is_certain(shipped: Draft) -> None:
    tables = tables_of(shipped.rows)
    assert [row.id for row in tables.cost_items if row.payer == "unsettled" and row.evidence.certain] == []


def test_the_contract_table_has_what_the_law_lists(shipped: Draft) -> None:
    clauses = tables_of(shipped.rows).contract_clauses
    assert [row.id for row in clauses if row.contract == "work"] == [
        "employer",
        "worker",
        "job",
        "rights-duties",
        "hours",
        "wage",
        "rest-leave",
        "facilities",
        "social-security",
        "duration",
        "safety",
    ]
