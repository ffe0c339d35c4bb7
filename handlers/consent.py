"""Whether the text of a chat may be kept. Asked once, after the first answer, and never in its way."""

from handlers import subscriptions
from handlers.exchange import Outcome
from handlers.keyboards import Row, tap
from handlers.rendering import Page
from handlers.turn import Turn

VERSION = "2026-11"  # of the wording that people agree to; a new purpose needs a new one and a new question


def ask_once(turn: Turn) -> None:
    """Add the question to an answer, unless this person was asked before or has worse worries."""
    topic = turn.known(turn.topic)
    if turn.exchange.chat.consent != "none" or turn.outcome is not Outcome.ANSWERED or topic is None:
        return
    if turn.catalog.article(topic, turn.locale).danger:
        return
    turn.reply(
        turn.say(
            "Boleh kami simpan isi chat ini? Nomor dan nama kami samarkan, lalu petugas bisa "
            "menindaklanjuti pertanyaan Anda. Semua terhapus sendiri setelah {days} hari. Tanpa setuju pun "
            "Bekal tetap bisa dipakai. Lengkapnya: /privasi",
            days=turn.services.retention_days,
        ),
        buttons(turn),
    )
    turn.exchange.chat_changes["consent"] = "asked"
    turn.remember(asked="consent")


def buttons(turn: Turn) -> list[Row]:
    """Yes and no, side by side and alike."""
    return [[tap(turn.say("Setuju"), "consent", "yes"), tap(turn.say("Tidak"), "consent", "no")]]


def given(turn: Turn) -> None:
    """The person agrees."""
    _set(turn, "given")
    turn.end(Outcome.SERVED)
    turn.reply(turn.say("Terima kasih. Anda bisa berubah pikiran kapan saja dengan /berhenti."))


def declined(turn: Turn) -> None:
    """The person does not agree, or does no longer; what was kept before can be erased with one tap."""
    before = turn.exchange.chat.consent
    if turn.exchange.chat.news == "given":
        subscriptions.withdraw(turn)
    _set(turn, "declined")
    turn.end(Outcome.SERVED)
    if before != "given":
        turn.reply(turn.say("Baik, isi chat tidak kami simpan. Silakan terus bertanya."))
        return
    turn.reply(
        turn.say("Baik, mulai sekarang isi chat tidak kami simpan. Hapus juga yang sudah tersimpan?"),
        [[tap(turn.say("Ya, hapus"), "erase", "yes"), tap(turn.say("Biarkan"), "erase", "no")]],
    )


def explain(turn: Turn) -> None:
    """What is kept, why, for how long, who reads it, and what people can do about it."""
    turn.end(Outcome.SERVED)
    page = Page().add(turn.say("Privasi Anda di Bekal"), "bold")
    for paragraph in (
        turn.say(
            "Tanpa persetujuan: isi chat tidak disimpan, kecuali pesan yang Anda minta diteruskan ke "
            "petugas. Selain itu kami hanya menghitung tema yang ditanyakan, dan mengingat bahasa serta "
            "posisi obrolan."
        ),
        turn.say(
            "Dengan persetujuan: isi chat disimpan dalam sandi, nomor pribadi dan nama disamarkan. "
            "Gunanya agar petugas bisa menindaklanjuti dan jawaban kami jadi lebih baik."
        ),
        turn.say(
            "Siapa yang membaca: hanya petugas Bekal. Mereka tidak melihat nomor HP atau nama akun Anda. "
            "Lama simpan: {days} hari, lalu terhapus sendiri.",
            days=turn.services.retention_days,
        ),
        turn.say("Pesan Telegram juga lewat server Telegram di luar negeri."),
        turn.say("Lihat data Anda: /dataku. Hapus semuanya: /hapus. Tarik persetujuan: /berhenti."),
    ):
        page.paragraph().add(paragraph)
    if turn.consented:
        rows: list[Row] = [[tap(turn.say("Tarik persetujuan"), "consent", "no")]]
    else:
        rows = buttons(turn)
    turn.reply(page.rich(), rows)


def _set(turn: Turn, consent: str) -> None:
    turn.exchange.chat_changes.update(consent=consent, consent_version=VERSION, consent_at=turn.now)
