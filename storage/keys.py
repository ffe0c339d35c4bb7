"""The key file: made together with the first database, kept apart from it, never made anew beside an old one.

It is JSON: `{"format": 1, "keys": [{"id", "made", "secret"}, ...], "lane_secret": ...}` with base64
secrets of 32 bytes. The first key seals, all of them open; to change keys, put a new one in front and
keep the old ones.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import fcntl
import json
import os
import secrets
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from storage.errors import KeyFileBroken, KeyFileMissing, KeyFileReadableByOthers

FORMAT = 1
SECRET_BYTES = 32
KEY_ID_DIGITS = 8


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """One AES-256 key: id of 8 hex digits (no secret), day on which it was made, 32 secret bytes."""

    id: str
    made: str
    secret: bytes

    def __repr__(self) -> str:
        return f"Key(id={self.id!r})"


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """All keys of a database, newest first, and the key of the lane hash. Its repr shows no secret."""

    keys: tuple[Key, ...]
    lane_secret: bytes

    def __repr__(self) -> str:
        return f"Keys({', '.join(key.id for key in self.keys)})"

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(key.id for key in self.keys)


def make_key(now: datetime) -> Key:
    """A new random key, for a first key file or to be put in front of an old one."""
    return Key(
        secrets.token_hex(KEY_ID_DIGITS // 2), now.date().isoformat(), secrets.token_bytes(SECRET_BYTES)
    )


def make_keys(now: datetime) -> Keys:
    """The content of a first key file."""
    return Keys((make_key(now),), secrets.token_bytes(SECRET_BYTES))


def rotated(keys: Keys, now: datetime) -> Keys:
    """The same keys with a new one in front. What was sealed before stays readable."""
    return Keys((make_key(now), *keys.keys), keys.lane_secret)


def prepared(keys: Keys, now: datetime) -> Keys:
    """The same keys with a new one behind the first: it opens and does not seal yet."""
    return Keys((keys.keys[0], make_key(now), *keys.keys[1:]), keys.lane_secret)


def in_front(keys: Keys, key_id: str) -> Keys:
    """The same keys with this one in front: it seals from now on."""
    ordered = sorted(keys.keys, key=lambda key: key.id != key_id)
    return Keys(tuple(ordered), keys.lane_secret)


def without(keys: Keys, ids: Collection[str]) -> Keys:
    """The keys but these; the first always stays."""
    first, *rest = keys.keys
    return Keys((first, *(key for key in rest if key.id not in ids)), keys.lane_secret)


@contextlib.contextmanager
def changing(path: Path) -> Iterator[None]:
    """Keep others from changing the key file: two changes at once would lose one of the new keys."""
    with path.with_name(f"{path.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def default_path(data_dir: Path) -> Path:
    """Beside the data folder, never inside: a copy of the folder must not carry its own key."""
    return data_dir.with_name(f"{data_dir.name}.key")


def load_or_make(path: Path, *, database_exists: bool, now: datetime) -> Keys:
    """The keys at `path`; made now if neither they nor a database exist.

    Raises KeyFileMissing, KeyFileReadableByOthers, KeyFileBroken.
    """
    if not path.exists():
        if database_exists:
            raise KeyFileMissing(
                f"The database exists but its key file {path} does not. Restore that file from your backup "
                "of the keys; without it nothing stored can be read. If the data is to be given up, move the "
                "database away as well, and a new pair is made."
            )
        write(path, make_keys(now))
    return read(path)


def read(path: Path) -> Keys:
    """Read and check a key file. Raises KeyFileMissing, KeyFileReadableByOthers, KeyFileBroken."""
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise KeyFileMissing(
            f"There is no key file {path}. Restore it from your backup of the keys."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileBroken(
            f"The key file {path} cannot be read: {error}. Restore it from your backup."
        ) from error
    if os.name == "posix" and stat.S_IMODE(mode) & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyFileReadableByOthers(
            f"Other users of this machine may open the key file {path}. Close it with: chmod 600 '{path}'"
        )
    return _parse(text, path)


def write(path: Path, keys: Keys) -> None:
    """Write a key file that only its owner may read, safely on the disk before this returns.

    An existing file is replaced in one step: a crash leaves the old or the new one, never half of one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "format": FORMAT,
        "note": "Secret. Keep a copy apart from the database: without this file nothing stored can be read.",
        "keys": [{"id": key.id, "made": key.made, "secret": _encode(key.secret)} for key in keys.keys],
        "lane_secret": _encode(keys.lane_secret),
    }
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        json.dump(content, file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _parse(text: str, path: Path) -> Keys:
    try:
        content = json.loads(text)
        if content["format"] != FORMAT:
            raise ValueError(f"format {content['format']!r} is unknown")
        keys = tuple(
            Key(_checked_id(each["id"]), each["made"], _decode(each["secret"])) for each in content["keys"]
        )
        if not keys:
            raise ValueError("it holds no key")
        return Keys(keys, _decode(content["lane_secret"]))
    except (ValueError, KeyError, TypeError) as error:
        raise KeyFileBroken(
            f"The key file {path} is not a Bekal key file ({error}). Restore it from your backup of the keys."
        ) from error


def _checked_id(text: str) -> str:
    if len(bytes.fromhex(text)) * 2 != KEY_ID_DIGITS:
        raise ValueError(f"a key id has {KEY_ID_DIGITS} hex digits")
    return text


def _encode(secret: bytes) -> str:
    return base64.b64encode(secret).decode()


def _decode(text: str) -> bytes:
    try:
        secret = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("a secret is not base64") from error
    if len(secret) != SECRET_BYTES:
        raise ValueError(f"a secret must have {SECRET_BYTES} bytes")
    return secret
