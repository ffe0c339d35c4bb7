"""While staff talk with somebody in their chat: what the person writes goes to staff, and the bot is silent.

Danger is answered all the same, and so are commands and buttons: with those the person calls the bot itself.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from handlers import answers, danger
from handlers.exchange import Outcome, Services
from handlers.keyboards import Row, tap, without
from handlers.nobody import turn_of_nobody
from handlers.rendering import Page
from handlers.turn import Turn, msg
from storage import NewCase, mask

_RETURNED = msg("Petugas selesai untuk saat ini. Bot menjawab lagi di sini.")

Calls = list[tuple[str, dict[str, Any]]]


def unless_held(action: Callable[[Turn], Awaitable[None]]) -> Callable[[Turn], Awaitable[None]]:
    """The action, as long as no staff hold the chat."""

    async def run(turn: Turn) -> None:
        if turn.exchange.chat.held(turn.now) and turn.text.strip():
            await _to_staff(turn)
        else:
            await action(turn)
            if turn.exchange.chat.held_until is not None and not turn.exchange.chat.held(turn.now):
                _come_back(turn)

    return run


def _come_back(turn: Turn) -> None:
    """Staff have been silent for so long that the bot answers again: say so, once, before the answer."""
    turn.exchange.chat_changes.update(held_since=None, held_until=None)
    calls = turn.exchange.calls
    if not calls or turn.exchange.erase or turn.outcome is Outcome.EMERGENCY:
        return
    turn.reply(turn.say(_RETURNED))
    calls.insert(0, calls.pop())


async def _to_staff(turn: Turn) -> None:
    """Hand the message over; say once in each conversation with staff that the bot is silent."""
    seen = await turn.understand(turn.text)
    if seen.danger:
        turn.asked = "staff"  # so that the words go along
        await danger.respond(turn, seen)
        return
    turn.topic, turn.rung = None, "person"
    turn.open_case(NewCase(kind="person", detail=mask(turn.text)))
    turn.end(Outcome.TO_STAFF)
    since = turn.exchange.chat.held_since
    if turn.memory.held_told != since:
        turn.remember(held_told=since)
        turn.reply(
            turn.say(
                "Petugas sedang membalas Anda di chat ini, jadi bot diam dulu. Tulis saja seperti biasa: "
                "pesan Anda sampai ke petugas. Perintah seperti /menu tetap bisa dipakai."
            )
        )


def done(turn: Turn, verdict: str, case_id: str) -> None:
    """The answer to the question at the end of a case."""
    turn.exchange.case_answer = (int(case_id), verdict == "yes")
    message = turn.tapped_message
    if message is not None and message.reply_markup is not None:
        left = without(message.reply_markup.to_dict(), "done")
        turn.call("editMessageReplyMarkup", message_id=message.message_id, reply_markup=left)
    if verdict == "yes":
        turn.end(Outcome.SERVED)
        turn.reply(turn.say("Terima kasih atas kabarnya. Tulis saja kalau ada pertanyaan lain."))
        return
    turn.open_case(NewCase(kind="person"))
    turn.end(Outcome.HANDED_OVER)
    turn.reply(turn.say("Baik, petugas kami beri tahu lagi. Tulis dalam satu pesan apa yang belum jelas."))
    turn.remember(asked="staff")


class DeskMessages:
    """What staff send, as Telegram's calls: (method, parameters without chat_id)."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def reply(self, text: str, locale: str) -> Calls:
        """A reply, marked as a person's; it cannot be passed on or saved."""
        turn = self._turn(locale)
        turn.reply(Page().add(turn.say("Petugas"), "bold").line().add(text).rich())
        return _calls(turn, protect_content=True)

    def article(self, topic: str, locale: str, destination: str | None) -> Calls:
        """An article as the bot sends it. Raises KeyError for an unknown topic."""
        turn = self._turn(locale)
        if turn.known(topic) is None:
            raise KeyError(topic)
        answers.answer(turn, topic, destination, brief=True)
        return _calls(turn)

    def closing(self, case_id: int, locale: str) -> Calls:
        """The question at the end of a case."""
        turn = self._turn(locale)
        rows: Sequence[Row] = [
            [
                tap(turn.say("Sudah terjawab"), "done", "yes", case_id),
                tap(turn.say("Belum"), "done", "no", case_id),
            ]
        ]
        turn.reply(
            turn.say(
                "Percakapan dengan petugas sudah selesai, dan bot menjawab lagi di sini. Apakah pertanyaan "
                "Anda sudah terjawab?"
            ),
            rows,
        )
        return _calls(turn)

    def returned(self, locale: str) -> Calls:
        """Staff have given the chat back."""
        turn = self._turn(locale)
        turn.reply(turn.say(_RETURNED))
        return _calls(turn)

    def _turn(self, locale: str) -> Turn:
        return turn_of_nobody(self._services, locale)


def _calls(turn: Turn, **more: Any) -> Calls:
    return [(call.method, {**call.params, **more}) for call in turn.exchange.calls]
