"""Sound beside the text: `audio/<locale>/<topic>.ogg`, and the words that a recording must say."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from content import files
from content.fields import Fields
from content.hashing import digest
from content.model import Locale, Section

FOLDER = "audio"
SUFFIX = ".ogg"
MAX_BYTES = 1_000_000
"""Telegram shows a larger file as music, not as a voice message."""
HEAD_BYTES = 4096
OPUS_AT = 28
"""Where the first page of an Ogg file with one stream holds its first packet."""
FIELDS = ("file", "text_hash", "synthetic")


@dataclass(frozen=True, slots=True)
class Recording:
    """What an article says about its recording; `text_hash` names the words that were spoken."""

    file: str
    text_hash: str
    synthetic: bool


@dataclass(frozen=True, slots=True)
class SoundFile:
    """`head` are its first bytes: enough to know what it is, and whether it was replaced."""

    size: int
    head: bytes

    @property
    def is_opus(self) -> bool:
        return self.head.startswith(b"OggS") and self.head[OPUS_AT : OPUS_AT + 8] == b"OpusHead"

    @property
    def fault(self) -> tuple[str, str] | None:
        """What is wrong and how to mend it; None when it can be sent as a voice message."""
        if self.size > MAX_BYTES:
            what = f"is larger than {MAX_BYTES // 1000} KB"
            return what, "Record it with less quality (16 kbit/s is enough for speech), or say less"
        if not self.is_opus:
            return "is no Ogg file with Opus sound", "Save it as Ogg Opus, mono"
        return None


def path_for(locale: Locale, topic: str) -> str:
    """Where the recording of an article lies, inside the content folder."""
    return f"{FOLDER}/{locale}/{topic}{SUFFIX}"


def read(folder: Path) -> dict[str, SoundFile]:
    """Every recording by its path in the folder. What cannot be read, or leads elsewhere, is left out."""
    found: dict[str, SoundFile] = {}
    root = Path(os.path.realpath(folder))
    for path in files.walk(folder / FOLDER):
        real = Path(os.path.realpath(path))
        if not real.is_relative_to(root) or not real.is_file():
            continue
        try:
            with path.open("rb") as file:
                head = file.read(HEAD_BYTES)
                size = os.fstat(file.fileno()).st_size
        except OSError:
            continue
        found[path.relative_to(folder).as_posix()] = SoundFile(size, head)
    return found


def read_recording(fields: Fields, locale: Locale, topic: str) -> Recording | None:
    """The field `audio` of an article."""
    if not fields.has("audio"):
        return None
    place = path_for(locale, topic)
    example = f"Write {{file: {place}, text_hash: ..., synthetic: false}}"
    inner = Fields(fields.mapping.items["audio"], fields.report, FIELDS, "'audio'")
    if not inner.valid:
        return None
    file = inner.text("file", example)
    if file and file != place:
        inner.wrong("file", f"is '{PurePosixPath(file)}'", f"Put the recording at {place} and name it here")
    recording = Recording(file, inner.text("text_hash", example), inner.flag("synthetic"))
    return recording if file == place else None


def spoken(title: str, summary: str, sections: Sequence[Section]) -> str:
    """What a recording says: title, summary and the sections for everybody, a paragraph each."""
    parts = [title, summary]
    for section in sections:
        if not section.destinations:
            parts += [section.heading, section.body.text]
    return "\n\n".join(part.strip() for part in parts if part.strip())


def spoken_hash(title: str, summary: str, sections: Sequence[Section]) -> str:
    return digest(spoken(title, summary, sections))


def stamp(sounds: Mapping[str, SoundFile]) -> dict[str, bytes]:
    """For the version of a content folder: a replaced recording makes another one."""
    return {name: sound.size.to_bytes(8, "big") + sound.head for name, sound in sounds.items()}
