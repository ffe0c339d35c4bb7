"""The versions that were served, in a file, so that a restart does not forget who read what."""

import json
from collections.abc import Collection
from pathlib import Path

import structlog

from content.corrections import History

logger = structlog.get_logger(__name__)


def read_history(file: Path) -> History:
    """Empty when there is no file yet; a line that cannot be read is left out and logged."""
    history = History()
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return history
    for number, line in enumerate(lines, start=1):
        try:
            entry = json.loads(line)
            version, keys = str(entry["version"]), [str(key) for key in entry["corrections"]]
        except (ValueError, KeyError, TypeError):
            logger.warning("content_history_line_unreadable", line=number)
            continue
        history = history.serving(version, keys)
    return history


def append_version(file: Path, version: str, keys: Collection[str]) -> None:
    """Raises OSError where the file cannot be written."""
    line = json.dumps({"version": version, "corrections": sorted(keys)})
    with file.open("a", encoding="utf-8") as out:
        out.write(line + "\n")
