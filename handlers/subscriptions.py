"""News that the bot sends by itself: only to who said yes, and no more after one tap.

Country and province narrow what comes; both can be left out. Nothing here tells what somebody asked.
"""

import re
from typing import Any

from content.provinces import ISLAND_NAMES, ISLANDS, PROVINCES
from handlers import names
from handlers.exchange import Outcome
from handlers.keyboards import Button, Row, in_rows, tap
from handlers.payloads import NOWHERE
from handlers.rendering import Page
from handlers.turn import Turn

# Nothing but these words: "berhenti kerja" is a question.
_STOP_WORDS = re.compile(
    r"(?:(?:tolong|mohon|udah|sudah|cukup|aku|saya|mau|ingin) )*"
    r"(?:berhenti|stop|setop|hentikan|unsubscribe|jangan (?:kirim\w*|hubungi)|(?:ga|gak|tidak) usah kirim\w*)"
    r"(?: (?:kirim\w*|menerima|terima|langganan|kabar\w*|pesan\w*|info|saya|aku|ini|itu|lagi|dong|ya|deh))*"
)


def stop_button(turn: Turn) -> Button:
    """Ends the news; hangs under every message that nobody asked for."""
    return tap(turn.say("Berhenti menerima kabar"), "news", "stop")


def offer(turn: Turn) -> None:
    """Offer news once, after an answer that helped, unless it was about danger."""
    topic = turn.known(turn.topic)
    if topic is None or _news(turn) is not None or turn.catalog.article(topic, "id").danger:
        return
    turn.exchange.chat_changes["news"] = "offered"
    turn.reply(_question(turn), _yes_or_no(turn))


def show(turn: Turn) -> None:
    """/kabar: what comes and how to change or end it, or the offer."""
    turn.end(Outcome.SERVED)
    if _news(turn) != "given":
        turn.reply(_question(turn), _yes_or_no(turn))
        return
    country, province = _told(turn, "news_destination"), _told(turn, "news_province")
    page = Page().add(turn.say("Anda menerima kabar penting dari Bekal."))
    everywhere = turn.say("semua")
    for label, value in (
        (turn.say("Negara"), names.country(turn, country) if country else everywhere),
        (turn.say("Provinsi asal"), PROVINCES.get(province or "", everywhere)),
    ):
        page.line().add(f"{label}: {value}")
    rows: list[Row] = [
        [
            tap(turn.say("Ganti negara"), "news", "country"),
            tap(turn.say("Ganti provinsi"), "news", "province"),
        ],
        [stop_button(turn)],
    ]
    turn.reply(page.rich(), rows)


def answered(turn: Turn, verdict: str) -> str | None:
    """A tap on one of the buttons above -> the notice, if any."""
    {
        "yes": accept,
        "no": decline,
        "stop": stop,
        "country": _ask_country,
        "province": _ask_province,
    }[verdict](turn)
    return None


def accept(turn: Turn) -> None:
    """The person wants news; the country is asked at once, so that only what concerns them comes."""
    _set(turn, news="given", news_at=turn.now, news_locale=turn.locale)
    turn.end(Outcome.SERVED)
    turn.edit(turn.say("Baik. Kabar penting akan datang di chat ini. Berhenti kapan saja: /kabar"))
    _ask_country(turn)


def decline(turn: Turn) -> None:
    """No, thank you. It is not asked again; a stop remains one."""
    if _news(turn) != "stopped":
        _set(turn, news="declined", news_at=turn.now)
    turn.end(Outcome.SERVED)
    turn.edit(turn.say("Baik, tidak ada kabar. Kalau nanti mau: /kabar"))


def stop(turn: Turn) -> None:
    """Nothing comes any more that was not asked for, not even corrections."""
    withdraw(turn)
    turn.end(Outcome.SERVED)
    turn.reply(
        turn.say("Baik, tidak ada kabar lagi dari Bekal. Bertanya tetap bisa. Kalau berubah pikiran: /kabar")
    )


def withdraw(turn: Turn) -> None:
    """End the news without a word, and forget country and province."""
    _set(turn, news="stopped", news_at=turn.now, news_locale=None, news_destination=None, news_province=None)


def wants_to_stop(turn: Turn) -> bool:
    """Whether somebody who gets news writes that it should end."""
    words = " ".join(re.findall(r"\w+", turn.text.lower()))
    return _news(turn) == "given" and _STOP_WORDS.fullmatch(words) is not None


def _ask_country(turn: Turn) -> None:
    turn.end(Outcome.SERVED)
    countries = [tap(names.country(turn, code), "newsto", code) for code in names.COMMON]
    rows = [*in_rows(countries, 3), [tap(turn.say("Semua negara"), "newsto", NOWHERE)]]
    turn.reply(turn.say("Kabar untuk negara mana?"), rows)


def country(turn: Turn, code: str) -> None:
    """The country was chosen; next the province, unless it is known."""
    if not _wanted(turn):
        return
    _set(turn, news_destination=None if code == NOWHERE else code)
    if _told(turn, "news_province"):
        _done(turn)
    else:
        _ask_province(turn, here=True)


def _ask_province(turn: Turn, *, here: bool = False) -> None:
    turn.end(Outcome.SERVED)
    islands = [tap(name, "newsin", island) for island, name in ISLAND_NAMES.items()]
    rows = [*in_rows(islands, 2), [tap(turn.say("Tidak usah"), "newsof", NOWHERE)]]
    put = turn.edit if here else turn.reply
    put(turn.say("Anda dari daerah mana? Ada kabar yang hanya untuk satu provinsi."), rows)


def island(turn: Turn, name: str) -> None:
    """The provinces of an island, in place of the islands."""
    turn.end(Outcome.SERVED)
    provinces = [tap(label, "newsof", code) for code, label in ISLANDS.get(name, {}).items()]
    rows = [*in_rows(provinces, 2), [tap(turn.say("Tidak usah"), "newsof", NOWHERE)]]
    turn.edit(turn.say("Provinsi mana?"), rows)


def province(turn: Turn, code: str) -> None:
    """The province was chosen, or left out."""
    if not _wanted(turn):
        return
    _set(turn, news_province=code if code in PROVINCES else None)
    _done(turn)


def _done(turn: Turn) -> None:
    turn.end(Outcome.SERVED)
    turn.edit(turn.say("Tersimpan. Ubah atau berhenti kapan saja: /kabar"))


def _wanted(turn: Turn) -> bool:
    """Whether this person gets news; an old button of somebody who ended it brings the question back."""
    if _news(turn) == "given":
        return True
    show(turn)
    return False


def _question(turn: Turn) -> str:
    return turn.say(
        "Mau menerima kabar penting dari Bekal? Misalnya aturan yang berubah atau peringatan penipuan. "
        "Jarang, gratis, dan bisa berhenti kapan saja."
    )


def _yes_or_no(turn: Turn) -> list[Row]:
    return [[tap(turn.say("Ya, kirim kabar"), "news", "yes"), tap(turn.say("Tidak usah"), "news", "no")]]


def _news(turn: Turn) -> str | None:
    return _told(turn, "news")


def _told(turn: Turn, name: str) -> str | None:
    found = turn.exchange.chat_changes.get(name, getattr(turn.exchange.chat, name))
    return str(found) if found is not None else None


def _set(turn: Turn, **changes: Any) -> None:
    turn.exchange.chat_changes.update(changes)
