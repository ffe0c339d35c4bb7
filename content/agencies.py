"""`tables/agencies.csv`: placement companies that staff have looked up, a line each."""

import csv
import io
from collections.abc import Mapping
from typing import cast, get_args

from content import yaml
from content.fields import Report
from content.sources import read_source
from content.table_model import Agency, AgencyStatus
from content.table_reader import Placed, RowReader, SourceList

COLUMNS = (
    "id",
    "name",
    "licence",
    "status",
    "city",
    "source_title",
    "source_url",
    "source_date",
    "source_tier",
    "reviewed_on",
    "review_months",
)
COMMENT = "#"
OWN = "own"


def read_agencies(file: str, text: str, report: Report) -> tuple[Placed[Agency], ...]:
    lines = [
        (number, line)
        for number, line in enumerate(text.split("\n"), start=1)
        if line.strip() and not line.startswith(COMMENT)
    ]
    header = ",".join(COLUMNS)
    if not lines or lines[0][1].strip() != header:
        report(lines[0][0] if lines else 1, "The line of columns is missing or changed", f"Write: {header}")
        return ()
    return tuple(
        row for number, line in lines[1:] if (row := _agency(file, number, line, report)) is not None
    )


def _agency(file: str, number: int, line: str, report: Report) -> Placed[Agency] | None:
    try:
        (cells,) = csv.reader(io.StringIO(line), strict=True)
    except (csv.Error, ValueError):
        report(number, "This line cannot be read", "Put text with a comma or a quote between double quotes")
        return None
    if len(cells) != len(COLUMNS):
        report(number, f"This line has {len(cells)} columns instead of {len(COLUMNS)}", "Count the commas")
        return None
    cell = {
        column: yaml.Scalar(value.strip(), False, number)
        for column, value in zip(COLUMNS, cells, strict=True)
    }
    source = read_source(
        _mapping({key: cell[f"source_{key}"] for key in ("title", "url", "date", "tier")}, number), report
    )
    keys = ("id", "name", "licence", "status", "city", "reviewed_on", "review_months")
    node = _mapping(
        {**{key: cell[key] for key in keys}, "sources": yaml.Sequence((_word(OWN, number),), number)}, number
    )
    sources = SourceList({OWN: source} if source else {})
    row = RowReader(node, report, keys[:5], "an agency", sources)
    agency = Agency(
        id=row.id(),
        name=row.fields.text("name", "Write the name as in the licence"),
        licence=row.fields.text("licence", "Write the number of the SIP3MI"),
        status=cast(AgencyStatus, row.fields.one_of("status", get_args(AgencyStatus))),
        city=row.fields.text("city", "Write the city of the head office"),
        evidence=row.evidence(),
    )
    return Placed(agency, file, number, dict.fromkeys(keys, number))


def _mapping(items: Mapping[str, yaml.Node], line: int) -> yaml.Mapping:
    return yaml.Mapping(dict(items), dict.fromkeys(items, line), line)


def _word(text: str, line: int) -> yaml.Scalar:
    return yaml.Scalar(text, True, line)
