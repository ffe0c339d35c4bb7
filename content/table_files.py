"""The files of `tables/`, each with the reader of its rows."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from content import table_rows, yaml
from content.agencies import read_agencies
from content.fields import Report, reporter
from content.problems import Problem, hint
from content.table_model import (
    Agency,
    Clause,
    Cost,
    Destination,
    Document,
    Exam,
    KurTerm,
    Office,
    RedFlag,
    Row,
    Tables,
)
from content.table_reader import Placed, SourceList, read_table

FOLDER = "tables/"
AGENCIES = FOLDER + "agencies.csv"
READERS: Mapping[str, Callable[[yaml.Node, Report, SourceList], Row]] = {
    FOLDER + "destinations.yml": table_rows.destination,
    FOLDER + "documents.yml": table_rows.document,
    FOLDER + "red-flags.yml": table_rows.red_flag,
    FOLDER + "contract-clauses.yml": table_rows.clause,
    FOLDER + "cost-items.yml": table_rows.cost,
    FOLDER + "kur.yml": table_rows.kur_term,
    FOLDER + "tests.yml": table_rows.exam,
    FOLDER + "offices.yml": table_rows.office,
}
FILES = (*READERS, AGENCIES)

R = TypeVar("R", bound=Row)


def read_tables(texts: Mapping[str, str], problems: list[Problem]) -> tuple[Placed[Row], ...]:
    """The rows of all tables; what is wrong is added to `problems`."""
    rows: list[Placed[Row]] = []
    for name, text in texts.items():
        if not name.startswith(FOLDER):
            continue
        report = reporter(name, problems)
        if name == AGENCIES:
            rows += read_agencies(name, text, report)
        elif name in READERS:
            try:
                rows += read_table(name, yaml.parse(text), report, READERS[name])
            except yaml.YamlError as error:
                report(error.line, error.what, error.remedy)
        else:
            report(1, "This is no table of Bekal", hint(name, FILES, "Remove the file"))
    return tuple(rows)


def tables_of(placed: Iterable[Placed[Row]]) -> Tables:
    rows = [one.row for one in placed]
    return Tables(
        destinations=_all(rows, Destination),
        documents=_all(rows, Document),
        red_flags=_all(rows, RedFlag),
        contract_clauses=_all(rows, Clause),
        cost_items=_all(rows, Cost),
        kur=_all(rows, KurTerm),
        tests=_all(rows, Exam),
        offices=_all(rows, Office),
        agencies=_all(rows, Agency),
    )


def _all(rows: Iterable[Row], kind: type[R]) -> tuple[R, ...]:
    return tuple(row for row in rows if isinstance(row, kind))
