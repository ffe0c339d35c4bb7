"""An article file: YAML between two `---` lines, then Markdown."""

from dataclasses import dataclass

from content import yaml

FENCE = "---"
NOTE = "%%"
"""Starts a line of the body that is only for whoever writes it, such as the text to translate."""


@dataclass(frozen=True, slots=True)
class Parts:
    """`body_line` is the line of the file on which the body starts, counted from 1.

    The lines of `notes` are empty in the body, so that line numbers stay those of the file.
    """

    front: yaml.Mapping
    body: str
    body_line: int
    notes: tuple[int, ...] = ()


def split(text: str) -> Parts:
    """Raises YamlError with lines of the whole file."""
    lines = text.split("\n")
    if lines[0].rstrip() != FENCE:
        raise yaml.YamlError(
            1, "The file does not start with '---'", "Begin with the block of title, summary ..."
        )
    fences = (number for number, line in enumerate(lines, start=1) if line.rstrip() == FENCE)
    next(fences)
    number = next(fences, None)
    if number is None:
        raise yaml.YamlError(1, "The block at the top is not closed", "Add a line '---' after it")
    # An empty line in place of the fence keeps the line numbers those of the file.
    front = yaml.parse("\n" + "\n".join(lines[1 : number - 1]) + "\n")
    if not isinstance(front, yaml.Mapping):
        raise yaml.YamlError(
            2, "The block at the top has no fields", "Write 'title: ...', 'summary: ...' and so on"
        )
    notes = [at for at, line in enumerate(lines[number:], start=number) if line.startswith(NOTE)]
    for at in notes:
        lines[at] = ""
    return Parts(front, "\n".join(lines[number:]), number + 1, tuple(at + 1 for at in notes))
