"""The commands around the store and its key, and the doctor."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.bot.commands import Run, refused

# The database and its key


def test_a_database_is_made_found_and_sound(run: Run, tmp_path: Path) -> None:
    missing = run("db", "check")
    assert missing.exit_code == 1
    assert "there is no database yet" in missing.stdout
    assert list(tmp_path.iterdir()) == []
    assert "made the database" in run("db", "upgrade").stdout
    assert (tmp_path / "data.key").stat().st_mode & 0o777 == 0o600
    assert "the database has version" in run("db", "upgrade").stdout
    sound = run("db", "check")
    assert (sound.exit_code, sound.stdout) == (0, "the database is sound\n")


def test_without_its_key_a_database_is_refused_by_every_command(
    trained: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert trained("db", "upgrade").exit_code == 0
    key = tmp_path / "data.key"
    kept = key.rename(tmp_path / "kept.key")
    monkeypatch.setenv("BEKAL_TELEGRAM_TOKEN", "1:A")
    for command in (("db", "check"), ("db", "upgrade"), ("doctor",)):
        refused(trained(*command), str(key), "Restore that file from your backup")
    assert not key.exists()
    shutil.copy(kept, key)
    key.chmod(0o644)
    for command in (("db", "check"), ("db", "upgrade"), ("doctor",)):
        refused(trained(*command), f"chmod 600 '{key}'")
    key.chmod(0o600)
    assert trained("db", "check").exit_code == 0


def test_the_key_of_another_database_is_refused(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("db", "upgrade").exit_code == 0
    monkeypatch.setenv("BEKAL_DATA_DIR", str(tmp_path / "other"))
    assert run("db", "upgrade").exit_code == 0
    shutil.copy(tmp_path / "data.key", tmp_path / "other.key")
    for command in ("check", "upgrade"):
        refused(run("db", command), "belongs to another database")


def test_tables_of_a_newer_release_are_not_touched(run: Run, tmp_path: Path) -> None:
    assert run("db", "upgrade").exit_code == 0
    store = tmp_path / "data" / "bekal.sqlite3"
    with contextlib.closing(sqlite3.connect(store)) as other, other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")
    refused(run("db", "check"), "9999", "newer")


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "nonsense"])
def test_a_database_that_cannot_be_used_is_refused(
    run: Run, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("BEKAL_DATABASE_URL", url)
    refused(run("db", "check"), "sqlite:///path/to/file.db")
    refused(run("db", "upgrade"), "sqlite:///path/to/file.db")


def test_a_data_folder_that_cannot_be_made_is_named(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("BEKAL_DATA_DIR", str(tmp_path / "file" / "data"))
    refused(run("db", "upgrade"), str(tmp_path / "file"))


# doctor


def test_doctor_looks_and_changes_nothing(run: Run, tmp_path: Path) -> None:
    result = run("doctor")
    assert result.exit_code == 0
    assert list(tmp_path.iterdir()) == []
    names = [line.split(":")[0].split()[-1] for line in result.stdout.splitlines()]
    assert names == ["python", "token", "mode", "database", "content", "encoder", "port"]


def test_doctor_names_what_must_be_mended(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEKAL_CONTENT_DIR", "/does/not/exist")
    result = run("doctor")
    assert result.exit_code == 1
    assert "mend    content: 3 errors" in result.stdout


def test_doctor_shows_no_secret(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEKAL_TELEGRAM_TOKEN", "1:geheim")
    monkeypatch.setenv("BEKAL_MODE", "webhook")
    monkeypatch.setenv("BEKAL_WEBHOOK_URL", "http://bekal.example/x")
    monkeypatch.setenv("BEKAL_WEBHOOK_SECRET", "kurz")
    result = run("doctor")
    assert "geheim" not in result.output
    assert "kurz" not in result.output
    assert "look    mode: webhook; BEKAL_WEBHOOK_SECRET is short" in result.stdout
