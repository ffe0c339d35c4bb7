"""Answers: an article's summary first, its sections on demand, always with source and date."""

from collections.abc import Sequence

from content import Article, Freshness, Rich, Section, Source
from content.countries import covers
from handlers import buttons, cards, discreet, names
from handlers.exchange import Outcome
from handlers.keyboards import Row, in_rows, tap
from handlers.memory import Place
from handlers.payloads import NOWHERE, THIS_TURN
from handlers.rendering import Page
from handlers.turn import SOURCE_LOCALE, Turn

PART_LENGTH = 900  # characters of one message with sections
COUNTRIES_SHOWN = 9
COUNTRIES_PER_ROW = 3
RELATED_SHOWN = 2


def answer(
    turn: Turn, topic: str, destination: str | None, *, brief: bool = False, asked_for: bool = False
) -> None:
    """Send an article's answer. A `brief` one is the second of a turn: it asks nothing.

    A sensitive one waits for a tap, unless it was just `asked_for`.
    """
    article = turn.catalog.article(topic, turn.locale)
    turn.topic = turn.topic or topic
    if discreet.waits_for_tap(turn, article) and not asked_for:
        discreet.offer(turn, topic, destination)
        turn.remember(asked="open")
        turn.remember_topic(topic, destination)
        return
    if article.freshness(turn.today) is Freshness.WITHHELD:
        _withhold(turn, article)
        turn.remember_topic(topic, destination)
        return
    turn.end(Outcome.ANSWERED)
    ordered = reading_order(article, destination)
    shown = _first_part(article, ordered, destination)
    page = _head(turn, article)
    page.paragraph().add(article.summary)
    if _too_long(article, ordered[:shown]):
        turn.reply(page.rich(), [[buttons.close(turn)]] if article.danger else ())
        page = Page()
        if article.danger:
            page.add(discreet.neutral_line(turn), "italic")
    for section in ordered[:shown]:
        page.paragraph().add(_section(section))
    _notes(turn, page, article, destination)
    page.paragraph().add(_source_line(turn, article, destination))
    asks_country = not destination and bool(article.destinations)
    if asks_country and not brief:
        page.paragraph().add(turn.say("Untuk negara mana? Pilih di bawah."))
    more = shown < len(ordered)
    rows: list[Row] = []
    if more:
        more_label = turn.say("Selengkapnya")
        rows.append([tap(more_label, "part", topic, shown, destination or NOWHERE)])
    if not brief:
        if article.audio:
            rows.append([buttons.hear(turn, topic)])
        if asks_country:
            rows.extend(country_rows(turn, article))
        rows.extend(_related_rows(turn, article))
    if article.danger:
        rows.append([buttons.close(turn)])
    if not brief:
        rows.append(
            [
                tap(turn.say("👍 Membantu"), "fb", "up", topic, THIS_TURN),
                tap(turn.say("👎 Belum"), "fb", "down", topic, THIS_TURN),
            ]
        )
    turn.reply(page.rich(), rows)
    if not brief or turn.memory.place is None:
        place = Place(topic, shown, destination) if more else None
        turn.remember(place=place, asked="destination" if asks_country else "helped")
        turn.remember_topic(topic, destination)


def part(turn: Turn, topic: str, start: int, destination: str | None) -> None:
    """Send the sections from `start` on that fit one message, with a button for the next."""
    article = turn.catalog.article(topic, turn.locale)
    turn.topic = topic
    if article.freshness(turn.today) is Freshness.WITHHELD:
        _withhold(turn, article)
        return
    turn.end(Outcome.ANSWERED)
    ordered = reading_order(article, destination)
    if start >= len(ordered):
        # The article has changed since the button was made.
        answer(turn, topic, destination)
        return
    end = start + _fitting(ordered[start:])
    more = end < len(ordered)
    page = Page()
    if article.danger:
        page.add(discreet.neutral_line(turn), "italic")
    for section in ordered[start:end]:
        page.paragraph().add(_section(section))
    rows: list[Row] = []
    if more:
        rows.append([tap(turn.say("Lanjut"), "part", topic, end, destination or NOWHERE)])
    else:
        page.paragraph().add(_source_line(turn, article, destination))
        if not destination and article.destinations:
            page.paragraph().add(turn.say("Untuk negara mana? Pilih di bawah."))
            rows.extend(country_rows(turn, article))
        rows.extend(_related_rows(turn, article))
    if article.danger:
        rows.append([buttons.close(turn)])
    turn.reply(page.rich(), rows)
    turn.remember(place=Place(topic, end, destination) if more else None, asked="helped")
    turn.remember_topic(topic, destination)


def all_countries(turn: Turn, topic: str) -> None:
    """Every country that an article has something about."""
    article = turn.catalog.article(topic, turn.locale)
    turn.topic = topic
    turn.end(Outcome.OFFERED)
    turn.remember(asked="destination")
    turn.remember_topic(topic, None)
    turn.reply(turn.say("Untuk negara mana?"), country_rows(turn, article, everything=True))


def reading_order(article: Article, destination: str | None) -> list[Section]:
    """The sections for somebody in `destination`: first those about it, then those for everybody."""
    about = [s for s in article.sections if destination and _is_about(s, destination)]
    return about + [s for s in article.sections if not s.destinations]


def country_rows(turn: Turn, article: Article, *, everything: bool = False) -> list[Row]:
    """Buttons for the countries that the article has something about, the most asked for first."""
    codes = names.in_order(turn, article.destinations)
    shown = codes if everything or len(codes) <= COUNTRIES_SHOWN else codes[:COUNTRIES_SHOWN]
    countries = [tap(names.country(turn, code), "dest", article.topic, code) for code in shown]
    rows = in_rows(countries, COUNTRIES_PER_ROW)
    if len(shown) < len(codes):
        rows.append([tap(turn.say("Negara lain"), "dests", article.topic)])
    return rows


def _head(turn: Turn, article: Article) -> Page:
    page = Page()
    if article.danger:
        page.add(discreet.neutral_line(turn), "italic").paragraph()
    return page.add(article.title, "bold")


def _section(section: Section) -> Rich:
    page = Page()
    if section.heading:
        page.add(section.heading, "bold").line()
    return page.add(section.body).rich()


def _first_part(article: Article, ordered: Sequence[Section], destination: str | None) -> int:
    """How many sections go with the summary: those about the country asked for, as far as they fit."""
    about = [s for s in ordered if destination and s.destinations]
    return _fitting(about) if about else 0


def _fitting(sections: Sequence[Section]) -> int:
    """How many of the sections fit one message; at least one."""
    length = 0
    for count, section in enumerate(sections):
        length += len(section.heading) + len(section.body.text)
        if length > PART_LENGTH and count:
            return count
    return len(sections)


def _too_long(article: Article, sections: Sequence[Section]) -> bool:
    """Whether summary and sections together would be a wall of text on a phone."""
    length = sum(len(section.heading) + len(section.body.text) for section in sections)
    return bool(sections) and len(article.title) + len(article.summary.text) + length > PART_LENGTH


def _is_about(section: Section, destination: str) -> bool:
    return any(covers(place, destination) for place in section.destinations)


def _notes(turn: Turn, page: Page, article: Article, destination: str | None) -> None:
    if article.freshness(turn.today) is Freshness.DUE:
        office = turn.catalog.contacts.get(article.ask)
        page.paragraph()
        page.add(turn.say("⚠️ Keterangan ini sedang kami periksa ulang dan mungkin sudah berubah."), "bold")
        if office:
            page.line().add(turn.say("Pastikan dulu ke:")).line().add(cards.contact(turn, office))
    if destination and article.destinations and not any(_is_about(s, destination) for s in article.sections):
        page.paragraph().add(
            turn.say(
                "Keterangan khusus untuk {country} belum ada di sini.",
                country=names.country(turn, destination),
            ),
            "italic",
        )
    if article.locale == SOURCE_LOCALE and turn.locale != SOURCE_LOCALE:
        page.paragraph().add(turn.say("Jawaban ini baru ada dalam bahasa Indonesia."), "italic")
    if article.stale:
        page.paragraph().add(
            turn.say("Terjemahan ini lebih lama dari jawaban bahasa Indonesianya."), "italic"
        )
    if not article.native_reviewed:
        page.paragraph().add(turn.say("Terjemahan ini belum diperiksa penutur asli."), "italic")


def _source_line(turn: Turn, article: Article, destination: str | None) -> Rich:
    first = _source_about(article, destination)
    others = [source for source in article.sources if source is not first]
    template = (
        turn.say("Sumber: {source} ({date}) dan {count} lainnya · ditinjau {reviewed}")
        if others
        else turn.say("Sumber: {source} ({date}) · ditinjau {reviewed}")
    )
    page = Page().fill(
        template,
        "italic",
        source=_source_title(first),
        date=names.source_date(turn, first.date),
        count=str(len(others)),
        reviewed=names.day(turn, article.reviewed_on),
    )
    return page.rich()


def _source_about(article: Article, destination: str | None) -> Source:
    """The source to name: one whose title tells that it is about the country asked for, else the first."""
    wanted = names.words_for(destination) if destination else frozenset()
    about = [source for source in article.sources if wanted & set(source.title.casefold().split())]
    return (about or article.sources)[0]


def _source_title(source: Source) -> Rich:
    return Page().add(source.title, url=source.url).rich()


def _related_rows(turn: Turn, article: Article) -> list[Row]:
    related = [topic for topic in article.related if topic in turn.catalog.topics]
    return [[buttons.topic(turn, topic)] for topic in related[:RELATED_SHOWN]]


def _withhold(turn: Turn, article: Article) -> None:
    turn.end(Outcome.WITHHELD)
    page = Page()
    if article.danger:
        page.add(discreet.neutral_line(turn), "italic").paragraph()
    page.add(
        turn.say(
            "Jawaban tentang “{title}” sedang kami perbarui. Yang lama sudah tidak aman dipakai, "
            "jadi tidak kami tampilkan.",
            title=article.title,
        )
    )
    office = turn.catalog.contacts.get(article.ask)
    if office:
        page.paragraph().add(turn.say("Tanyakan langsung ke:"))
        page.line().add(cards.contact(turn, office))
    rows: list[Row] = [[buttons.person(turn)]]
    if article.danger:
        rows.append([buttons.close(turn)])
    turn.reply(page.rich(), rows)
