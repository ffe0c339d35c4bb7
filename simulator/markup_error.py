"""What is wrong with a text in HTML or Markdown."""


class MarkupError(Exception):
    """In Telegram's words; places are byte offsets in the text as it was sent."""


def byte_offset(text: str, index: int) -> int:
    return len(text[:index].encode())
