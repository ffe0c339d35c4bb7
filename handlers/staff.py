"""Bringing in a person: talk to staff, hand a question over, say that an answer did not help."""

from handlers import buttons
from handlers.exchange import Feedback, Outcome
from handlers.keyboards import Row, tap
from handlers.rendering import clean
from handlers.turn import Turn
from storage import NewCase, mask


def talk(turn: Turn) -> None:
    """Open a case and ask what it is about. The next message is for staff."""
    detail = turn.words() if turn.understanding else None  # not the words of a command
    turn.open_case(NewCase(kind="person", topic=_last_topic(turn), detail=detail))
    turn.end(Outcome.HANDED_OVER)
    turn.reply(
        _with_hours(
            turn,
            turn.say(
                "Petugas sudah kami beri tahu. Tulis sekarang, dalam satu pesan, apa yang ingin Anda "
                "sampaikan. Pesan itu kami simpan supaya petugas bisa membacanya."
            ),
        ),
        [[buttons.emergency(turn), buttons.menu(turn)]],
    )
    turn.remember(asked="staff")


def take_message(turn: Turn) -> None:
    """The message that was asked for: it goes to staff, by the person's own wish."""
    turn.open_case(NewCase(kind="person", topic=_last_topic(turn), detail=mask(turn.text)))
    turn.end(Outcome.HANDED_OVER)
    turn.reply(_with_hours(turn, turn.say("Pesan Anda sudah kami teruskan ke petugas.")), _menu_row(turn))


def unanswered(turn: Turn) -> None:
    """Say plainly that the bot does not know, and offer staff; with consent the question waits there."""
    turn.end(Outcome.UNANSWERED)
    turn.remember_topic(None, None)
    if turn.consented:
        turn.open_case(NewCase(kind="unanswered", detail=turn.words()))
        text = turn.say(
            "Maaf, saya belum tahu jawabannya. Pertanyaan Anda kami catat untuk petugas. "
            "Coba juga dengan kata lain, atau pilih tema."
        )
    else:
        text = turn.say("Maaf, saya belum tahu jawabannya. Mau kami tanyakan ke petugas?")
    turn.reply(text, [[tap(turn.say("Tanya petugas"), "ask"), buttons.menu(turn)]])
    turn.quote()


def ask(turn: Turn) -> None:
    """Hand over the question under whose reply the button stands; ask for it again where it is gone."""
    _hand_over(turn, "unanswered", turn.say("Pertanyaan Anda sudah kami teruskan ke petugas."))


def report(turn: Turn) -> None:
    """Hand over what was told of somebody else, in the same way."""
    _hand_over(turn, "report", turn.say("Laporan Anda sudah kami teruskan ke petugas. Terima kasih."))


def _hand_over(turn: Turn, kind: str, confirmation: str) -> None:
    quoted = turn.tapped_message.reply_to_message if turn.tapped_message else None
    text = clean((quoted.text or quoted.caption or "") if quoted else "")
    if not text:
        talk(turn)
        return
    turn.open_case(NewCase(kind=kind, detail=mask(text)))
    turn.end(Outcome.HANDED_OVER)
    turn.reply(_with_hours(turn, confirmation), _menu_row(turn))


def helped(turn: Turn, topic: str, turn_id: int | None) -> None:
    """The answer helped."""
    turn.exchange.feedback = Feedback(True, topic, turn_id)
    turn.topic = topic
    turn.end(Outcome.SERVED)


def not_helped(turn: Turn, topic: str, turn_id: int | None) -> None:
    """The answer did not help: staff see it, and the person gets three ways on."""
    turn.exchange.feedback = Feedback(False, topic, turn_id)
    turn.topic = topic
    turn.open_case(NewCase(kind="not-helpful", topic=topic))
    turn.end(Outcome.OFFERED)
    article = turn.catalog.article(topic, turn.locale)
    related = [other for other in article.related if other in turn.catalog.topics]
    rows: list[Row] = [[buttons.topic(turn, other)] for other in related[:2]]
    rows.append([buttons.again(turn)])
    rows.append([buttons.person(turn)])
    turn.reply(turn.say("Maaf, jawaban itu belum pas. Mana yang bisa membantu?"), rows)


def say_again(turn: Turn) -> None:
    """How to put a question so that the bot understands it."""
    turn.end(Outcome.SERVED)
    turn.reply(
        turn.say(
            "Silakan tulis lagi dengan kata lain. Sebut juga negara dan pekerjaannya, "
            "misalnya: “gaji perawat lansia di Taiwan”."
        )
    )


def none_of_these(turn: Turn) -> None:
    """None of the offered topics fits: offer what the search found, then staff."""
    later = [topic for topic in turn.memory.later if topic in turn.catalog.topics]
    turn.remember(later=())
    if not later:
        turn.end(Outcome.UNANSWERED)
        turn.reply(
            turn.say("Maaf, saya belum tahu jawabannya. Coba dengan kata lain, atau tanyakan ke petugas."),
            [
                [buttons.again(turn)],
                [buttons.person(turn), buttons.menu(turn)],
            ],
        )
        return
    turn.end(Outcome.OFFERED)
    turn.remember_topic(None, None, later)
    turn.reply(turn.say("Mungkin salah satu ini?"), offer_rows(turn, later))


def offer_rows(turn: Turn, topics: list[str]) -> list[Row]:
    """A button for each topic, and one for none of them."""
    return [
        *([buttons.topic(turn, topic)] for topic in topics),
        [tap(turn.say("Bukan ini semua"), "none")],
    ]


def _menu_row(turn: Turn) -> list[Row]:
    return [[buttons.menu(turn)]]


def _last_topic(turn: Turn) -> str | None:
    return next((past.topic for past in reversed(turn.memory.turns) if past.topic), None)


def _with_hours(turn: Turn, text: str) -> str:
    hours = turn.services.staff_hours(turn.locale)
    if hours:
        when = turn.say("Petugas menjawab di chat ini: {hours}.", hours=hours)
    else:
        when = turn.say("Petugas menjawab di chat ini, bisa dalam beberapa jam atau beberapa hari kerja.")
    return f"{text} {when} " + turn.say("Kalau mendesak, pakai nomor darurat.")
