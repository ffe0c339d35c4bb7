"""How the bot presents itself on Telegram: commands and descriptions, in the languages it speaks."""

from __future__ import annotations

from typing import Any

from bot.client import TelegramClient, TelegramProblem
from bot.logs import get_logger

log = get_logger("profile")

COMMANDS: dict[str, dict[str, str]] = {
    "": {
        "menu": "Pilih topik",
        "darurat": "Nomor darurat",
        "petugas": "Bicara dengan petugas",
        "cari": "Cari kata di semua topik",
        "bahasa": "Ganti bahasa",
        "privasi": "Apa yang disimpan",
        "dataku": "Minta semua data saya",
        "hapus": "Hapus semua data saya",
        "kabar": "Kabar penting: mulai atau berhenti",
        "berhenti": "Berhenti menyimpan percakapan",
        "bantuan": "Cara memakai Bekal",
    },
    "en": {
        "menu": "Choose a topic",
        "darurat": "Emergency numbers",
        "petugas": "Talk to an officer",
        "cari": "Search all topics",
        "bahasa": "Change the language",
        "privasi": "What is stored",
        "dataku": "Get all my data",
        "hapus": "Delete all my data",
        "kabar": "Important news: start or stop",
        "berhenti": "Stop storing the conversation",
        "bantuan": "How to use Bekal",
    },
}
DESCRIPTION = {
    "": (
        "Bekal memberi informasi yang sudah diperiksa sebelum Anda bekerja ke luar negeri: keterampilan, "
        "jalur aman, hak Anda, dan biaya. Gratis. Bekal tidak pernah meminta uang, kode OTP, atau foto KTP."
    ),
    "en": (
        "Bekal gives vetted information before you leave Indonesia to work abroad: skills, safe routes, "
        "your rights and costs. Free. Bekal never asks for money, one-time codes or ID photos."
    ),
}


async def introduce(client: TelegramClient) -> None:
    """Set commands and descriptions. Only cosmetic: a failure is logged and costs nothing."""
    calls: list[tuple[str, dict[str, Any]]] = []
    for language, commands in COMMANDS.items():
        listed = [{"command": name, "description": text} for name, text in commands.items()]
        calls.append(("setMyCommands", {"commands": listed, "language_code": language}))
    for language, text in DESCRIPTION.items():
        calls.append(("setMyDescription", {"description": text, "language_code": language}))
    for method, params in calls:
        try:
            await client.call(method, params)
        except TelegramProblem as error:
            log.warning("profile_call_failed", method=method, reason=error.reason)
