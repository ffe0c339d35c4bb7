"""What the pages about broadcasts share: the form, the words, whom one would reach."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from aiohttp import web

from console.forms import field
from console.times import JAKARTA
from console.wording import Say, msg
from content import LOCALES, Catalog
from content.provinces import PROVINCES
from storage import Connection, audiences
from storage.audiences import Audience, Wrong
from storage.broadcasts import CORRECTION, BroadcastRecord, Draft

MAX_NAME = 80
MAX_TEXT = 1000  # one message, read on a small phone
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 8

STATES = {
    "draft": msg("draf"),
    "waiting": msg("menunggu persetujuan"),
    "approved": msg("disetujui, belum mulai"),
    "sending": msg("sedang dikirim"),
    "paused": msg("dijeda"),
    "done": msg("selesai"),
    "stopped": msg("dihentikan"),
}
KINDS = {"news": msg("kabar"), "correction": msg("pembetulan")}
OUTCOMES = {
    "sent": msg("terkirim"),
    "blocked": msg("bot diblokir orangnya"),
    "failed": msg("gagal dikirim"),
    "skipped": msg("berhenti menerima kabar sebelum dikirim"),
    "gone": msg("datanya dihapus sebelum dikirim"),
    "left": msg("belum dikirim"),
}


class BroadcastTools(Protocol):
    """What the bot gives: the message for somebody, and the test for answers that were corrected."""

    def word(self, found: BroadcastRecord, locale: str, /) -> tuple[str, dict[str, Any]] | None:
        """The call to Telegram; None for a correction that there is no more."""

    def wrong(self, topic: str) -> Wrong:
        """Whether an answer about this topic has been corrected since."""


class BadDraft(Exception):
    """The form cannot be kept; `problem` says why, in the reader's language."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


async def read_draft(request: web.Request, say: Say, catalog: Catalog, countries: Mapping[str, str]) -> Draft:
    """The form as a draft. Raises BadDraft."""
    name = " ".join((await field(request, "name", limit=MAX_NAME)).split())
    texts = {
        locale: text
        for locale in LOCALES
        if (text := (await field(request, f"text-{locale}", limit=MAX_TEXT)).strip())
    }
    topic, asked = (
        await _one_of(request, "topic", catalog.topics),
        await _one_of(request, "asked", catalog.topics),
    )
    audience = Audience(
        destination=await _one_of(request, "destination", countries),
        province=await _one_of(request, "province", PROVINCES),
        language=await _one_of(request, "language", dict.fromkeys(LOCALES)),
        asked=asked,
    )
    if not name:
        raise BadDraft(say("Beri nama dulu, supaya rekan tahu ini siaran apa."))
    if "id" not in texts:
        raise BadDraft(say("Tulis pesannya dalam bahasa Indonesia. Bahasa lain boleh menyusul."))
    if asked is not None and catalog.article(asked, "id").danger and topic != asked:
        raise BadDraft(say("Topik itu sensitif. Pilih juga sebagai artikelnya, supaya pesannya netral."))
    return Draft(name, texts, topic, audience, await _due(request, say))


async def _one_of(request: web.Request, name: str, known: Mapping[str, Any]) -> str | None:
    value = await field(request, name, limit=80)
    return value if value in known else None


async def _due(request: web.Request, say: Say) -> datetime | None:
    """The time in the form, which is Jakarta's."""
    value = await field(request, "due", limit=20)
    if not value:
        return None
    try:
        return datetime.fromisoformat(value).replace(tzinfo=JAKARTA)
    except ValueError as error:
        raise BadDraft(say("Waktu itu tidak terbaca. Kosongkan untuk segera.")) from error


def count(conn: Connection, found: BroadcastRecord, tools: BroadcastTools | None) -> int:
    """How many people it would reach now; never who."""
    if found.kind != CORRECTION:
        return audiences.count(conn, found.audience_is)
    if tools is None or found.topic is None:
        return 0
    return audiences.count_misled(conn, found.topic, tools.wrong(found.topic))
