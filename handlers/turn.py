"""One turn under way: what the handlers read from and write to."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from telegram import Message, MessageOriginUser, Update

from content import LOCALES, Catalog, Rich
from handlers.exchange import Call, Exchange, Outcome, Services
from handlers.keyboards import Row, markup
from handlers.memory import KEPT_FOR, Memory
from handlers.rendering import Page, clean, split, text_params
from nlu import Context, PastTurn, Understanding
from storage import MaskedText, NewCase, TurnRecord, mask

SOURCE_LOCALE = "id"


def msg(msgid: str) -> str:
    """Marks a wording that is said later, so that the catalogs' check finds it."""
    return msgid


class Turn:
    """Reads the update, collects the reply. Nothing here waits for Telegram."""

    def __init__(self, update: Update, exchange: Exchange, services: Services, bot_name: str) -> None:
        self.update = update
        self.exchange = exchange
        self.services = services
        self.bot_name = bot_name
        self.now: datetime = exchange.now
        self.catalog: Catalog = services.library.catalog
        self.memory = Memory.read(exchange.chat.context, exchange.now)
        self.asked = self.memory.asked  # a question is open for one turn
        self._before = self.memory
        self.memory = replace(self.memory, asked=None)
        self.locale = self._locale()
        self.understanding: Understanding | None = None
        self.topic: str | None = None
        self.rung = "service"
        self.outcome: Outcome | None = None
        self.opening = False  # the next reply takes the place of the message that was tapped

    # What came in

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def message(self) -> Message | None:
        """The message that was written or edited, not one that a button hangs on."""
        return self.update.message or self.update.edited_message

    @property
    def sent_at(self) -> datetime:
        """When the person acted: after an outage, many messages of many hours come in at once."""
        if self.message is not None:
            return self.message.edit_date or self.message.date
        return self.exchange.received_at

    @property
    def text(self) -> str:
        """What was written, also under a picture; "" for anything without words."""
        message = self.message
        return clean(message.text or message.caption or "") if message else ""

    @property
    def forwarded(self) -> bool:
        message = self.message
        if message is None or message.forward_origin is None:
            return False
        origin = message.forward_origin
        # What the bot itself wrote is no job advert.
        return not (isinstance(origin, MessageOriginUser) and origin.sender_user.username == self.bot_name)

    @property
    def tapped_message(self) -> Message | None:
        """The message whose button was tapped, where Telegram still shows it to us."""
        query = self.update.callback_query
        message = query.message if query else None
        # The type alone does not tell: the library makes a Message, dated 1970, of one out of reach.
        return message if isinstance(message, Message) and message.is_accessible else None

    def known(self, topic: str | None) -> str | None:
        """The topic, if there is an article about it."""
        return topic if topic in self.catalog.topics else None

    @property
    def told_to_slow_down(self) -> bool:
        """Whether this chat got the notice of the rate limit earlier and has not calmed down since."""
        return self._before.pace.told

    @property
    def consented(self) -> bool:
        return bool(self.exchange.chat_changes.get("consent", self.exchange.chat.consent) == "given")

    # Understanding

    async def understand(self, text: str) -> Understanding:
        """What the text asks for, seen with the turns before it; sets the language of the reply."""
        language = self.memory.locale or self.exchange.chat.locale
        context = Context(self.memory.turns, language, self.now)
        understanding = await self.services.understand(text, context)
        self.understanding = understanding
        self.rung = understanding.decision.value
        self.topic = understanding.topic
        if self.exchange.chat.locale is None:
            self.locale = understanding.language if understanding.language in LOCALES else SOURCE_LOCALE
        return understanding

    # What goes out

    def say(self, msgid: str, **values: object) -> str:
        """The wording of `msgid` in the person's language, with its `{names}` filled in."""
        wording = self.services.say(msgid, self.locale)
        return wording.format(**values) if values else wording

    def reply(self, content: str | Rich, rows: Iterable[Row] = ()) -> None:
        """Send a message, in several parts if it is long; the buttons hang on the last."""
        parts = split(_rich(content))
        for part in parts:
            shown = {**text_params(part), "link_preview_options": {"is_disabled": True}}
            if self.opening and self.tapped_message is not None:
                self.call("editMessageText", message_id=self.tapped_message.message_id, **shown)
            else:
                self.call("sendMessage", **shown)
            self.opening = False
        keyboard = markup(rows)
        if parts and keyboard["inline_keyboard"]:
            self.exchange.calls[-1].params["reply_markup"] = keyboard

    def edit(self, content: str | Rich, rows: Iterable[Row] = ()) -> None:
        """Put this in place of the message whose button was tapped, or send it where that is gone."""
        if self.tapped_message is None:
            self.reply(content, rows)
            return
        (part, *_) = split(_rich(content))
        self.call(
            "editMessageText",
            message_id=self.tapped_message.message_id,
            **text_params(part),
            link_preview_options={"is_disabled": True},
            reply_markup=markup(rows),
        )

    def call(self, method: str, **params: Any) -> None:
        self.exchange.calls.append(Call(method, params))

    def quote(self) -> None:
        """Make the last message a reply to what was written, so that its buttons find those words again.

        After a pause nothing of it is shown once more: somebody else may hold the phone by then.
        """
        if self.message is not None and self.now - self.sent_at <= KEPT_FOR:
            self.exchange.calls[-1].params["reply_parameters"] = {
                "message_id": self.message.message_id,
                "allow_sending_without_reply": True,
            }

    # What is kept

    def end(self, outcome: Outcome) -> None:
        """How the turn ends; the first word counts, so that a later extra does not hide it."""
        self.outcome = self.outcome or outcome

    def remember(self, **changes: Any) -> None:
        """Change the memory; see `Memory` for the names."""
        self.memory = replace(self.memory, **changes)

    def remember_topic(self, topic: str | None, destination: str | None, offered: Iterable[str] = ()) -> None:
        """Keep what this turn was about for the next one."""
        self.memory = self.memory.after(PastTurn(topic, destination, self.now, tuple(offered)))

    def open_case(self, case: NewCase) -> None:
        """Ask staff; danger is never replaced by anything less."""
        if self.exchange.case is None or self.exchange.case.kind != "danger":
            self.exchange.case = case

    def words(self) -> MaskedText | None:
        """What was written, masked, if it may be kept."""
        return mask(self.text) if self.consented and self.text else None

    def finish(self) -> None:
        """Complete the exchange with its record and the chat's new memory."""
        exchange = self.exchange
        if exchange.erase:
            exchange.chat_changes.clear()
            return
        exchange.record = self._record()
        if self.outcome in (None, Outcome.SILENT):
            # Nothing was said, so an open question stays open.
            memory = replace(self._before, pace=self.memory.pace, apologised_at=self.memory.apologised_at)
        else:
            memory = replace(self.memory, at=self.now, locale=self.locale)
        exchange.chat_changes["context"] = memory.as_json()

    def _record(self) -> TurnRecord:
        seen = self.understanding
        took = self.services.clock() - self.exchange.received_at
        return TurnRecord(
            text=self.words(),
            language=seen.language if seen else self.locale,
            topic=self.topic,
            ranking=tuple((s.topic, round(s.confidence, 4)) for s in seen.ranking) if seen else (),
            rung=self.rung,
            confidence=seen.confidence if seen else None,
            danger=tuple(dict.fromkeys(sign.kind for sign in seen.danger)) if seen else (),
            destination=seen.destination if seen else self.memory.destination,
            asks_for=seen.asks_for if seen else None,
            content_version=self.catalog.version,
            latency_ms=max(round(took.total_seconds() * 1000), 0),
            engine=seen.engine if seen else None,
            outcome=(self.outcome or Outcome.SILENT).value,
        )

    def _locale(self) -> str:
        user = self.update.effective_user
        code = (user.language_code or "").split("-")[0] if user else ""
        return self.exchange.chat.locale or self.memory.locale or (code if code in LOCALES else SOURCE_LOCALE)


def _rich(content: str | Rich) -> Rich:
    return content if isinstance(content, Rich) else Page().add(content).rich()
