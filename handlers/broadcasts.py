"""The messages of broadcasts and corrections, in the language of whom they go to."""

from collections.abc import Sequence
from typing import Any

from handlers.exchange import Services
from handlers.keyboards import Row, tap
from handlers.nobody import turn_of_nobody
from handlers.rendering import Page
from handlers.subscriptions import stop_button
from handlers.turn import SOURCE_LOCALE, Turn
from storage.broadcasts import CORRECTION, BroadcastRecord

Call = tuple[str, dict[str, Any]]
# Their speakers read Indonesian, the language in which staff say what was wrong.
_READ_INDONESIAN = ("id", "jv", "su")


class BroadcastMessages:
    """Makes one call for one person. What a notification shows first is always neutral."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def word(self, found: BroadcastRecord, locale: str) -> Call | None:
        """The message; None for a correction that has been replaced by a newer one since."""
        turn = turn_of_nobody(self._services, locale)
        page = Page().add(turn.say("Kabar dari Bekal"), "bold").paragraph()
        topic = turn.known(found.topic)
        sensitive = topic is not None and turn.catalog.article(topic, locale).danger
        if found.kind == CORRECTION:
            correction = turn.catalog.corrections.get(found.topic or "")
            if topic is None or correction is None or correction.key != found.correction:
                return None
            page.add(turn.say("Ada jawaban yang sudah kami perbaiki. Maaf, yang lama belum tepat."))
            if not sensitive:
                page.paragraph().add(turn.catalog.article(topic, locale).title, "bold")
                if locale in _READ_INDONESIAN:
                    page.line().add(correction.what)
        elif sensitive:
            page.add(turn.say("Ada yang baru untuk Anda baca."))
        else:
            page.add(found.texts.get(locale) or found.texts[SOURCE_LOCALE])
        turn.reply(page.rich(), self._rows(turn, topic, sensitive))
        call = turn.exchange.calls[0]
        return call.method, call.params

    def _rows(self, turn: Turn, topic: str | None, sensitive: bool) -> list[Row]:
        rows: list[Row] = []
        if topic is not None:
            title = turn.catalog.article(topic, turn.locale).title
            rows.append([tap(turn.say("Baca") if sensitive else title, "topic", topic)])
        return [*rows, [stop_button(turn)]]

    def test(self, found: BroadcastRecord | None, locale: str) -> Sequence[Call]:
        """What somebody gets who wrote a test code: the message, or that the code is worth nothing."""
        call = self.word(found, locale) if found is not None else None
        if call is not None:
            return [call]
        turn = turn_of_nobody(self._services, locale)
        turn.reply(turn.say("Kode itu tidak berlaku (lagi)."))
        return [(each.method, each.params) for each in turn.exchange.calls]
