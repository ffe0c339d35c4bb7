"""The overview: what was asked, by whom, how it was answered, over a span of days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from console import overview, overview_export
from console.overview import Chart, Reader, Waits
from console.pages import locale_of, page, say_for
from console.roles import Role, permission
from console.security import note
from console.state import services_of
from storage import Connection, counters
from storage import overview as store

SPANS = (7, 30, 90)
USUAL = 30
LONGEST = 366
BOM = "\ufeff"  # tells spreadsheets that it is UTF-8


def routes() -> list[web.RouteDef]:
    return [web.get("/overview", show), web.get("/overview/{name}.csv", export)]


@dataclass(frozen=True, slots=True)
class Span:
    """The days asked for, both included, and the day it is."""

    first: date
    last: date
    today: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def query(self) -> str:
        return urlencode({"from": self.first.isoformat(), "to": self.last.isoformat()})


def span_of(request: web.Request) -> Span:
    """The span in the address: from and to, or the last so many days; else the usual one."""
    today = counters.day_of(services_of(request).clock())
    query = request.query
    try:
        first, last = date.fromisoformat(query["from"]), date.fromisoformat(query["to"])
    except (KeyError, ValueError):
        days = next((each for each in SPANS if query.get("days") == str(each)), USUAL)
        first, last = today - timedelta(days=days - 1), today
    last = min(last, today)
    first = min(max(first, last - timedelta(days=LONGEST - 1)), last)
    return Span(first, last, today)


async def _gathered(request: web.Request, span: Span) -> dict[str, Any]:
    services, say, locale = services_of(request), say_for(request), locale_of(request)
    past = Span(span.first - timedelta(days=span.days), span.first - timedelta(days=1), span.today)

    def query(conn: Connection) -> tuple[store.Figures, store.Figures, store.Reach]:
        return (
            store.figures(conn, span.first, span.last),
            store.figures(conn, past.first, past.last),
            store.reach(conn),
        )

    now, before, reach = await services.database.read(query)
    library = services.library()
    catalog = library.catalog if library is not None else None
    titles = {t: catalog.article(t, locale).title for t in catalog.topics} if catalog is not None else {}
    reader = Reader(say, locale, titles)
    return {
        "tiles": overview.tiles(now, before, reach, say, span.days),
        "charts": overview.charts(now, before, span.first, span.last, reader, catalog, span.today),
        "waits": overview.waits(now.cases, say, services.clock(), services.office_hours),
        "past": past,
    }


@permission(Role.VIEWER)
async def show(request: web.Request) -> web.StreamResponse:
    span = span_of(request)
    return page(request, "overview.html", span=span, spans=SPANS, **await _gathered(request, span))


@permission(Role.VIEWER)
async def export(request: web.Request) -> web.StreamResponse:
    """One chart as CSV; who exports what is logged."""
    span, name, say = span_of(request), request.match_info["name"], say_for(request)
    gathered = await _gathered(request, span)
    charts: dict[str, Chart] = {chart.name: chart for chart in gathered["charts"]}
    waits: list[Waits] = gathered["waits"]
    if name == "waits":
        text = overview_export.waits_csv(waits, say)
    elif name in charts:
        text = overview_export.chart_csv(charts[name], say)
    else:
        raise web.HTTPNotFound
    await note(request, "figures exported", name, f"{span.first} to {span.last}")
    response = web.Response(text=BOM + text, content_type="text/csv", charset="utf-8")
    file = f"bekal-{name}-{span.first}-{span.last}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    return response
