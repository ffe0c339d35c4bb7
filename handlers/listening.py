"""The recording of an answer, for those who would rather hear it."""

from typing import Any

from content import Freshness
from handlers import answers
from handlers.exchange import Outcome
from handlers.turn import Turn


def hear(turn: Turn, topic: str) -> None:
    """Send the recording as a voice message; where it is gone by now, the answer in writing."""
    article = turn.catalog.article(topic, turn.locale)
    freshness = article.freshness(turn.today)
    if article.audio is None or freshness is Freshness.WITHHELD:
        answers.answer(turn, topic, turn.memory.destination)
        return
    turn.topic = topic
    turn.end(Outcome.SERVED)
    lines = []
    if freshness is Freshness.DUE:
        lines.append(turn.say("⚠️ Keterangan ini sedang kami periksa ulang dan mungkin sudah berubah."))
    if article.audio.synthetic:
        lines.append(turn.say("Suara ini dibuat komputer."))
    caption: dict[str, Any] = {"caption": "\n".join(lines)} if lines else {}
    # The outbox keeps where the file lies, not the file; delivery reads it when it is sent.
    path = turn.services.library.folder.resolve() / article.audio.file
    turn.call("sendVoice", voice={"file_path": str(path)}, **caption)
    turn.remember_topic(topic, None)
