from pathlib import Path

import pytest

from tests.content import folder as sample


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sound content folder that a test may spoil."""
    return sample.write(tmp_path, sample.sound())
