"""Sources, as articles and contacts list them."""

import re
from datetime import date
from typing import cast
from urllib.parse import urlsplit

from content import yaml
from content.fields import Fields, Report
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
        source = read_source(node, fields.report)
        if source is not None:
            sources.append(source)
    return tuple(sources)


def read_source(node: yaml.Node, report: Report) -> Source | None:
    """One source; None when it is no mapping at all."""
    source = Fields(node, report, FIELDS, "a source")
    if not source.valid:
        return None
    if not source.has("url") and not source.has("ref"):
        report(source.line, "This source has neither url nor ref", "Add 'url: https://...' or 'ref: ...'")
    url = source.optional_text("url")
    if url is not None and not _is_address(url):
        source.wrong(
            "url", f"is not a web address: '{url}'", "Write https://..., or use 'ref:' for free text"
        )
    if source.has("retrieved"):
        source.day("retrieved")
    tier = cast(Tier, source.one_of("tier", TIERS))
    ref = source.optional_text("ref")
    return Source(source.text("title", "Say what it is"), url, ref, page_date(source, "date"), tier)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises on a port that is no number
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in (parts.hostname or "") and not re.search(r"\s", url)


def page_date(fields: Fields, key: str) -> str:
    """A required day, month or year as it is written; "undated" where it says so, or is wrong."""
    remedy = f"Write YYYY, YYYY-MM, YYYY-MM-DD or {UNDATED}"
    raw = fields.text(key, remedy)
    if raw in ("", UNDATED):
        return raw or UNDATED
    match = PARTIAL_DATE.fullmatch(raw)
    try:
        if match:
            date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
            return raw
    except ValueError:
        pass  # such as month 13: reported like any other
    fields.wrong(key, f"is not a date: '{raw}'", remedy)
    return UNDATED
