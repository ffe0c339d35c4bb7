"""The understanding, loaded as the settings ask: from its cache, or trained when the data changed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import nlu
from bot.settings import ROOT, Settings
from content import Catalog

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
    """Load the embedded engine from its cache (`folder`, by default that of the settings), or train it."""
    folder = folder or settings.model_cache
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    return nlu.load(TRAINING, cache_folder(folder), search=search, use_encoder=settings.nlu_encoder)


def cache_folder(path: Path) -> Path | None:
    """The folder for trained models; None (train in memory) where it cannot be made."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return path
