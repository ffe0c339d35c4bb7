"""parse_mode: turns HTML and Markdown into text with entities, or refuses as Telegram does."""

from __future__ import annotations

from simulator.api import ApiError, Json, bad_request
from simulator.html_markup import parse_html
from simulator.links import checked_link
from simulator.markdown_markup import parse_markdown, parse_markdown_v2
from simulator.markup_error import MarkupError


def parse(text: str, mode: str) -> tuple[str, list[Json]]:
    """Raises ApiError where the mode is unknown or the text breaks its rules."""
    parsers = {"html": parse_html, "markdown": parse_markdown, "markdownv2": parse_markdown_v2}
    parser = parsers.get(mode.lower())
    if parser is None:
        raise bad_request("unsupported parse_mode")
    try:
        plain, entities = parser(text)
    except MarkupError as error:
        raise _refusal(str(error)) from error
    return plain, [entity for entity in entities if _keep(entity)]


def _refusal(words: str) -> ApiError:
    return bad_request(f"can't parse entities: {words}")


def _keep(entity: Json) -> bool:
    """Drop links that Telegram does not take; turn links to a person into mentions."""
    if entity["type"] != "text_link":
        return bool(entity["length"])
    url = entity["url"]
    if url.startswith("tg://user?id=") and url.removeprefix("tg://user?id=").isdecimal():
        user_id = int(entity.pop("url").removeprefix("tg://user?id="))
        entity["type"], entity["user"] = "text_mention", {"id": user_id, "is_bot": False, "first_name": ""}
        return True
    try:
        entity["url"] = checked_link(url)
    except ValueError:
        return False
    return bool(entity["length"])
