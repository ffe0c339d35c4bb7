"""Sources, as articles and contacts list them."""

import re
from datetime import date
from typing import cast
from urllib.parse import urlsplit

from content.fields import Fields
from content.model import Source, Tier

FIELDS = ("title", "url", "ref", "date", "tier", "retrieved")
TIERS = ("law", "official", "news", "secondary")
NO_SOURCE = "Name at least one source with title, url (or ref), date and tier"
UNDATED = "undated"
PARTIAL_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def read_sources(fields: Fields) -> tuple[Source, ...]:
    sources = []
    nodes = fields.items("sources", NO_SOURCE)
    if not nodes and fields.has("sources"):
        fields.wrong("sources", "is empty", NO_SOURCE)
    for node in nodes:
        source = Fields(node, fields.report, FIELDS, "a source")
        if not source.valid:
            continue
        if not source.has("url") and not source.has("ref"):
            fields.report(
                source.line, "This source has neither url nor ref", "Add 'url: https://...' or 'ref: ...'"
            )
        url = source.optional_text("url")
        if url is not None and not _is_address(url):
            source.wrong(
                "url", f"is not a web address: '{url}'", "Write https://..., or use 'ref:' for free text"
            )
        if source.has("retrieved"):
            source.day("retrieved")
        tier = cast(Tier, source.one_of("tier", TIERS))
        ref = source.optional_text("ref")
        sources.append(Source(source.text("title", "Say what it is"), url, ref, _page_date(source), tier))
    return tuple(sources)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises on a port that is no number
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in (parts.hostname or "") and not re.search(r"\s", url)


def _page_date(source: Fields) -> str:
    remedy = f"Write YYYY, YYYY-MM, YYYY-MM-DD or {UNDATED}"
    raw = source.text("date", remedy)
    if raw in ("", UNDATED):
        return raw or UNDATED
    match = PARTIAL_DATE.fullmatch(raw)
    try:
        if match:
            date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
            return raw
    except ValueError:
        pass  # such as month 13: reported like any other
    source.wrong("date", f"is not a date: '{raw}'", remedy)
    return UNDATED
