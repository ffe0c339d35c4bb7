"""Trained models side by side in the data folder, and which of them serves.

`models/<version>/` holds a model and, under `review/`, the examples of the staff that it learned from besides
the shipped ones. `models/live.json` names what has served, newest last; it survives a restart. The first is
always the model of the shipped data alone, which lies where `nlu train` keeps it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

SHIPPED = "shipped"
REVIEW = "review"
REMEMBERED = 10
_NAME = re.compile(r"\d{8}-\d{6}")


class Versions:
    """`folder` holds the versions, `shipped` the model of the shipped data."""

    def __init__(self, folder: Path, shipped: Path) -> None:
        self.folder = folder
        self._shipped = shipped
        self._choice = folder / "live.json"

    def served(self) -> list[str]:
        """What has served, newest last. A choice that cannot be read counts as none."""
        try:
            names = list(json.loads(self._choice.read_text(encoding="utf-8"))["served"])
        except (OSError, ValueError, KeyError, TypeError):
            return [SHIPPED]
        return [SHIPPED, *(name for name in names if isinstance(name, str) and _NAME.fullmatch(name))]

    @property
    def live(self) -> str:
        """The name of the version that serves."""
        return self.served()[-1]

    def path(self, name: str) -> Path:
        """Where the model of a version lies. Raises KeyError for a name that is none."""
        if name == SHIPPED:
            return self._shipped
        if not _NAME.fullmatch(name):
            raise KeyError(name)
        return self.folder / name

    def choose(self, name: str) -> None:
        """Let a version serve from now on; `back` undoes it. Raises KeyError, OSError."""
        if not self.path(name).is_dir():
            raise KeyError(name)
        self._write([*self.served()[1:], name][-REMEMBERED:])

    def back(self) -> None:
        """Let the one before serve again. Raises OSError."""
        self._write(self.served()[1:-1])

    def clear(self) -> None:
        """Delete versions that neither serve nor can be gone back to."""
        kept = {self._choice.name, *self.served()[-2:]}
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            if path.name not in kept:
                shutil.rmtree(path, ignore_errors=True)

    def _write(self, served: Sequence[str]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(self._choice, json.dumps({"served": list(served)}))


def write_whole(path: Path, text: str) -> None:
    """Put a text in place of a file: readers see the old one or the new one, also after a crash."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
