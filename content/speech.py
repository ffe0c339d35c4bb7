"""Drafts of recordings by a speaking program, for topics that nobody has recorded yet."""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from content.model import Locale
from content.pages import Page
from content.recordings import MAX_BYTES, path_for, spoken

VOICES = {"id": "id", "en": "en"}
"""espeak-ng speaks neither Javanese nor Sundanese."""
WORDS_A_MINUTE = 140
BITRATE = "16k"
SECONDS = 120
AUDIO_LINE = re.compile(r"^audio:.*\n", re.MULTILINE)


class CannotSpeak(Exception):
    """No draft can be made; the message says why and what to do."""


def tools() -> tuple[str, str]:
    """The paths of espeak-ng and ffmpeg. Raises CannotSpeak."""
    found = [shutil.which(name) for name in ("espeak-ng", "ffmpeg")]
    missing = [name for name, path in zip(("espeak-ng", "ffmpeg"), found, strict=True) if path is None]
    if missing:
        raise CannotSpeak(
            f"{' and '.join(missing)} not found. On Debian or Ubuntu: sudo apt install espeak-ng ffmpeg"
        )
    return str(found[0]), str(found[1])


def speak(folder: Path, page: Page) -> str:
    """Make the recording of a page, marked as synthetic in its article; returns the recording's path.

    Raises CannotSpeak, also where staff have recorded the page themselves: that is never overwritten.
    """
    if page.recording and not page.recording.synthetic:
        raise CannotSpeak(f"{page.file} has a recording by staff. Remove its 'audio' line to replace it")
    voice = VOICES.get(page.locale)
    if voice is None:
        raise CannotSpeak(f"no voice speaks '{page.locale}'. Record {page.file} yourself")
    espeak, ffmpeg = tools()
    sections = [placed.section for placed in page.body.sections]
    words = aloud(spoken(page.title, page.summary.text, sections))
    name = path_for(page.locale, page.topic)
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bekal-speak-") as work:
        text, sound, voiced = Path(work, "text"), Path(work, "sound.wav"), Path(work, "sound.ogg")
        text.write_text(words, encoding="utf-8")
        _run([espeak, "-v", voice, "-s", str(WORDS_A_MINUTE), "-f", str(text), "-w", str(sound)])
        encode = ["-ac", "1", "-c:a", "libopus", "-b:a", BITRATE, "-application", "voip"]
        _run([ffmpeg, "-v", "error", "-y", "-i", str(sound), *encode, str(voiced)])
        if (size := voiced.stat().st_size) > MAX_BYTES:
            raise CannotSpeak(f"{page.file} is too long to be heard in one piece ({size // 1000} KB)")
        shutil.copyfile(voiced, target)
    _name_it(folder / page.file, page.locale, page.topic, page.spoken_hash)
    return name


def aloud(text: str) -> str:
    """The text with its signs taken off and a pause after each line."""
    lines = [re.sub(r"[•“”\"*_`]", " ", line).strip() for line in text.split("\n")]
    return "\n".join(
        line if line.endswith((".", "!", "?", ":", ";")) else f"{line}." for line in lines if line
    )


def _name_it(file: Path, locale: Locale, topic: str, text_hash: str) -> None:
    text = file.read_text(encoding="utf-8")
    line = f"audio: {{file: {path_for(locale, topic)}, text_hash: {text_hash}, synthetic: true}}\n"
    head, fence, rest = text[3:].partition("\n---")
    file.write_text(
        text[:3] + AUDIO_LINE.sub("", head + "\n") + line.rstrip("\n") + fence + rest, encoding="utf-8"
    )


def _run(command: list[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", b"") or b""
        reason = said.decode("utf-8", "replace").strip() or str(error)
        raise CannotSpeak(f"{Path(command[0]).name} failed: {reason}") from error
