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
    settings: Settings, search: nlu.SearchFunction | None = None, *, fresh: bool = False
) -> nlu.Understander:
    """Load the embedded engine: about 2 s from the cache, up to a minute to train anew."""
    if fresh:
        shutil.rmtree(settings.model_cache, ignore_errors=True)
    return nlu.load(
        TRAINING, cache_folder(settings.model_cache), search=search, use_encoder=settings.nlu_encoder
    )


def cache_folder(path: Path) -> Path | None:
    """The folder for trained models; None (train in memory) where it cannot be made."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return path
