"""WORK IN PROGRESS"""


class MaskedText(str):
    """Text that has been through mask(). Storage accepts nothing else."""

    __slots__ = ()

    def __new__(cls, *_: object) -> "MaskedText":
        raise TypeError("only mask() makes masked text")


def mask(text: str) -> MaskedText:
    return str.__new__(MaskedText, text)
