"""Who may import whom, and where each library may appear."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ALLOWED: dict[str, set[str]] = {
    "nlu": set(),
    "content": set(),
    "storage": set(),
    "simulator": set(),
    "handlers": {"nlu", "content", "storage"},
    "console": {"content", "storage"},
    "bot": {"nlu", "content", "storage", "handlers", "console", "simulator"},
}
PLACES = {
    "telegram": {"handlers", "bot"},
    "sqlalchemy": {"storage"},
    "alembic": {"storage"},
    "aiohttp": {"bot", "console", "simulator"},
    "sklearn": {"nlu"},
    "cryptography": {"storage"},
}
FILES = [
    path
    for package in ALLOWED
    for path in sorted((ROOT / package).rglob("*.py"))
    if "__pycache__" not in path.parts
]


def imported_by(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_package_imports_only_what_its_place_allows(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    imported = set(imported_by(path))
    forbidden = (imported & set(ALLOWED)) - ALLOWED[package] - {package}
    assert not forbidden, f"{name_of(path)} must not import {sorted(forbidden)}"
    misplaced = {name for name in imported & set(PLACES) if package not in PLACES[name]}
    assert not misplaced, f"{name_of(path)}: {sorted(misplaced)} belong in {[PLACES[n] for n in misplaced]}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_stays_small_enough_to_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300, f"{name_of(path)}: split it"
