"""What tests of several packages share."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage import migrate

HERE = Path(__file__).resolve().parent
SMALL_CONTENT = HERE / "transcripts" / "content"
SMALL_TRAINING = HERE / "transcripts" / "training"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--people",
        default="25",
        help="how many people write in the day of tests/system/test_day.py",
    )
    parser.addoption(
        "--update-transcripts",
        action="store_true",
        help="write transcripts anew; the run still fails where one changed, so that somebody reads the diff",
    )


@pytest.fixture(scope="session")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the model of the small training data, to be copied or read: trained once a session."""
    import nlu

    folder = tmp_path_factory.mktemp("small-model")
    nlu.load(SMALL_TRAINING, folder, use_encoder=False)
    return folder


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables and nothing in them, to be copied."""
    path = tmp_path_factory.mktemp("empty-store") / "bekal.sqlite3"
    migrate.upgrade(f"sqlite:///{path}")
    return path
