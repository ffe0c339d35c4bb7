"""Contacts and tables as grids: a row is changed in a form of its own, and checked at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from ruamel.yaml.comments import CommentedMap

from console import content_csv, content_desk, content_form, content_yaml
from console.content_checks import Note, Placed, on_row
from console.content_csv import CsvRow
from console.content_desk import Opened, library_of, opened, problems_of, title_of
from console.content_page import content_page
from console.content_spec import AGENCY, ROWS, SHOWN, Field
from console.content_yaml import CannotEdit, Row
from console.forms import field
from console.pages import say_for
from console.roles import Role, permission
from console.wording import msg
from content.problems import Problem
from storage.content_review import DraftChanged

NEW = "new"
LIMIT = 2_000


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a grid; `number` counts from 0."""

    number: int
    cells: tuple[str, ...]
    problems: tuple[Problem, ...]


def routes() -> list[web.RouteDef]:
    return [
        web.get("/content/row/{name:.+}", show_row),
        web.post("/content/row/{name:.+}", save_row),
    ]


def _fields(name: str) -> tuple[Field, ...]:
    return ROWS.get(name, AGENCY)


def _rows(file: Opened, text: str) -> Sequence[Row | CsvRow]:
    return content_csv.rows(text) if file.file.kind == "csv" else content_yaml.rows(text)


def _span(row: Row | CsvRow) -> range:
    """The lines of a row, counted from 1 as problems count them."""
    if isinstance(row, CsvRow):
        return range(row.line + 1, row.line + 2)
    return range(row.first + 1, row.end + 1)


async def show_grid(request: web.Request, file: Opened) -> web.Response:
    """All rows with the columns that matter; the words looked for narrow them."""
    name = file.file.name
    problems = [each for each in await problems_of(request, file.file, file.text) if each.file == name]
    try:
        rows = _rows(file, file.text)
    except CannotEdit as error:
        raise web.HTTPSeeOther(f"/content/edit/{name}?raw=1") from error
    labels = {each.key: each.label for each in _fields(name)}
    shown = SHOWN[name]
    words = request.query.get("q", "")[:80].lower().split()
    lines = [
        Line(
            number,
            tuple(row.said(key) for key in shown),
            tuple(problem for problem in problems if problem.line in _span(row)),
        )
        for number, row in enumerate(rows)
    ]
    in_rows = {problem for line in lines for problem in line.problems}
    return content_page(
        request,
        "content_grid.html",
        file=file,
        title=title_of(request, file.file),
        columns=[labels[key] for key in shown],
        lines=[line for line in lines if all(word in " ".join(line.cells).lower() for word in words)],
        count=len(lines),
        words=" ".join(words),
        general=[problem for problem in problems if problem not in in_rows],
        errors=sum(problem.is_error for problem in problems),
    )


@permission(Role.VIEWER)
async def show_row(request: web.Request) -> web.StreamResponse:
    file = await opened(request)
    number = request.query.get("row", NEW)
    row = _row(file, number)
    node = _node(row)
    problems = await problems_of(request, file.file, file.text) if row else ()
    mine = [each for each in problems if row and each.file == file.file.name and each.line in _span(row)]
    return _show(request, file, number, node, _placed(mine, row, file.file.name))


def _row(file: Opened, number: str) -> Row | CsvRow | None:
    """The row of this number, None for a new one. Raises HTTPNotFound."""
    if file.file.kind not in ("rows", "csv"):
        raise web.HTTPNotFound
    if number == NEW:
        return None
    try:
        rows = _rows(file, file.text)
    except CannotEdit as error:
        raise web.HTTPNotFound from error
    if not number.isdigit() or len(number) > 6 or int(number) >= len(rows):
        raise web.HTTPNotFound
    return rows[int(number)]


def _node(row: Row | CsvRow | None) -> Mapping[str, Any]:
    if row is None:
        return {}
    return dict(row.cells) if isinstance(row, CsvRow) else row.fields()


def _placed(problems: Sequence[Problem], row: Row | CsvRow | None, name: str) -> Placed:
    if isinstance(row, Row):
        return on_row(problems, _fields(name), row.node)
    return Placed(rest=[Note(problem) for problem in problems])


def _show(
    request: web.Request,
    file: Opened,
    number: str,
    node: Mapping[str, Any],
    placed: Placed,
    *,
    status: int = 200,
    alert: str | None = None,
) -> web.Response:
    name = file.file.name
    catalog = library_of(request).catalog
    return content_page(
        request,
        "content_row.html",
        status,
        file=file,
        number=number,
        title=title_of(request, file.file),
        called=content_form.shown(node.get("id")),
        inputs=content_form.inputs(_fields(name), node),
        placed=placed,
        general=placed.rest,
        errors=sum(note.problem.is_error for notes in placed.at.values() for note in notes),
        alert=alert,
        topics=catalog.topics,
        contacts=catalog.contacts,
    )


@permission(Role.EDITOR)
async def save_row(request: web.Request) -> web.StreamResponse:
    """Keep one row in the draft of its file, take it out, or add one."""
    file, say = await opened(request), say_for(request)
    name, number = file.file.name, await field(request, "row", limit=6)
    row = _row(file, number)
    sent = await request.post()
    given = {key: await field(request, key, limit=LIMIT) for key in sent if key not in ("csrf", "row")}
    remove = given.get("do") == "remove" and row is not None
    seen, base = given.get("seen", ""), given.get("base", "")
    try:
        text, node = _changed(file, row, given, remove=remove)
    except CannotEdit as error:
        raise web.HTTPConflict from error
    same = int(seen) == file.version if seen.isdigit() else False
    try:
        if not same:
            raise DraftChanged(file.draft.events[-1].actor if file.draft else "")
        if text != file.text:
            note = f"{content_form.shown(node.get('id'))} {'-' if remove else ''}".strip()
            await content_desk.save(request, file, text, file.version, base, note)
    except DraftChanged as error:
        alert = (
            say(
                msg("{name} menyimpan perubahan lain sementara Anda menulis. Periksa, lalu simpan lagi."),
                name=error.by,
            )
            if error.by
            else say(msg("Berkas ini berubah sementara Anda menulis. Periksa, lalu simpan lagi."))
        )
        return _show(request, await opened(request), number, node, Placed(), status=409, alert=alert)
    if remove:
        raise web.HTTPSeeOther(f"/content/edit/{name}")
    if number == NEW:
        fresh = await opened(request)
        number = str(len(_rows(fresh, fresh.text)) - 1)
    raise web.HTTPSeeOther(f"/content/row/{name}?row={number}")


def _changed(
    file: Opened, row: Row | CsvRow | None, given: Mapping[str, str], *, remove: bool
) -> tuple[str, Mapping[str, Any]]:
    """The file with the row as the form says it -> text and row. Raises CannotEdit."""
    if isinstance(row, CsvRow) or file.file.kind == "csv":
        old = row if isinstance(row, CsvRow) else None
        cells = {**(old.cells if old else {}), **given}
        return content_csv.with_row(file.text, old, None if remove else cells), cells
    fields = row.fields() if isinstance(row, Row) else CommentedMap()
    content_form.apply(_fields(file.file.name), fields, given)
    if isinstance(row, Row):
        return content_yaml.with_row(file.text, row, None if remove else fields), fields
    return content_yaml.with_new_row(file.text, fields) if fields else file.text, fields
