"""The key is made with the first database, kept to its owner, and never made anew beside an old database."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from storage import Cipher, KeyFileBroken, KeyFileMissing, KeyFileReadableByOthers, keys
from tests.storage.conftest import NOW


def test_a_first_key_file_is_made_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "bekal.key"
    made = keys.load_or_make(path, database_exists=False, now=NOW)
    assert path.stat().st_mode & 0o777 == 0o600
    assert keys.load_or_make(path, database_exists=True, now=NOW) == made
    assert keys.load_or_make(path, database_exists=False, now=NOW) == made
    assert [each.name for each in path.parent.iterdir()] == ["bekal.key"]


def test_no_two_key_files_are_alike(tmp_path: Path) -> None:
    first = keys.load_or_make(tmp_path / "a", database_exists=False, now=NOW)
    second = keys.load_or_make(tmp_path / "b", database_exists=False, now=NOW)
    assert first.keys[0].secret != second.keys[0].secret
    assert first.lane_secret != second.lane_secret


def test_the_key_stands_beside_the_data_never_inside(tmp_path: Path) -> None:
    assert keys.default_path(tmp_path / "bekal") == tmp_path / "bekal.key"


def test_a_missing_key_of_an_existing_database_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "bekal.key"
    with pytest.raises(KeyFileMissing, match="Restore that file"):
        keys.load_or_make(path, database_exists=True, now=NOW)
    assert not path.exists()


def test_a_key_that_others_may_read_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "bekal.key"
    keys.load_or_make(path, database_exists=False, now=NOW)
    for mode in (0o640, 0o604, 0o660, 0o644):
        path.chmod(mode)
        with pytest.raises(KeyFileReadableByOthers, match=f"chmod 600 '{path}'"):
            keys.read(path)
    path.chmod(0o400)
    keys.read(path)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "no json",
        "[]",
        "{}",
        '{"format": 2, "keys": [], "lane_secret": ""}',
        '{"format": 1, "keys": [], "lane_secret": "AAAA"}',
        '{"format": 1, "keys": [{"id": "zz", "made": "x", "secret": "AAAA"}], "lane_secret": "AAAA"}',
        '{"format": 1, "keys": [{"id": "aabbccdd", "made": "x", "secret": "A"}], "lane_secret": "AAAA"}',
        "\udcff",
    ],
)
def test_a_broken_key_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "bekal.key"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    path.chmod(0o600)
    with pytest.raises(KeyFileBroken, match="Restore it"):
        keys.read(path)


def test_secrets_are_in_no_repr(tmp_path: Path) -> None:
    made = keys.make_keys(NOW)
    assert made.keys[0].secret.hex() not in repr(made)
    assert repr(made.keys[0].secret) not in repr(made.keys[0])


def test_a_rotated_file_opens_the_old_and_seals_with_the_new(tmp_path: Path) -> None:
    path = tmp_path / "bekal.key"
    old = keys.load_or_make(path, database_exists=False, now=NOW)
    sealed = Cipher(old).seal(b"words", "a.b")
    keys.write(path, keys.rotated(old, NOW))
    new = Cipher(keys.read(path))
    assert new.open(sealed, "a.b") == b"words"
    assert new.seal(b"words", "a.b")[:4] != sealed[:4]
    assert new.lane(1) == Cipher(old).lane(1)


def test_a_crash_while_writing_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bekal.key"
    old = keys.load_or_make(path, database_exists=False, now=NOW)

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", crash)
    with pytest.raises(KeyboardInterrupt):
        keys.write(path, keys.rotated(old, NOW))
    assert keys.read(path) == old
    monkeypatch.undo()
    keys.write(path, keys.rotated(old, NOW))
