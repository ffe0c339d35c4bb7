"""One turn through python-telegram-bot: its Application picks the handler, the handler fills the Exchange."""

from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar
from typing import Any, Self

import structlog
from telegram import Update
from telegram.ext import (
    Application,
    CallbackContext,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
    ExtBot,
    InlineQueryHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

from handlers import abuse, buttons, commands, late, menus, messages, others, taps
from handlers.desk import unless_held
from handlers.exchange import Exchange, Outcome, Services
from handlers.keyboards import Row
from handlers.rate_limit import Verdict
from handlers.turn import Turn

log = structlog.stdlib.get_logger("bekal.handlers")

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")

# The turn that is under way. Turns run side by side as tasks, and a task sees only its own.
_turn: ContextVar[Turn] = ContextVar("turn")

Bot = ExtBot[None]


class TurnContext(CallbackContext[Bot, dict[Any, Any], dict[Any, Any], dict[Any, Any]]):
    """What python-telegram-bot hands to a handler; its own per-chat data is not used."""

    turn: Turn

    @classmethod
    def from_update(cls, update: object, application: "Application[Any, Any, Any, Any, Any, Any]") -> Self:
        context = cls(application)
        context.turn = _turn.get()
        return context


CONTEXT_TYPES = ContextTypes(context=TurnContext)
"""For `Application.builder().context_types(...)`."""

App = Application[Any, Any, Any, Any, Any, Any]


class Conversation:
    """Takes turns on an initialised Application, built with `CONTEXT_TYPES` and without an Updater."""

    def __init__(self, application: App, services: Services) -> None:
        self._application = application
        self._services = services
        register(application)

    async def take(self, update: Update, exchange: Exchange) -> None:
        """Fill the exchange with what follows from the update. Never raises for what stands in it."""
        turn = self._turn(update, exchange)
        token = _turn.set(turn)
        try:
            await self._application.process_update(update)
        finally:
            _turn.reset(token)
        turn.finish()

    def apologise(self, update: Update | None, exchange: Exchange) -> None:
        """Fill the exchange with an apology, for an update that could not be answered in any other way."""
        turn = self._turn(update or Update(0), exchange)
        _apologise(turn)
        turn.finish()

    def _turn(self, update: Update, exchange: Exchange) -> Turn:
        return Turn(update, exchange, self._services, self._application.bot.username)


def register(application: App) -> None:
    """Add the handlers. The first that fits an update takes it, so the order below matters."""
    private = filters.ChatType.PRIVATE
    new = filters.UpdateType.MESSAGE & private
    handlers = [
        ChatMemberHandler(_quietly(others.membership), ChatMemberHandler.MY_CHAT_MEMBER),
        CallbackQueryHandler(_paced(_sync(taps.tapped))),
        InlineQueryHandler(_quietly(others.inline)),
        MessageHandler(filters.UpdateType.MESSAGE & filters.ChatType.GROUPS, _quietly(others.group)),
        MessageHandler(filters.UpdateType.EDITED_MESSAGE & private, _paced(unless_held(messages.edited))),
        *(
            CommandHandler(name, _paced(_sync(action)), filters=new & ~filters.FORWARDED)
            for name, action in commands.COMMANDS.items()
        ),
        MessageHandler(new & filters.COMMAND & ~filters.FORWARDED, _paced(_sync(menus.show))),
        MessageHandler(new & (filters.TEXT | filters.CAPTION), _paced(unless_held(messages.written))),
        MessageHandler(filters.StatusUpdate.ALL, _quietly(others.silent)),
        MessageHandler(
            new & (filters.VOICE | filters.VIDEO_NOTE | filters.AUDIO | filters.VIDEO),
            _paced(_sync(others.voice)),
        ),
        MessageHandler(new & (filters.PHOTO | filters.Document.ALL), _paced(_sync(others.picture))),
        MessageHandler(new & (filters.LOCATION | filters.VENUE), _paced(_sync(others.location))),
        MessageHandler(new & filters.CONTACT, _paced(_sync(others.contact))),
        MessageHandler(new, _paced(_sync(others.unsupported))),
        TypeHandler(Update, _quietly(others.silent)),
    ]
    application.add_handlers(handlers)
    application.add_error_handler(_failed)


Action = Callable[[Turn], Awaitable[None]]
Callback = Callable[[Update, TurnContext], Coroutine[Any, Any, None]]


def _sync(action: Callable[[Turn], None]) -> Action:
    async def run(turn: Turn) -> None:
        action(turn)

    return run


def _quietly(action: Callable[[Turn], None]) -> Callback:
    """For updates that cost nobody a reply: they are not counted against the pace of the chat."""

    async def callback(_update: Update, context: TurnContext) -> None:
        action(context.turn)

    return callback


def _paced(action: Action) -> Callback:
    """Run the action, unless this chat writes faster than anybody reads, or hears late from us as it is."""

    async def callback(_update: Update, context: TurnContext) -> None:
        turn = context.turn
        if late.covered(turn):
            await late.pass_over(turn)
            return
        pace, verdict = turn.memory.pace.next(turn.sent_at)
        turn.remember(pace=pace)
        if abuse.turned_away(turn) and verdict is not Verdict.SILENCE:
            await abuse.turn_away(turn)
            return
        if verdict is Verdict.PASS:
            await action(turn)
            if late.is_late(turn):
                late.apologise(turn)
            return
        taps.acknowledge(turn)
        await messages.hurried(turn)
        if verdict is Verdict.NOTICE:
            turn.reply(turn.say("Pelan-pelan ya, pesannya terlalu cepat. Tunggu sebentar, lalu tulis lagi."))
            turn.outcome = turn.outcome if turn.outcome is Outcome.EMERGENCY else Outcome.SLOWED

    return callback


async def _failed(_update: object, context: TurnContext) -> None:
    """A fault of ours: it is logged without a word of the person, who still hears from us."""
    turn, error = context.turn, context.error
    log.error("turn_failed", error=_place(error))
    told_about_danger = turn.outcome is Outcome.EMERGENCY
    turn.outcome = Outcome.FAILED
    chat = turn.update.effective_chat
    if chat and chat.type == "private" and not told_about_danger and not turn.told_to_slow_down:
        _apologise(turn)


def _apologise(turn: Turn) -> None:
    turn.outcome = Outcome.FAILED
    rows: list[Row] = [[buttons.emergency(turn), buttons.menu(turn)]]
    turn.reply(turn.say("Maaf, ada gangguan pada kami. Coba tulis lagi sebentar lagi."), rows)


def _place(error: BaseException | None) -> str:
    """Type and place of an error and its causes; a message may quote what somebody wrote."""
    places: list[str] = []
    while error is not None and len(places) < 5:
        trace = error.__traceback__
        while trace and trace.tb_next:
            trace = trace.tb_next
        where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "unknown"
        places.append(f"{type(error).__name__} at {where}")
        error = error.__cause__ or error.__context__
    return " <- ".join(places)
