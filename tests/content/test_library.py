"""Content reloads while it is served; a broken change is refused whole."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

import content
from tests.content import folder as sample

VISA = sample.path_of("visa")


@pytest.fixture
async def watched(folder: Path) -> AsyncIterator[content.Library]:
    library = content.Library(folder)
    stop = asyncio.Event()
    task = asyncio.create_task(library.watch(stop))
    await asyncio.sleep(0.2)  # the watcher must be looking before the test writes
    yield library
    stop.set()
    await asyncio.wait_for(task, 10)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 (the library tells nobody when it has reloaded)
            await asyncio.sleep(0.02)


def retitle(folder: Path, title: str) -> None:
    (folder / VISA).write_text(sample.article("visa", title=title))


def test_content_that_cannot_be_served_does_not_start(folder: Path) -> None:
    (folder / "topics.yml").unlink()
    with pytest.raises(content.ContentError):
        content.Library(folder)


def test_a_broken_change_keeps_the_old_content_and_says_why(folder: Path) -> None:
    library = content.Library(folder)
    before = library.catalog
    (folder / sample.path_of("passport")).write_text(sample.article("passport", title="Paspor baru"))
    retitle(folder, "Panjang " * 20)
    assert library.reload() is False
    assert library.catalog is before
    assert library.catalog.article("passport", "id").title == "Paspor untuk pekerja"
    assert [(problem.file, problem.line) for problem in library.problems] == [(VISA, 2)]
    retitle(folder, "Visa baru")
    assert library.reload() is True
    assert library.problems == []
    assert library.catalog.article("passport", "id").title == "Paspor baru"
    assert before.article("visa", "id").title == "Visa kerja"


def test_nothing_happens_when_nothing_changed(folder: Path) -> None:
    library = content.Library(folder)
    before = library.catalog
    assert library.reload() is False
    assert library.catalog is before


def test_going_back_to_what_is_served_clears_the_problems(folder: Path) -> None:
    library = content.Library(folder)
    retitle(folder, "Panjang " * 20)
    library.reload()
    assert library.problems
    retitle(folder, "Visa kerja")
    assert library.reload() is False
    assert library.problems == []


async def test_a_change_is_served_while_running(watched: content.Library, folder: Path) -> None:
    retitle(folder, "Visa baru")
    await until(lambda: watched.catalog.article("visa", "id").title == "Visa baru")


async def test_old_content_serves_until_a_broken_file_is_mended(
    watched: content.Library, folder: Path
) -> None:
    (folder / VISA).write_bytes(b"\xff\xfe broken")
    await until(lambda: bool(watched.problems))
    assert watched.catalog.article("visa", "id").title == "Visa kerja"
    assert watched.problems[0].file == VISA
    retitle(folder, "Visa yang sudah dibetulkan")
    await until(lambda: watched.catalog.article("visa", "id").title == "Visa yang sudah dibetulkan")
    assert watched.problems == []


async def test_a_new_file_and_a_removed_one_are_noticed(watched: content.Library, folder: Path) -> None:
    english = folder / sample.path_of("visa", "en")
    sample.write(folder, {sample.path_of("visa", "en"): sample.translation("Work visa", "0" * 16)})
    await until(lambda: watched.catalog.article("visa", "en").locale == "en")
    english.unlink()
    await until(lambda: watched.catalog.article("visa", "en").locale == "id")


def test_many_threads_read_one_catalog_while_it_is_replaced(folder: Path) -> None:
    library = content.Library(folder)
    errors: list[Exception] = []

    def read() -> None:
        try:
            for _ in range(200):
                catalog = library.catalog
                title = catalog.article("visa", "id").title
                assert catalog.search("visa kerja", "id")[0].topic == "visa"
                assert catalog.article("visa", "id").title == title
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(5):
        retitle(folder, f"Visa kerja {number}")
        assert library.reload()
    for thread in threads:
        thread.join()
    assert errors == []
