"""The figures of an evaluation as lines for the terminal; texts of messages stand in the HTML report only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

WIDTH = 34


def lines(figures: Mapping[str, Any]) -> Iterator[str]:
    """What `Evaluation.figures()` says, for people."""
    whole = figures["all"]
    yield f"{whole['messages']} messages that training has never seen"
    yield ""
    yield f"{'':{WIDTH}}messages   first  of three"
    for title, rows in tables(figures).items():
        yield title
        for name, row in rows.items():
            rates = f"{_rate(row['first'])}    {_rate(row['among_three'])}"
            yield f"  {name:{WIDTH - 2}}{row['messages']:8}  {rates}"
    yield ""
    for name, value, note in summary(figures):
        yield f"{name:{WIDTH}}{value:>8}  {note}".rstrip()


def summary(figures: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The figures that are no tables: name, value, what it is a share of."""
    whole = figures["all"]
    danger = whole["danger"]
    yield "wrong with confidence", percent(whole["answered_wrongly"]), "of what was answered outright"
    yield "dead ends", percent(whole["dead_ends"]), "of questions in scope were left to a person"
    yield "out of scope, yet answered", percent(whole["out_of_scope_answered"]), "of what is out of scope"
    yield "out of scope, known as such", percent(whole["out_of_scope_known"]), "of what is out of scope"
    ranked = whole["out_of_scope_auroc"]
    yield "out of scope, told apart", "-" if ranked is None else f"{ranked:.3f}", "AUROC of the confidence"
    yield "danger found", percent(danger["found"]), f"of {danger['messages']} dangerous messages"
    yield "danger of the right kind", percent(danger["kind_right"]), "of those found"
    yield "false alarms", percent(danger["false_alarms"]), "of all messages without danger"
    if "danger" in figures and figures["danger"]["danger"]["messages"]:
        alarms = percent(figures["danger"]["danger"]["false_alarms"])
        yield "false alarms, hard", alarms, "of those that only sound alarming"
    yield "topic in later turns", percent(whole["topic"]["in_dialogues"]), "of dialogues"
    yield "destination", percent(whole["destination"]), "right"
    yield "for whom", percent(whole["asks_for"]), "right"
    yield "language", percent(whole["language"]), "right"
    error = whole["calibration_error"]
    yield "calibration error", "-" if error is None else f"{error:.3f}", "confidence against share right"
    decided = ", ".join(f"{name} {number}" for name, number in sorted(whole["decisions"].items()))
    yield "decisions", "", decided


def percent(value: float | None) -> str:
    """A share for people; "-" where there was nothing to count."""
    return "-" if value is None else f"{100 * value:.1f} %"


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """How far the figures of all messages moved, in points."""
    for name in ("first", "among_three", "in_dialogues"):
        yield _moved(f"topic, {name.replace('_', ' ')}", before["topic"][name], after["topic"][name])
    for name in ("answered_wrongly", "dead_ends", "out_of_scope_answered", "destination"):
        yield _moved(name.replace("_", " "), before[name], after[name])
    for name in ("found", "false_alarms"):
        yield _moved(f"danger, {name.replace('_', ' ')}", before["danger"][name], after["danger"][name])


def _moved(name: str, before: float | None, after: float | None) -> str:
    difference = "-" if before is None or after is None else f"{100 * (after - before):+.1f} points"
    return f"{name:{WIDTH}}{percent(before):>8} -> {percent(after):>8}  {difference}"


def tables(figures: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Topics right, grouped: title of the table, name of the row, its figures."""
    topic = figures["all"]["topic"]
    in_scope = sum(row["messages"] for row in topic["by_language"].values())
    sets = {
        name: {"messages": sum(r["messages"] for r in one["topic"]["by_language"].values()), **one["topic"]}
        for name, one in figures.items()
        if name != "all"
    }
    return {
        "topics": {"all in scope": {"messages": in_scope, **topic}},
        "by set": {name: row for name, row in sets.items() if row["messages"]},
        "by module": topic["by_module"],
        "by language": topic["by_language"],
        "by style": topic["by_style"],
        "by style, Indonesian": topic["by_indonesian_style"],
    }


def _rate(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
