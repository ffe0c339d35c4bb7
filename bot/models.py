"""The understanding, loaded as the settings ask: from its cache, or trained when the data changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nlu
from bot.logs import get_logger
from bot.model_versions import REVIEW, SHIPPED, Versions
from bot.settings import ROOT, Settings
from content import Catalog, Library
from nlu.model import EMBEDDINGS_FILE, MODEL_FILE

log = get_logger("models")

TRAINING = ROOT / "nlu" / "training"
SEARCH_LIMIT = 3


def search_in(catalog: Callable[[], Catalog]) -> nlu.SearchFunction:
    """The search that the `search` rung uses, over the articles that serve at that moment."""

    def search(text: str) -> list[str]:
        return [hit.topic for hit in catalog().search(text, "id", SEARCH_LIMIT)]

    return search


def load_engine(
    settings: Settings,
    search: nlu.SearchFunction | None = None,
    *,
    folder: Path | None = None,
    fresh: bool = False,
) -> nlu.Understander:
    """Load the embedded engine from its cache (`folder`, by default that of the version that serves).

    It is trained where the cache does not hold it, or with `fresh`.
    """
    versions = versions_of(settings)
    if folder is None and versions.live != SHIPPED:
        try:
            chosen = versions.path(versions.live)
            if not chosen.is_dir():
                raise FileNotFoundError(chosen)
            return _load(settings, search, chosen, fresh)
        except (nlu.TrainingError, OSError) as error:
            # What staff chose cannot be used; the shipped model always can.
            log.error("model_version_unusable", version=versions.live, kind=type(error).__name__)
    return _load(settings, search, folder or settings.model_cache, fresh)


def load_version(settings: Settings, name: str, library: Callable[[], Library | None]) -> nlu.Understander:
    """Load a version by its name, for the articles that serve. Raises KeyError, TrainingError, OSError."""

    def catalog() -> Catalog:
        serving = library()
        assert serving is not None
        return serving.catalog

    return _load(settings, search_in(catalog), versions_of(settings).path(name))


def versions_of(settings: Settings) -> Versions:
    """The trained models in the data folder."""
    return Versions(settings.data_dir / "models", settings.model_cache)


def live_folder(settings: Settings) -> Path:
    """Where the model that serves lies."""
    versions = versions_of(settings)
    return versions.path(versions.live)


def _load(
    settings: Settings, search: nlu.SearchFunction | None, folder: Path, fresh: bool = False
) -> nlu.Understander:
    for name in (MODEL_FILE, EMBEDDINGS_FILE) if fresh else ():
        (folder / name).unlink(missing_ok=True)
    review = folder / REVIEW
    more = [review] if review.is_dir() else []
    return nlu.load(TRAINING, cache_folder(folder), *more, search=search, use_encoder=settings.nlu_encoder)


def cache_folder(path: Path) -> Path | None:
    """The folder for trained models; None (train in memory) where it cannot be made."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return path
