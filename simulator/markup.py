"""parse_mode: turns HTML and Markdown into text with entities."""

from __future__ import annotations

from simulator.api import Json, bad_request


def parse(text: str, mode: str) -> tuple[str, list[Json]]:
    """Raises ApiError where the mode is unknown or the text breaks its rules."""
    raise bad_request("unsupported parse_mode")
