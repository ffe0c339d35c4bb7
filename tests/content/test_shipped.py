"""The content that is shipped: sound, sourced, and every topic answered."""

from pathlib import Path

import pytest

from content import checks
from content.draft import Draft, read

FOLDER = Path(__file__).parents[2] / "content"


@pytest.fixture(scope="module")
def draft() -> Draft:
    return read(FOLDER)


def test_every_file_is_sound(draft: Draft) -> None:
    missing = set(checks.topics_have_articles(draft))
    assert [str(problem) for problem in checks.errors(draft) if problem not in missing] == []


def test_every_topic_has_an_article(draft: Draft) -> None:
    assert [problem.what for problem in checks.topics_have_articles(draft)] == []


def test_every_article_is_easy_to_read(draft: Draft) -> None:
    latest = max(page.reviewed_on for page in draft.pages)
    sources = {page.file for page in draft.pages if page.is_source}
    problems = [problem for problem in checks.texts_are_readable(draft, latest) if problem.file in sources]
    assert [str(problem) for problem in problems] == []
