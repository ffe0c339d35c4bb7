"""The figures of the overview as charts and tiles. A chart and its table are the same numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from babel.dates import format_date

from console.countries import country_names
from console.desk_words import DANGERS, KINDS, RUNGS
from console.wording import Say, msg
from content import Catalog, Freshness
from storage.office_hours import FIRST_REPLY, FIRST_REPLY_ELSE, OfficeHours, first_reply_due
from storage.overview import CaseTimes, Figures, Reach

SHOWN = 15  # labels of a chart; the rest is one row
HOUR = timedelta(hours=1)
# By when a case should be closed, by the clock; the first reply has its time at the desk.
CLOSED_IN = {"danger": 24 * HOUR}
CLOSED_IN_ELSE = 72 * HOUR

LANGUAGES = {
    "id": msg("Indonesia"),
    "en": msg("Inggris"),
    "jv": msg("Jawa"),
    "su": msg("Sunda"),
    "ms": msg("Melayu"),
    "mad": msg("Madura"),
    "-": msg("tidak dikenali"),
}
FRESHNESS = {
    Freshness.FRESH: msg("masih berlaku"),
    Freshness.DUE: msg("lewat tanggal tinjau"),
    Freshness.WITHHELD: msg("ditahan"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A label with its number, and the number of the span before (None: there is none)."""

    label: str
    value: int
    before: int | None = None
    others: bool = False  # the sum of all labels that are not shown


@dataclass(frozen=True, slots=True)
class Chart:
    """`columns`: bars that stand side by side, one a day or hour; else they lie, one a label."""

    name: str
    title: str
    rows: tuple[Row, ...]
    columns: bool = False

    @property
    def most(self) -> int:
        """What a full bar stands for; all the others together may be more."""
        return max((row.value for row in self.rows if not row.others), default=0) or 1


@dataclass(frozen=True, slots=True)
class Waits:
    """How long one kind of case waited. Shares are of the cases that had a chance: None if there was none."""

    kind: str
    label: str
    cases: int
    replied: int
    reply: timedelta | None
    reply_in_time: int | None
    closed: int
    close: timedelta | None
    close_in_time: int | None
    deadlines: tuple[timedelta, timedelta]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: words, titles of topics and names of countries in their language."""

    say: Say
    locale: str
    titles: Mapping[str, str]

    def day(self, day: date) -> str:
        return str(format_date(day, "d MMM", locale=self.locale))


def charts(
    now: Figures,
    before: Figures,
    first: date,
    last: date,
    reader: Reader,
    catalog: Catalog | None,
    today: date,
) -> list[Chart]:
    """All charts but the waits."""
    say = reader.say
    countries = country_names(reader.locale)

    def bars(name: str, title: str, kind: str, part: int | None, label: Callable[[str], str]) -> Chart:
        found, past = _tally(now.sums[kind], part), _tally(before.sums[kind], part)
        return Chart(name, title, _ranked(found, past, label, say("lainnya")))

    def said(words: Mapping[str, str]) -> Callable[[str], str]:
        return lambda label: say(words[label]) if label in words else label

    def topic(label: str) -> str:
        return reader.titles.get(label, label if label != "-" else say("tanpa topik"))

    hours = [f"{hour:02}" for hour in range(24)]
    found = [
        _daily(
            "questions", say("Pesan per hari"), now.turns_by_day, before.turns_by_day, first, last, reader
        ),
        _daily("people", say("Orang per hari"), now.people_by_day, before.people_by_day, first, last, reader),
        Chart(
            "hours",
            say("Pesan per jam (WIB)"),
            tuple(Row(h, now.sums["hours"].get(h, 0), before.sums["hours"].get(h, 0)) for h in hours),
            columns=True,
        ),
        bars("topics", say("Topik"), "turns", 1, topic),
        bars(
            "destinations", say("Negara tujuan"), "destinations", None, lambda code: countries.get(code, code)
        ),
        bars("languages", say("Bahasa"), "turns", 0, said(LANGUAGES)),
        bars("rungs", say("Cara bot menjawab"), "turns", 2, said(RUNGS)),
        bars("danger", say("Tanda bahaya"), "danger", None, said(DANGERS)),
        bars(
            "feedback", say("Jawaban membantu"), "feedback", 1, said({"yes": msg("ya"), "no": msg("tidak")})
        ),
    ]
    if catalog is not None:
        found.append(_freshness(catalog, today, say))
    return found


def _freshness(catalog: Catalog, today: date, say: Say) -> Chart:
    states = Counter(catalog.article(topic, "id").freshness(today) for topic in catalog.topics)
    rows = tuple(Row(say(label), states[state]) for state, label in FRESHNESS.items())
    return Chart("freshness", say("Artikel menurut tanggal tinjau"), rows)


def _tally(sums: Mapping[str, int], part: int | None) -> Counter[str]:
    """Sums by one word of the labels, or by the whole of them."""
    found: Counter[str] = Counter()
    for label, n in sums.items():
        found[label if part is None else label.split(" ")[part]] += n
    return found


def _ranked(
    found: Counter[str], past: Counter[str], label: Callable[[str], str], rest: str
) -> tuple[Row, ...]:
    ranked = sorted(found, key=lambda each: (-found[each], each))
    rows = [Row(label(each), found[each], past[each]) for each in ranked[:SHOWN]]
    if len(ranked) > SHOWN:
        shown = ranked[:SHOWN]
        others = found.total() - sum(found[each] for each in shown)
        rows.append(Row(rest, others, past.total() - sum(past[each] for each in shown), True))
    return tuple(rows)


def _daily(
    name: str,
    title: str,
    found: Mapping[date, int],
    past: Mapping[date, int],
    first: date,
    last: date,
    reader: Reader,
) -> Chart:
    days = (last - first).days + 1
    rows = (
        Row(reader.day(day), found.get(day, 0), past.get(day - timedelta(days=days), 0))
        for day in (first + timedelta(days=offset) for offset in range(days))
    )
    return Chart(name, title, tuple(rows), columns=True)


def waits(cases: Sequence[CaseTimes], say: Say, now: datetime, hours: OfficeHours | None) -> list[Waits]:
    """First reply and closing against the deadline, for each kind of case. Times in time zone UTC."""
    return [
        _waits(kind, say(label), [c for c in cases if c.kind == kind], now, hours)
        for kind, label in KINDS.items()
    ]


def _waits(
    kind: str, label: str, cases: Sequence[CaseTimes], now: datetime, hours: OfficeHours | None
) -> Waits:
    to_close = CLOSED_IN.get(kind, CLOSED_IN_ELSE)
    # A case that was closed without a reply needed none.
    replies = [(c.opened_at, c.replied_at) for c in cases if c.replied_at or not c.closed_at]
    closings = [(c.opened_at, c.closed_at) for c in cases]
    reply, reply_in_time = _against(replies, lambda since: first_reply_due(kind, since, hours), now)
    close, close_in_time = _against(closings, lambda since: since + to_close, now)
    return Waits(
        kind,
        label,
        len(cases),
        sum(c.replied_at is not None for c in cases),
        reply,
        reply_in_time,
        sum(c.closed_at is not None for c in cases),
        close,
        close_in_time,
        (FIRST_REPLY.get(kind, FIRST_REPLY_ELSE), to_close),
    )


def _against(
    times: Sequence[tuple[datetime, datetime | None]], due: Callable[[datetime], datetime], now: datetime
) -> tuple[timedelta | None, int | None]:
    """The median of what is done, and the percentage done in time of what is done or late by now."""
    took = [end - start for start, end in times if end is not None]
    late = sum(end is None and now > due(start) for start, end in times)
    judged = len(took) + late
    share = (
        round(100 * sum(end is not None and end <= due(start) for start, end in times) / judged)
        if judged
        else None
    )
    return (timedelta(seconds=median(each.total_seconds() for each in took)) if took else None), share


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure in large; `change` is against the span before, in `unit`; None where that says nothing."""

    label: str
    value: str
    change: int | None = None
    hint: str = ""
    unit: str = "%"


def tiles(now: Figures, before: Figures, reach: Reach, say: Say, days: int) -> list[Tile]:
    """The figures at the top."""

    def share(sums: Mapping[str, int]) -> int | None:
        both = _tally(sums, 1)
        return round(100 * both["yes"] / both.total()) if both.total() else None

    def total(name: str, figures: Figures, label: str | None = None) -> int:
        sums = figures.sums[name]
        return sums.get(label, 0) if label else sum(sums.values())

    def counted(label: str, name: str, only: str | None = None, hint: str = "") -> Tile:
        value, past = total(name, now, only), total(name, before, only)
        return Tile(label, _grouped(value), _change(value, past), hint)

    helpful, helpful_past = share(now.sums["feedback"]), share(before.sums["feedback"])
    danger, danger_past = (sum(c.kind == "danger" for c in f.cases) for f in (now, before))
    blocked = round(100 * reach.stopped / reach.known, 1) if reach.known else 0.0
    per_day = round(sum(now.people_by_day.values()) / days)
    past_per_day = round(sum(before.people_by_day.values()) / days)
    return [
        counted(say("Orang baru"), "people", "new", say("{n} dikenal seluruhnya", n=_grouped(reach.known))),
        Tile(say("Orang per hari"), _grouped(per_day), _change(per_day, past_per_day)),
        counted(say("Pesan"), "turns"),
        Tile(
            say("Jawaban membantu"),
            "–" if helpful is None else f"{helpful}%",
            None if helpful is None or helpful_past is None else helpful - helpful_past,
            say("{n} penilaian", n=_grouped(total("feedback", now))),
            say(" poin"),
        ),
        Tile(say("Kasus bahaya"), _grouped(danger), _change(danger, danger_past)),
        Tile(
            say("Memblokir bot"),
            f"{blocked}%",
            None,
            say("{n} orang baru di rentang ini", n=_grouped(now.newly_stopped)),
        ),
        Tile(say("Mau menerima kabar"), _grouped(reach.news)),
    ]


def _grouped(value: int) -> str:
    return f"{value:,}".replace(",", ".")


def _change(value: int, past: int) -> int | None:
    return round(100 * (value - past) / past) if past else None
