"""Which addresses Telegram takes as a link."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_HOST = re.compile(r"(?:[\w](?:[\w-]*[\w])?\.)+[\w-]{2,}|\d{1,3}(?:\.\d{1,3}){3}", re.I)
_OWN = ("tg://", "ton://", "tonsite://")


def checked_link(link: str) -> str:
    """A web or tg:// address as Telegram keeps it. Raises ValueError in Telegram's words."""
    address = link.strip()
    if address.lower().startswith(_OWN):
        return address
    scheme, sign, _ = address.partition("://")
    if sign and scheme.lower() not in ("http", "https", "ftp"):
        raise ValueError(f"URL '{link}' is invalid: Unsupported URL protocol")
    if not sign:
        address = f"http://{address}"
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise ValueError(f"URL '{link}' is invalid: Wrong port number specified in the URL") from error
    if not _HOST.fullmatch(host) or re.search(r"\s", address):
        raise ValueError(f"URL '{link}' is invalid: Wrong HTTP URL")
    return f"{address}/" if parts.path == "" and not parts.query and not parts.fragment else address
