"""The rows of `tables/agencies.csv`, changed a line at a time; comments and the line of columns stay."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from content.agencies import COLUMNS, COMMENT


@dataclass(frozen=True, slots=True)
class CsvRow:
    """A row and the line of the file on which it stands (counted from 0)."""

    cells: Mapping[str, str]
    line: int

    def said(self, key: str) -> str:
        return self.cells.get(key, "")


def rows(text: str) -> list[CsvRow]:
    """All rows that can be read; the checks tell about the others."""
    found = []
    lines = [(at, line) for at, line in enumerate(text.split("\n")) if line.strip() and line[0] != COMMENT]
    for at, line in lines[1:]:
        try:
            cells = next(csv.reader(io.StringIO(line), strict=True))
        except (csv.Error, StopIteration):
            continue
        found.append(CsvRow(dict(zip(COLUMNS, (cell.strip() for cell in cells), strict=False)), at))
    return found


def with_row(text: str, row: CsvRow | None, cells: Mapping[str, str] | None) -> str:
    """The file with this row changed, or, without one, with one more; without cells it is taken out."""
    lines = text.rstrip("\n").split("\n")
    new = [] if cells is None else [_line(cells)]
    if row is None:
        return "\n".join([*lines, *new]) + "\n"
    return "\n".join([*lines[: row.line], *new, *lines[row.line + 1 :]]) + "\n"


def _line(cells: Mapping[str, str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([" ".join(cells.get(key, "").split()) for key in COLUMNS])
    return out.getvalue()
