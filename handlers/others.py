"""Everything that is not a text or a tap: pictures, voices, groups, channels, comings and goings."""

from datetime import timedelta

from telegram import ChatMember, Message

from handlers import abuse, buttons, menus
from handlers.exchange import Call, Outcome
from handlers.keyboards import Button, Row
from handlers.turn import Turn

HINT_EVERY = timedelta(hours=6)


def voice(turn: Turn) -> None:
    """A voice or video note: nobody listens, so say so at once."""
    _unsupported(
        turn,
        "voice",
        turn.say(
            "Maaf, saya belum bisa mendengar pesan suara atau video. Tulis satu kalimat saja, atau pilih "
            "tema."
        ),
    )


def picture(turn: Turn) -> None:
    """A picture or file without words: often a paper that should not be sent around."""
    _unsupported(
        turn,
        "picture",
        turn.say(
            "Maaf, saya belum bisa membaca gambar atau berkas, dan tidak menyimpannya. Jangan kirim foto "
            "KTP, KK, paspor atau kontrak di sini; kalau terlanjur, hapus dari chat ini. Tulis saja "
            "pertanyaan Anda."
        ),
    )


def location(turn: Turn) -> None:
    """A place: perhaps a call for help."""
    turn.end(Outcome.UNSUPPORTED)
    turn.reply(
        turn.say(
            "Saya tidak bisa melihat lokasi, dan tidak meneruskannya. Kalau butuh pertolongan, hubungi "
            "nomor darurat dan kirim lokasi Anda ke orang yang Anda percaya."
        ),
        [[buttons.emergency(turn), buttons.menu(turn)]],
    )


def contact(turn: Turn) -> None:
    """Somebody's number: perhaps a recruiter's."""
    turn.end(Outcome.UNSUPPORTED)
    checks = [topic for topic in ("sponsor-broker", "agency-check") if topic in turn.catalog.topics]
    rows: list[Row] = [[buttons.topic(turn, topic)] for topic in checks]
    turn.reply(
        turn.say(
            "Saya tidak menyimpan kontak dan tidak bisa memeriksa nomor orang. Kalau ini nomor perekrut, "
            "periksa dulu perusahaannya."
        ),
        [*rows, [buttons.menu(turn)]],
    )


def unsupported(turn: Turn) -> None:
    """A sticker, moving picture, dice, game, poll, or whatever comes next."""
    _unsupported(turn, "other", turn.say("Saya hanya mengerti tulisan. Apa yang ingin Anda tahu?"))


def silent(turn: Turn) -> None:
    """Channel posts, reactions, notices that a message was pinned: nobody waits for a reply."""
    turn.end(Outcome.SILENT)


def group(turn: Turn) -> None:
    """A group: one hint to whoever calls the bot by name or by command, otherwise silence."""
    message = turn.update.message
    hinted = turn.memory.hinted_at
    if message is None or not _called(turn, message) or (hinted and turn.now - hinted < HINT_EVERY):
        turn.end(Outcome.SILENT)
        return
    turn.end(Outcome.SERVED)
    turn.remember(hinted_at=turn.now)
    turn.reply(
        turn.say(
            "Di grup saya diam, supaya pertanyaan Anda tidak dibaca semua orang. Tanyakan di chat pribadi:"
        ),
        [[Button(turn.say("Buka Bekal"), url=f"https://t.me/{turn.bot_name}")]],
    )
    turn.quote()


def inline(turn: Turn) -> None:
    """Somebody types the bot's name in another chat: nothing comes up that could give them away."""
    query = turn.update.inline_query
    turn.end(Outcome.SILENT)
    if query:
        answer = {"inline_query_id": query.id, "results": [], "cache_time": 300}
        turn.exchange.cosmetic.append(Call("answerInlineQuery", answer))


def membership(turn: Turn) -> None:
    """The bot was blocked, unblocked, or put into or out of a group."""
    change = turn.update.my_chat_member
    if change is None or change.chat.type != "private":
        turn.end(Outcome.SILENT)
        return
    blocked = change.new_chat_member.status in (ChatMember.BANNED, ChatMember.LEFT)
    turn.exchange.chat_changes.update(
        stopped=blocked,
        stopped_reason="blocked" if blocked else None,
        stopped_at=turn.now if blocked else None,
    )
    turn.end(Outcome.BLOCKED if blocked else Outcome.UNBLOCKED)


def _unsupported(turn: Turn, kind: str, text: str) -> None:
    if abuse.just_said(turn, kind):
        turn.end(Outcome.SILENT)
        return
    turn.end(Outcome.UNSUPPORTED)
    turn.reply(text, menus.module_rows(turn))


def _called(turn: Turn, message: Message) -> bool:
    """Whether the message is for the bot: a command, its name, or a reply to it."""
    text = message.text or message.caption or ""
    entities = message.entities or message.caption_entities
    replied = message.reply_to_message.from_user if message.reply_to_message else None
    return (
        any(e.type == "bot_command" and _for_us(message, e.offset, e.length, turn) for e in entities)
        or f"@{turn.bot_name}".lower() in text.lower()
        or (replied is not None and replied.username == turn.bot_name)
    )


def _for_us(message: Message, offset: int, length: int, turn: Turn) -> bool:
    text = (message.text or message.caption or "").encode("utf-16-le")
    command = text[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")
    _, at, name = command.partition("@")
    return not at or name.lower() == turn.bot_name.lower()
