"""What the staff's Telegram group is told: pseudonyms and what happened, never a word of the person."""

from __future__ import annotations

from collections.abc import Iterable

from console.desk_words import DANGERS
from console.wording import Say, msg
from storage.staff_group import Step, Topic

MAX_TITLE = 128

UNLINKED = msg(
    "Belum terkirim: akun Telegram Anda belum terhubung dengan akun petugas. Buka konsol, pilih nama Anda, "
    "lalu buat kode di bagian Telegram."
)
NOT_ALLOWED = msg("Belum terkirim: peran Anda di konsol hanya boleh membaca.")
TAKEN = msg("Belum terkirim: {name} sedang memegang kasus ini. Tulis /ambil untuk mengambil alih.")
CLOSED = msg("Belum terkirim: kasus ini sudah selesai.")
GONE = msg("Belum terkirim: kasus ini sudah tidak ada.")
ONLY_TEXT = msg(
    "Belum terkirim: hanya tulisan Anda sendiri yang diteruskan, bukan gambar, suara, atau terusan."
)
EDITED = msg("Suntingan tidak sampai ke orangnya. Kirim pesan baru kalau perlu.")
UNKNOWN = msg("Perintah itu tidak ada di sini. Ada /ambil, /selesai, dan // untuk catatan internal.")
LINKED = msg("Terhubung: pesan Anda di topik kasus sekarang dikirim atas nama {name}.")
BAD_CODE = msg(
    "Kode itu tidak berlaku. Buat kode baru di konsol; satu kode berlaku sepuluh menit, sekali pakai."
)
NOTED = msg("Dicatat di kasus. Orangnya tidak melihatnya.")


def title(topic: Topic, say: Say) -> str:
    """The name of a topic."""
    return f"⚠ {topic.name} · {_kinds(topic.danger, say)}"[:MAX_TITLE].strip(" ·")


def news(topic: Topic, url: str, say: Say) -> str:
    """What is to be told now; "" for nothing."""
    lines = (
        [_head(topic, url, say)] if topic.first else [_step(topic, each, url, say) for each in topic.steps]
    )
    if topic.fate == "sent":
        lines.append(say("✓ Pesan {actor} sampai.", actor=topic.writer))
    elif topic.fate == "blocked":
        lines.append(say("✗ Pesan {actor} TIDAK sampai: orangnya memblokir bot.", actor=topic.writer))
    elif topic.fate == "failed":
        lines.append(say("✗ Pesan {actor} TIDAK sampai. Lihat kasusnya di konsol.", actor=topic.writer))
    return "\n".join(dict.fromkeys(line for line in lines if line))


def _head(topic: Topic, url: str, say: Say) -> str:
    lines = [
        say("Kasus bahaya: {kinds}.", kinds=_kinds(topic.danger, say) or say("lihat konsol")),
        say("Kata-kata {name} hanya ada di konsol:", name=topic.name) + f" {_address(topic, url)}",
    ]
    if topic.closed:
        lines.append(say("Kasus selesai."))
    elif topic.taken_by:
        lines.append(say("{actor} memegang kasus ini.", actor=topic.taken_by))
    rules = say(
        "Yang Anda tulis di topik ini dikirim kepada {name} sebagai pesan petugas. Awali dengan // untuk "
        "catatan internal. /ambil mengambil alih kasus, /selesai menutupnya.",
        name=topic.name,
    )
    return "\n".join(lines) + "\n\n" + rules


def _step(topic: Topic, step: Step, url: str, say: Say) -> str:
    if step.what == "reported" and step.kind == "danger":
        kinds = _kinds(step.danger, say)
        return say("⚠ {name}: tanda bahaya lagi ({kinds}).", name=topic.name, kinds=kinds) + (
            f" {_address(topic, url)}"
        )
    if step.what == "reported":
        return say("{name} menulis. Baca di konsol:", name=topic.name) + f" {_address(topic, url)}"
    if step.what == "taken":
        return say("{actor} memegang kasus ini.", actor=step.actor)
    if step.what == "assigned":
        return say("Kasus diserahkan kepada {actor}.", actor=topic.taken_by)
    if step.what == "closed":
        return say("Kasus selesai.")
    return ""


def _kinds(danger: Iterable[str], say: Say) -> str:
    return ", ".join(say(DANGERS.get(kind, kind)) for kind in danger)


def _address(topic: Topic, url: str) -> str:
    return f"{url}/desk/{topic.case_id}"
