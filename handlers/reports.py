"""Somebody tells of a bad number, link or company, or asks the same thing again and again."""

import re

from handlers import buttons
from handlers.exchange import Outcome
from handlers.keyboards import Row, tap
from handlers.turn import Turn
from nlu import Understanding
from storage import NewCase

TIMES = 3  # the same question, before staff are brought in
_ACCUSES = re.compile(
    r"\b(?:(?:me|di|ke|ter)?tipu\w*|menipu|penipu\w*|nipu|bodong|abal\w*|palsu|scam\w*|"
    r"(?:me|di|nge)?lapor(?:kan|in|ke)?|fraud|fake|cheated|diapusi|ngapusi|dibobodo)\b",
    re.IGNORECASE,
)
_COMPANY = re.compile(
    r"\b(?:pt|cv|lpk|p3mi)\b\.?\s(?!(?:nya|itu|ini|yang|yg|mana|apa|saya|resmi|palsu|bodong|abal\w*|tersebut|"
    r"tsb|di|ke|dan|atau|bilang|minta|sudah|udah|sdh|belum|blm|ga|gak|tidak)\b)[^\W\d]\w{2,}",
    re.IGNORECASE,
)


def of_somebody(turn: Turn, seen: Understanding) -> None:
    """After the answer: staff hear of whoever is accused here, if the person wants that."""
    named = turn.exchange.marks or _COMPANY.search(turn.text)
    if not named or not _ACCUSES.search(turn.text) or turn.outcome is Outcome.EMERGENCY:
        return
    if turn.consented:
        turn.open_case(NewCase(kind="report", topic=turn.known(seen.topic), detail=turn.words()))
        turn.reply(turn.say("Laporan Anda juga kami catat untuk petugas. Terima kasih."))
        return
    turn.reply(
        turn.say(
            "Mau laporan ini kami teruskan ke petugas? Mereka memperingatkan orang lain kalau perlu. "
            "Nama dan nomor kami samarkan."
        ),
        [[tap(turn.say("Teruskan ke petugas"), "report")]],
    )
    turn.quote()


def asked_again(turn: Turn, topic: str, destination: str | None) -> None:
    """After an answer: the third time the same is asked, it does not help, and a person should."""
    key = f"{topic} {destination or '-'}"
    before, times = turn.memory.again or ("", 0)
    times = times + 1 if before == key else 1
    turn.remember(again=(key, times))
    if times != TIMES:
        return
    rows: list[Row] = [[buttons.again(turn)], [buttons.person(turn)]]
    if turn.consented:
        turn.open_case(NewCase(kind="repeated", topic=topic, detail=turn.words()))
        turn.reply(
            turn.say("Sepertinya jawaban itu belum cukup. Pertanyaan Anda kami catat untuk petugas."), rows
        )
    else:
        turn.reply(turn.say("Sepertinya jawaban itu belum cukup. Mau bertanya ke petugas?"), rows)
