"""Charts as CSV for a spreadsheet: nothing in it is a formula, and no number so small that it is somebody."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import timedelta

from console.overview import Chart, Waits
from console.wording import Say

SMALL = 5


def chart_csv(chart: Chart, say: Say) -> str:
    """A chart's numbers for a spreadsheet; small ones are left out."""
    head = [chart.title, say("jumlah"), say("sebelumnya")]
    return _csv([head, *([row.label, _safe(row.value), _safe(row.before)] for row in chart.rows)])


def waits_csv(found: Sequence[Waits], say: Say) -> str:
    """The waits for a spreadsheet, in minutes; of a few cases nothing is told but that they are few."""
    head = [
        say("Kasus"),
        say("jumlah"),
        say("dibalas"),
        say("balasan pertama, median (menit)"),
        say("tepat waktu (%)"),
        say("selesai"),
        say("selesai, median (menit)"),
        say("tepat waktu (%)"),
    ]
    rows = [
        [
            each.label,
            _safe(each.cases),
            _safe(each.replied),
            *(["", ""] if each.replied < SMALL else [_minutes(each.reply), _number(each.reply_in_time)]),
            _safe(each.closed),
            *(["", ""] if each.closed < SMALL else [_minutes(each.close), _number(each.close_in_time)]),
        ]
        for each in found
    ]
    return _csv([head, *rows])


def _safe(value: int | None) -> str:
    return f"<{SMALL}" if value is not None and 0 < value < SMALL else _number(value)


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _minutes(span: timedelta | None) -> str:
    return "" if span is None else str(round(span.total_seconds() / 60))


def _csv(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([neutral(cell) for cell in row] for row in rows)
    return text.getvalue()


def neutral(cell: str) -> str:
    """The cell so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
