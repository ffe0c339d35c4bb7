"""The words of the desk for what the store keeps as codes."""

from __future__ import annotations

from datetime import timedelta

from console.wording import msg

AGES = (
    ("1", msg("lebih dari 1 jam"), timedelta(hours=1)),
    ("24", msg("lebih dari 1 hari"), timedelta(days=1)),
    ("72", msg("lebih dari 3 hari"), timedelta(days=3)),
)
ROLE_NAMES = {
    "viewer": msg("pembaca"),
    "agent": msg("petugas layanan"),
    "editor": msg("penyunting"),
    "publisher": msg("penerbit"),
    "admin": msg("admin"),
}
LANGUAGES = {"id": "Indonesia", "en": "English", "jv": "Jawa", "su": "Sunda"}
TAB_NAMES = {
    "danger": msg("Bahaya"),
    "mine": msg("Punya saya"),
    "unassigned": msg("Belum dipegang"),
    "waiting": msg("Menunggu"),
    "closed": msg("Selesai"),
}
KINDS = {
    "danger": msg("Bahaya"),
    "person": msg("Minta petugas"),
    "unanswered": msg("Belum terjawab"),
    "report": msg("Laporan"),
    "repeated": msg("Bertanya berulang"),
    "not-helpful": msg("Jawaban belum pas"),
}
STATUSES = {
    "open": msg("terbuka"),
    "taken": msg("dipegang"),
    "waiting": msg("menunggu orangnya"),
    "closed": msg("selesai"),
}
DANGERS = {
    "violence": msg("kekerasan"),
    "sexual-violence": msg("kekerasan seksual"),
    "confinement": msg("disekap"),
    "trafficking": msg("perdagangan orang"),
    "threat": msg("ancaman"),
    "self-harm": msg("menyakiti diri"),
    "medical": msg("sakit gawat"),
    "child": msg("anak"),
    "disaster": msg("bencana"),
}
EVENTS = {
    "reported-danger": msg("Tanda bahaya"),
    "reported-person": msg("Meminta petugas"),
    "reported-unanswered": msg("Bot belum tahu jawabannya"),
    "reported-report": msg("Laporan tentang nomor, tautan atau perusahaan"),
    "reported-repeated": msg("Menanyakan hal yang sama berulang kali"),
    "reported-not-helpful": msg("Jawaban bot belum membantu"),
    "taken": msg("Kasus dipegang"),
    "assigned": msg("Kasus diserahkan"),
    "snoozed": msg("Kasus ditunda"),
    "given-back": msg("Chat dikembalikan ke bot"),
    "reopened": msg("Kasus dibuka lagi"),
    "banned": msg("Pengirim diblokir"),
    "unbanned": msg("Blokir pengirim dibuka"),
    "unmasked": msg("ID Telegram dibuka"),
    "closed": msg("Kasus selesai"),
    "answered": msg("Orangnya bilang: sudah terjawab"),
    "unanswered": msg("Orangnya bilang: belum terjawab"),
}
STATES = {
    "waiting": msg("menunggu dikirim"),
    "sent": msg("terkirim"),
    "failed": msg("gagal dikirim"),
    "blocked": msg("bot diblokir orangnya"),
}
RUNGS = {
    "danger": msg("bahaya"),
    "service": msg("layanan bot"),
    "answer": msg("menjawab"),
    "choose": msg("memberi pilihan"),
    "search": msg("mencari"),
    "person": msg("tidak tahu"),
}
