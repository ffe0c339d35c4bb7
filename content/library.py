"""The catalog that is being served, kept up to date while files change."""

import asyncio
import contextlib
from pathlib import Path
from threading import Lock

import structlog
from watchfiles import Change, awatch

from content import files as files_on_disk
from content.catalog import Catalog
from content.draft import read_files, version_of
from content.loader import build
from content.model import SOURCE_LOCALE
from content.problems import ContentError, Problem

# New folders have no suffix: their files may be there before anybody watches them.
SUFFIXES = (".md", ".yml", ".csv", "")
# A save by an editor is several events; a checkout is hundreds.
DEBOUNCE_MS = 400
# Some file systems (network, containers) tell nobody about changes: look there ourselves from time to time.
LOOK_EVERY_MS = 10_000
RESTART_AFTER_SECONDS = 5.0

logger = structlog.get_logger(__name__)


class Library:
    """`catalog` is replaced as a whole: take it once a turn. `problems`: why newer files are not served."""

    def __init__(self, folder: Path) -> None:
        """Raises ContentError when the content cannot be served: there is nothing older to fall back on."""
        self.folder = folder
        self.problems: list[Problem] = []
        self._reloading = Lock()
        files, unread = files_on_disk.read(folder)
        self._seen = (version_of(files), unread)
        self.catalog: Catalog = _ready(build(read_files(files, unread)))

    def reload(self) -> bool:
        """Serve the files as they are now, if they are sound; True when the catalog was replaced.

        A broken change is refused whole: the old catalog stays and `problems` says what to mend.
        """
        with self._reloading:
            return self._reload()

    def _reload(self) -> bool:
        files, unread = files_on_disk.read(self.folder)
        seen = (version_of(files), unread)
        if seen == self._seen:
            return False
        self._seen = seen
        try:
            catalog = _ready(build(read_files(files, unread)))
        except ContentError as error:
            self.problems = error.problems
            logger.warning("content_refused", problems=len(error.problems), first=str(error.problems[0]))
            return False
        self.problems = []
        replaced = catalog.version != self.catalog.version
        self.catalog = catalog
        logger.info("content_reloaded", version=catalog.version)
        return replaced

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


def _ready(catalog: Catalog) -> Catalog:
    catalog.search("", SOURCE_LOCALE)  # makes the index now, and not while somebody waits
    return catalog


def _is_content(change: Change, path: str) -> bool:
    return Path(path).suffix in SUFFIXES
