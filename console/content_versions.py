"""Older texts of content files: in git where the content lies in a repository, else kept by us.

Ours are a folder: `log.jsonl` with a line for each version, and the texts by their hash.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog

LOOK_BACK = 100
GIT_SECONDS = 20
LOG = "log.jsonl"
_ID = re.compile(r"git-[0-9a-f]{40}|own-[0-9a-f]{64}")
# Nothing of the machine's own git settings may run a program, ask for a password or sign in somebody's name.
_PLAIN = ("-c", "core.hooksPath=/dev/null", "-c", "commit.gpgSign=false", "-c", "core.fsmonitor=false")
_SENDER = ("-c", "user.name=Bekal", "-c", "user.email=bekal@bekal.invalid")

log = structlog.get_logger("bekal.console")


@dataclass(frozen=True, slots=True)
class Version:
    """A text that a file once had. `by` is the name of its first writer, as staff call themselves."""

    id: str
    at: datetime
    by: str
    why: str


class Versions:
    """The versions of a content folder. `kept` is where ours stand; without it only git remembers."""

    def __init__(self, folder: Path, kept: Path | None) -> None:
        self._folder = folder
        self._kept = kept

    def of(self, name: str) -> list[Version]:
        """Newest first."""
        found = [*self._committed(name), *self._own(name)]
        return sorted(found, key=lambda version: version.at, reverse=True)

    def text(self, name: str, version_id: str) -> str | None:
        """The file in this version; None where there is no such version."""
        if not _ID.fullmatch(version_id):
            return None
        origin, _, key = version_id.partition("-")
        if origin == "git":
            shown = self._git("show", f"{key}:./{name}")
            return shown.decode("utf-8-sig", "replace").replace("\r\n", "\n") if shown is not None else None
        if self._kept is None or all(version.id != version_id for version in self._own(name)):
            return None
        try:
            return (self._kept / key).read_text(encoding="utf-8")
        except OSError:
            return None

    def keep(self, name: str, before: str | None, after: str, by: str, why: str, now: datetime) -> None:
        """Remember what was just written; `before` is the file before that, None for a new one.

        Never raises: the text is served already, and that counts for more.
        """
        if self._commit(name, by, why):
            return
        try:
            if before is not None and not self.of(name):
                self._add(name, before, "", "", datetime.fromtimestamp(0, UTC))
            self._add(name, after, by, why, now)
        except OSError as error:
            log.warning("content_version_not_kept", file=name, error=error.strerror)

    def _commit(self, name: str, by: str, why: str) -> bool:
        if self._git("rev-parse", "--is-inside-work-tree") is None:
            return False
        message = f"{name}\n\n{why}" if why else name
        author = f"{by} <{re.sub(r'[^a-z0-9._-]', '', by)}@bekal.invalid>"
        done = self._git("add", "--", f"./{name}") is not None and (
            self._git(
                *_SENDER, "commit", "-q", "--only", "-m", message, "--author", author, "--", f"./{name}"
            )
            is not None
        )
        if not done:
            log.warning("content_not_committed", file=name)
        return done

    def _committed(self, name: str) -> Iterator[Version]:
        form = "%H%x00%at%x00%an%x00%B%x1e"
        listed = self._git("log", f"-{LOOK_BACK}", f"--format={form}", "--", f"./{name}")
        for entry in (listed or b"").decode("utf-8", "replace").split("\x1e"):
            parts = entry.strip("\n").split("\x00")
            if len(parts) == 4:
                at = datetime.fromtimestamp(int(parts[1]), UTC)
                why = parts[3].strip().removeprefix(name).strip()
                yield Version(f"git-{parts[0]}", at, parts[2], why)

    def _own(self, name: str) -> Iterator[Version]:
        if self._kept is None:
            return
        try:
            lines = (self._kept / LOG).read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return
        for line in lines:
            try:
                entry = json.loads(line)
                at = datetime.fromisoformat(entry["at"])
                version = Version(f"own-{entry['text']}", at, str(entry["by"]), str(entry["why"]))
            except (ValueError, KeyError, TypeError):
                continue  # a line that was cut off by a kill
            if entry.get("file") == name:
                yield version

    def _add(self, name: str, text: str, by: str, why: str, now: datetime) -> None:
        if self._kept is None:
            return
        key = hashlib.sha256(text.encode()).hexdigest()
        self._kept.mkdir(parents=True, exist_ok=True)
        (self._kept / key).write_text(text, encoding="utf-8")
        entry = {"file": name, "at": now.isoformat(), "by": by, "why": why, "text": key}
        with (self._kept / LOG).open("a", encoding="utf-8") as out:
            out.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def _git(self, *arguments: str) -> bytes | None:
        """What git says; None where it is not there, refuses, or knows nothing."""
        quiet = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
        try:
            done = subprocess.run(
                ["git", "-C", str(self._folder), *_PLAIN, *arguments],
                capture_output=True,
                timeout=GIT_SECONDS,
                check=False,
                env=quiet,
                stdin=subprocess.DEVNULL,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout if done.returncode == 0 else None
