"""The catalog that is being served, kept up to date while files change."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import structlog
from watchfiles import Change, awatch

from content import files as files_on_disk
from content import recordings
from content.catalog import Catalog
from content.corrections import History
from content.draft import Draft, read_files, version_of
from content.history import append_version, read_history
from content.loader import build
from content.model import SOURCE_LOCALE
from content.problems import ContentError, Problem

# New folders have no suffix: their files may be there before anybody watches them.
SUFFIXES = (".md", ".yml", ".csv", ".ogg", "")
# A save by an editor is several events; a checkout is hundreds.
DEBOUNCE_MS = 400
# Some file systems (network, containers) tell nobody about changes: look there ourselves from time to time.
LOOK_EVERY_MS = 10_000
RESTART_AFTER_SECONDS = 5.0

logger = structlog.get_logger(__name__)


class Library:
    """`catalog` is replaced as a whole: take it once a turn. `problems`: why newer files are not served."""

    def __init__(self, folder: Path, history_file: Path | None = None) -> None:
        """Raises ContentError when the content cannot be served: there is nothing older to fall back on.

        The versions served are kept in `history_file`; without one, a restart forgets them.
        """
        self.folder = folder
        self.problems: list[Problem] = []
        self._reloading = Lock()
        self._history_file = history_file
        look = _look(folder)
        self._seen = look.seen
        history = read_history(history_file) if history_file else History()
        self.catalog: Catalog = _ready(build(look.draft(), history))
        self._remember(history)

    def reload(self) -> bool:
        """Serve the files as they are now, if they are sound; True when the catalog was replaced.

        A broken change is refused whole: the old catalog stays and `problems` says what to mend.
        """
        with self._reloading:
            return self._reload()

    def _reload(self) -> bool:
        look = _look(self.folder)
        if look.seen == self._seen:
            return False
        self._seen = look.seen
        before = self.catalog
        try:
            catalog = _ready(build(look.draft(), before.history))
        except ContentError as error:
            self.problems = error.problems
            logger.warning("content_refused", problems=len(error.problems), first=str(error.problems[0]))
            return False
        self.problems = []
        replaced = catalog.version != before.version
        self.catalog = catalog
        self._remember(before.history)
        logger.info("content_reloaded", version=catalog.version)
        return replaced

    def _remember(self, before: History) -> None:
        """Keep the version now serving, unless it was served before."""
        version = self.catalog.version
        if self._history_file is None or version in before.served:
            return
        try:
            append_version(self._history_file, version, self.catalog.history.served[version])
        except OSError as error:
            # Answers go on; a correction may then be told to somebody who has the new text.
            logger.warning("content_history_not_written", error=error.strerror)

    async def watch(self, stop: asyncio.Event) -> None:
        """Reload at every change until `stop` is set; goes on when the watching itself fails."""
        while not stop.is_set():
            try:
                changes = awatch(
                    self.folder,
                    watch_filter=_is_content,
                    debounce=DEBOUNCE_MS,
                    rust_timeout=LOOK_EVERY_MS,
                    yield_on_timeout=True,
                    stop_event=stop,
                )
                async for _ in changes:
                    await asyncio.to_thread(self.reload)
            except Exception:
                # The folder may have been replaced; the old catalog serves meanwhile.
                logger.exception("content_watch_failed")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), RESTART_AFTER_SECONDS)


@dataclass(frozen=True, slots=True)
class _Look:
    """What lies in the folder at one moment."""

    files: Mapping[str, bytes]
    unread: Sequence[Problem]
    sounds: Mapping[str, recordings.SoundFile]

    @property
    def seen(self) -> tuple[str, Sequence[Problem]]:
        return version_of(self.files, self.sounds), self.unread

    def draft(self) -> Draft:
        return read_files(self.files, self.unread, self.sounds)


def _look(folder: Path) -> _Look:
    files, unread = files_on_disk.read(folder)
    return _Look(files, unread, recordings.read(folder))


def _ready(catalog: Catalog) -> Catalog:
    catalog.search("", SOURCE_LOCALE)  # makes the index now, and not while somebody waits
    return catalog


def _is_content(change: Change, path: str) -> bool:
    return Path(path).suffix in SUFFIXES
