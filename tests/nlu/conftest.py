"""An understander of the small training data, and training folders of a test's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import nlu
from tests.conftest import SMALL_TRAINING

Folder = Callable[[dict[str, str]], Path]


@pytest.fixture(scope="session")
def understander(small_model: Path) -> nlu.Understander:
    """Words alone, without encoder: what it says must hold however the model is trained."""
    return nlu.load(SMALL_TRAINING, small_model, use_encoder=False)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Writes the given files (by their path) -> a folder of training data."""

    def write(files: dict[str, str]) -> Path:
        root = tmp_path / "training"
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return root

    return write
