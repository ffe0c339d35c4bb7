"""Code points, UTF-16 code units and UTF-8 bytes of a text."""

from __future__ import annotations


def utf16_length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


class Utf16:
    """Turns code point indexes of a text into UTF-16 offsets and back."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts: list[int] | None = None
        if utf16_length(text) != len(text):
            starts, position = [], 0
            for character in text:
                starts.append(position)
                position += 2 if character > "\uffff" else 1
            starts.append(position)
            self._starts = starts
            self._index = {start: index for index, start in enumerate(starts)}

    def offset(self, index: int) -> int:
        return index if self._starts is None else self._starts[index]

    def index(self, offset: int) -> int | None:
        """The code point at an offset, or None in the middle of one or outside of the text."""
        if self._starts is None:
            return offset if 0 <= offset <= len(self.text) else None
        return self._index.get(offset)

    def bytes_before(self, offset: int) -> int:
        """UTF-8 bytes up to the end of the character that an offset splits."""
        index = self.index(offset + 1)
        return len(self.text[:index].encode())

    def __len__(self) -> int:
        return len(self.text) if self._starts is None else self._starts[-1]
