"""The bot's own replies: greetings, thanks, questions about itself, yes and no."""

import re
from collections.abc import Callable

from handlers import answers, buttons, consent, menus, staff, subscriptions
from handlers.exchange import Outcome
from handlers.keyboards import Row, tap
from handlers.rendering import Page
from handlers.turn import Turn

_LANGUAGES = {"id": "Bahasa Indonesia", "en": "English", "jv": "Basa Jawa", "su": "Basa Sunda"}
_LANGUAGE_WORDS = {
    "jv": r"jawa|jowo|javanese|jawi",
    "su": r"sunda|sundanese",
    "en": r"inggris|english|enggris",
    "id": r"indonesia|indonesian|indo",
}


def respond(turn: Turn, topic: str) -> None:
    """The reply to a service intent; one that is not known gets the menu."""
    _REPLIES.get(topic, out_of_scope)(turn)
    turn.end(Outcome.SERVED)


def greet(turn: Turn) -> None:
    turn.reply(
        turn.say("Halo! Saya Bekal, bot tentang kerja ke luar negeri. Apa yang ingin Anda tahu?"),
        menus.module_rows(turn),
    )


def welcome(turn: Turn) -> None:
    """The first words anybody reads."""
    turn.end(Outcome.SERVED)
    page = Page().add(
        turn.say(
            "Halo, saya Bekal, sebuah bot yang menemani Anda bersiap kerja ke luar negeri: jalur aman, "
            "keterampilan, hukum, uang, sampai pulang lagi. Gratis, dan saya tidak pernah meminta uang, "
            "kode OTP, atau foto KTP."
        )
    )
    page.paragraph().add(turn.say("Pilih tema, atau tulis saja pertanyaan Anda."))
    language: Row = [tap(turn.say("🌐 Bahasa"), "langs")]
    turn.reply(page.rich(), [*menus.module_rows(turn), language])


def help_menu(turn: Turn) -> None:
    turn.end(Outcome.SERVED)
    page = Page().add(turn.say("Tulis pertanyaan dengan kata sehari-hari, misalnya:"))
    for example in (
        turn.say("PT ini resmi tidak?"),
        turn.say("gaji di Taiwan berapa"),
        turn.say("paspor ditahan majikan"),
    ):
        page.line().add(f"• {example}")
    page.paragraph().add(turn.say("Perintah:"))
    for command, meaning in (
        ("menu", turn.say("semua tema")),
        ("darurat", turn.say("nomor penting")),
        ("petugas", turn.say("bicara dengan petugas")),
        ("cari", turn.say("cari kata, misalnya /cari paspor")),
        ("bahasa", turn.say("ganti bahasa")),
        ("privasi", turn.say("apa yang kami simpan")),
        ("dataku", turn.say("lihat data Anda")),
        ("hapus", turn.say("hapus data Anda")),
        ("kabar", turn.say("kabar penting, mulai atau berhenti")),
        ("berhenti", turn.say("tarik persetujuan")),
    ):
        page.line().add(f"/{command} – {meaning}")
    turn.reply(page.rich(), menus.module_rows(turn))


def about(turn: Turn) -> None:
    turn.reply(
        turn.say(
            "Saya Bekal, bot, bukan orang. Jawaban saya ditulis dan diperiksa petugas dari undang-undang "
            "dan sumber resmi, selalu dengan sumber dan tanggalnya. Saya tidak menyalurkan kerja, tidak "
            "mengurus pendaftaran, dan tidak memungut uang."
        ),
        [[tap(turn.say("Privasi"), "privacy"), buttons.person(turn)]],
    )


def out_of_scope(turn: Turn) -> None:
    """Nothing that the bot is for. Should that be a mistake, the question can still go to staff."""
    turn.end(Outcome.UNANSWERED)
    turn.reply(
        turn.say("Maaf, itu di luar yang saya tahu. Saya bisa membantu soal kerja ke luar negeri:"),
        [*menus.module_rows(turn), [tap(turn.say("Tanya petugas"), "ask")]],
    )
    turn.quote()


def change_language(turn: Turn) -> None:
    """The language that was named, else a choice of all."""
    wanted = [
        locale
        for locale, words in _LANGUAGE_WORDS.items()
        if re.search(rf"\b(?:{words})\b", turn.text.lower()) and not turn.text.startswith("/")
    ]
    if len(wanted) == 1:
        set_language(turn, wanted[0])
    else:
        ask_language(turn)


def ask_language(turn: Turn) -> None:
    turn.end(Outcome.SERVED)
    rows: list[Row] = [[tap(name, "lang", locale)] for locale, name in _LANGUAGES.items()]
    turn.reply(turn.say("Pilih bahasa:"), rows)


def set_language(turn: Turn, locale: str) -> None:
    turn.exchange.chat_changes["locale"] = locale
    turn.locale = locale
    turn.end(Outcome.SERVED)
    turn.reply(
        turn.say("Baik, mulai sekarang saya menjawab dalam bahasa Indonesia bila bisa."),
        menus.module_rows(turn),
    )


def ask_erase(turn: Turn) -> None:
    turn.end(Outcome.SERVED)
    turn.reply(
        turn.say("Hapus semua data Anda di Bekal? Ini tidak bisa dibatalkan."),
        [[tap(turn.say("Ya, hapus"), "erase", "yes"), tap(turn.say("Tidak"), "erase", "no")]],
    )
    turn.remember(asked="erase")


def erase(turn: Turn) -> None:
    """Everything goes. The confirmation tells nothing about what there was."""
    turn.exchange.erase = True
    turn.end(Outcome.SERVED)
    turn.reply(
        turn.say(
            "Selesai, semua sudah dihapus. Untuk mengosongkan layar ini juga: buka menu chat di Telegram, "
            "pilih hapus riwayat."
        )
    )


def keep(turn: Turn) -> None:
    turn.end(Outcome.SERVED)
    turn.reply(turn.say("Baik, tidak ada yang dihapus."))


def export(turn: Turn) -> None:
    turn.exchange.export = True
    turn.end(Outcome.SERVED)
    turn.reply(turn.say("Berikut semua data yang kami simpan tentang Anda."))


def _thanks(turn: Turn) -> None:
    turn.reply(turn.say("Sama-sama. Semoga lancar, dan jangan ragu bertanya lagi."))


def _goodbye(turn: Turn) -> None:
    turn.reply(turn.say("Sampai jumpa. Jaga diri, dan simpan nomor penting: /darurat"))


def _stop(turn: Turn) -> None:
    turn.remember(later=(), place=None, turns=())
    turn.reply(
        turn.say(
            "Baik, kita berhenti di sini. "
            "Supaya chat tidak disimpan: /berhenti. Untuk menghapus data: /hapus."
        ),
        [[subscriptions.stop_button(turn)]] if turn.exchange.chat.news == "given" else (),
    )


def _more(turn: Turn) -> None:
    """The next sections of what was read last."""
    place = turn.memory.place
    if place and place.topic in turn.catalog.topics:
        answers.part(turn, place.topic, place.section, place.destination)
        return
    last = next((past.topic for past in reversed(turn.memory.turns) if turn.known(past.topic)), None)
    if last and turn.asked == "open":
        answers.answer(turn, last, turn.memory.destination, asked_for=True)
        return
    if last is None:
        staff.say_again(turn)
        return
    rows: list[Row] = [
        [buttons.topic(turn, last)],
        [buttons.again(turn)],
        [buttons.person(turn)],
    ]
    turn.reply(turn.say("Itu semua yang saya tahu tentang hal ini. Mana yang bisa membantu?"), rows)


def _yes(turn: Turn) -> None:
    asked = turn.asked
    last = turn.known(next((past.topic for past in reversed(turn.memory.turns) if past.topic), None))
    if asked == "consent":
        consent.given(turn)
    elif asked == "erase":
        erase(turn)
    elif asked == "destination" and last:
        answers.all_countries(turn, last)
    elif asked == "open" and last:
        answers.answer(turn, last, turn.memory.destination, asked_for=True)
    elif asked == "helped" and turn.memory.place:
        _more(turn)
    elif asked == "helped" and last:
        staff.helped(turn, last, None)
        turn.reply(turn.say("Senang bisa membantu. Ada lagi yang ingin ditanyakan?"))
    else:
        turn.reply(turn.say("Baik. Silakan tulis pertanyaan Anda."), menus.module_rows(turn))


def _no(turn: Turn) -> None:
    asked = turn.asked
    last = turn.memory.turns[-1] if turn.memory.turns else None
    if asked == "consent":
        consent.declined(turn)
    elif asked == "erase":
        keep(turn)
    elif last and last.offered:
        staff.none_of_these(turn)
    elif asked == "helped" and last and (topic := turn.known(last.topic)):
        staff.not_helped(turn, topic, None)
    else:
        staff.say_again(turn)


_REPLIES: dict[str, Callable[[Turn], None]] = {
    "greet": greet,
    "thanks": _thanks,
    "goodbye": _goodbye,
    "help-menu": help_menu,
    "about-bot": about,
    "talk-to-human": staff.talk,
    "privacy": consent.explain,
    "delete-data": ask_erase,
    "change-language": change_language,
    "stop": _stop,
    "more-detail": _more,
    "affirm": _yes,
    "deny": _no,
    "out-of-scope": out_of_scope,
}
