"""Floods, advertisers and senders whom staff have banned. Danger is answered all the same."""

import re
from datetime import timedelta

from handlers import danger, payloads, taps
from handlers.exchange import Outcome
from handlers.turn import Turn
from storage import marks

SAME_REPLY_AFTER = timedelta(minutes=1)
TOLD_EVERY = timedelta(days=1)
# What stays open to a banned sender: help in danger, and the rights to one's own data.
_COMMANDS = frozenset(("darurat", "hapus", "dataku", "privasi", "privacy", "berhenti", "bahasa"))
_TAPS = frozenset(
    (
        "sos",
        "sosall",
        "sosat",
        "read",
        "part",
        "close",
        "erase",
        "export",
        "privacy",
        "consent",
        "langs",
        "lang",
        "news",
    )
)
_MAY_HOLD_ONE = re.compile(r"\d\D{0,3}\d|@|\w\.\w|://")
_OWN = re.compile(
    r"(?:\b(?:hp|wa|no|nomor|nomer|telp|telepon|email|akun|ig|fb)\s?(?:hp|wa|telp)?\s?(?:saya|sy|aku|ku)\b"
    r"|\b(?:hp|wa|nomor|nomer)ku\b)",
    re.IGNORECASE,
)


def just_said(turn: Turn, reply: str) -> bool:
    """Whether this reply was given within the last minute: a row of stickers is answered once."""
    before, at = turn.memory.said or ("", 0.0)
    turn.remember(said=(reply, turn.now.timestamp()))
    return before == reply and turn.now.timestamp() - at < SAME_REPLY_AFTER.total_seconds()


def look(turn: Turn) -> None:
    """Note the links, numbers and names in a message, to see whether they come again and again.

    Not those of offices that we name ourselves, nor what somebody gives as their own.
    """
    if turn.asked == "staff" or not _MAY_HOLD_ONE.search(turn.text) or _OWN.search(turn.text):
        return
    if found := marks(turn.text):
        offices = turn.catalog.contacts.values()
        ours = (
            text
            for office in offices
            for text in (office.web or "", *(each.number for each in office.numbers))
        )
        turn.exchange.marks = found - marks("\n".join(ours))


def turned_away(turn: Turn) -> bool:
    """Whether staff banned this sender, and the message is none of what stays open to everybody."""
    if turn.exchange.chat.banned_at is None:
        return False
    if query := turn.update.callback_query:
        tap = payloads.parse(query.data)
        return tap is None or tap.action not in _TAPS
    command = re.match(r"/(\w+)", turn.text)
    return command is None or command[1].lower() not in _COMMANDS


async def turn_away(turn: Turn) -> None:
    """Say once a day that this chat is not answered any more; danger is."""
    taps.acknowledge(turn)
    if turn.text.strip() and turn.update.callback_query is None:
        seen = await turn.understand(turn.text)
        if seen.danger:
            await danger.respond(turn, seen)
            return
    told = turn.memory.ban_told
    if told is not None and turn.now - told < TOLD_EVERY:
        turn.end(Outcome.SILENT)
        return
    turn.remember(ban_told=turn.now)
    turn.end(Outcome.BANNED)
    turn.reply(
        turn.say(
            "Mohon maaf, chat ini untuk sementara tidak kami layani, karena dipakai untuk iklan atau pesan "
            "yang mengganggu. Bahaya tetap kami jawab: tulis saja, atau ketik /darurat. Data Anda: /dataku, "
            "/hapus."
        )
    )
