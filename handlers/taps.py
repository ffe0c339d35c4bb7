"""Taps on buttons, also on those of messages that are months old."""

from collections.abc import Callable

from handlers import (
    answers,
    consent,
    danger,
    desk,
    discreet,
    listening,
    menus,
    payloads,
    service,
    staff,
    subscriptions,
)
from handlers.exchange import Call
from handlers.keyboards import without_feedback
from handlers.payloads import NOWHERE, THIS_TURN
from handlers.turn import Turn


def tapped(turn: Turn) -> None:
    """Do what the button says; one that nothing is known about brings the menu."""
    query = turn.update.callback_query
    if query is None:
        return
    tap = payloads.parse(query.data)
    if tap is None or not _known(turn, tap):
        menus.show(turn)
        notice: str | None = turn.say("Tombol itu sudah lama. Ini menu yang baru.")
    else:
        notice = _ACTIONS[tap.action](turn, *tap.arguments)
    acknowledge(turn, notice)


def acknowledge(turn: Turn, notice: str | None = None) -> None:
    """Let the button stop spinning; a notice is shown for a moment on top of the chat."""
    if query := turn.update.callback_query:
        answer = {"callback_query_id": query.id, **({"text": notice} if notice else {})}
        turn.exchange.cosmetic.append(Call("answerCallbackQuery", answer))


def _known(turn: Turn, tap: payloads.Tap) -> bool:
    """Whether the topic or module that the button names still exists."""
    if tap.action in ("topic", "read", "part", "dest", "dests", "hear"):
        return tap.arguments[0] in turn.catalog.topics
    if tap.action == "fb":
        return tap.arguments[1] in turn.catalog.topics
    return tap.action not in ("open", "mod") or tap.arguments[0] in turn.catalog.topics.values()


def _module(turn: Turn, module: str, page: str) -> None:
    menus.turn_page(turn, module, int(page))


def _topic(turn: Turn, topic: str) -> None:
    answers.answer(turn, topic, turn.memory.destination)
    consent.ask_once(turn)


def _read(turn: Turn, topic: str, destination: str) -> None:
    turn.opening = True
    answers.answer(turn, topic, None if destination == NOWHERE else destination)


def _part(turn: Turn, topic: str, start: str, destination: str) -> None:
    answers.part(turn, topic, int(start), None if destination == NOWHERE else destination)


def _destination(turn: Turn, topic: str, destination: str) -> None:
    answers.part(turn, topic, 0, destination)


def _feedback(turn: Turn, verdict: str, topic: str, turn_id: str) -> str | None:
    number = None if turn_id == THIS_TURN else int(turn_id)
    message = turn.tapped_message
    if message is not None and message.reply_markup is not None:
        turn.call(
            "editMessageReplyMarkup",
            message_id=message.message_id,
            reply_markup=without_feedback(message.reply_markup.to_dict()),
        )
    if verdict == "up":
        staff.helped(turn, topic, number)
        subscriptions.offer(turn)
        return turn.say("Senang bisa membantu.")
    staff.not_helped(turn, topic, number)
    return None


def _emergency(turn: Turn, kind: str) -> None:
    danger.card(turn, _kinds(kind), None)


def _emergency_countries(turn: Turn, kind: str) -> None:
    danger.all_countries(turn, _kinds(kind))


def _emergency_at(turn: Turn, destination: str, kind: str) -> None:
    danger.card(turn, _kinds(kind), destination)
    turn.remember_topic(None, destination)


def _kinds(kind: str) -> tuple[str, ...]:
    return () if kind == NOWHERE else (kind,)


def _consent(turn: Turn, verdict: str) -> None:
    {"yes": consent.given, "no": consent.declined}[verdict](turn)


def _erase(turn: Turn, verdict: str) -> None:
    {"ask": service.ask_erase, "yes": service.erase, "no": service.keep}[verdict](turn)


# What an action returns is the notice.
_ACTIONS: dict[str, Callable[..., str | None]] = {
    "menu": menus.show,
    "home": menus.show_here,
    "open": menus.open_module,
    "mod": _module,
    "topic": _topic,
    "read": _read,
    "part": _part,
    "dest": _destination,
    "dests": answers.all_countries,
    "hear": listening.hear,
    "none": staff.none_of_these,
    "fb": _feedback,
    "done": desk.done,
    "again": staff.say_again,
    "person": staff.talk,
    "ask": staff.ask,
    "report": staff.report,
    "sos": _emergency,
    "sosall": _emergency_countries,
    "sosat": _emergency_at,
    "close": discreet.close,
    "langs": service.ask_language,
    "lang": service.set_language,
    "consent": _consent,
    "erase": _erase,
    "export": service.export,
    "news": subscriptions.answered,
    "newsto": subscriptions.country,
    "newsin": subscriptions.island,
    "newsof": subscriptions.province,
    "privacy": consent.explain,
}
