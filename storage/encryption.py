"""Sealing of everything that may identify somebody or hold their words.

A sealed value is: key id (4 bytes), nonce (12 random bytes), AES-256-GCM ciphertext with its tag (16 bytes
longer than the plain value). The place, `table.column`, is authenticated with it: a value that was copied
into another column does not open.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.errors import CannotDecrypt
from storage.keys import Keys

KEY_ID_BYTES = 4
NONCE_BYTES = 12
LANE_DIGITS = 32
LOOK_SECONDS = 2.0
MOST_REPORTS = 10_000

log = structlog.stdlib.get_logger("bekal.storage")


class Cipher:
    """Seals with the newest key and opens with any key of the file.

    Random nonces keep one key sound for 2**32 sealed values (about 20 years of 100,000 messages a day); put a
    new key at the front of the key file before that.

    `newer` gives the keys of a file that was changed meanwhile, else None. It is asked before sealing, though
    seldom (every two seconds), and when a value turns up that no key opens. Threads may share a cipher.
    """

    def __init__(self, keys: Keys, newer: Callable[[], Keys | None] | None = None) -> None:
        self._lane_secret = keys.lane_secret
        self._newer = newer
        self._next_look = time.monotonic() + LOOK_SECONDS
        self._reported: set[tuple[str, int]] = set()
        self._take(keys)

    @property
    def newest(self) -> bytes:
        """The id of the key that seals, as it stands at the start of what it has sealed."""
        return self._ring[0]

    def seal(self, value: bytes, place: str) -> bytes:
        """Seal bytes for `place` ("table.column")."""
        if self._newer is not None and time.monotonic() >= self._next_look:
            self._look()
        newest, ciphers = self._ring
        nonce = os.urandom(NONCE_BYTES)
        return newest + nonce + ciphers[newest].encrypt(nonce, value, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """Open what `seal` made for the same place. Raises CannotDecrypt."""
        key_id = sealed[:KEY_ID_BYTES]
        cipher = self._ring[1].get(key_id) or self._look().get(key_id)
        if cipher is None:
            raise CannotDecrypt(
                f"{place}: sealed with key {key_id.hex()}, which the key file does not hold. "
                "Restore the key file that has it."
            )
        nonce = sealed[KEY_ID_BYTES : KEY_ID_BYTES + NONCE_BYTES]
        try:
            return cipher.decrypt(nonce, sealed[KEY_ID_BYTES + NONCE_BYTES :], place.encode())
        except (InvalidTag, ValueError) as error:
            raise CannotDecrypt(f"{place}: the stored value was damaged or moved.") from error

    def _look(self) -> Mapping[bytes, AESGCM]:
        """Take up the keys of a file that has changed."""
        self._next_look = time.monotonic() + LOOK_SECONDS
        if self._newer is not None and (keys := self._newer()) is not None:
            self._take(keys)
        return self._ring[1]

    def _take(self, keys: Keys) -> None:
        # One assignment: other threads have the old keys or the new ones, never a mixture.
        ciphers = {bytes.fromhex(key.id): AESGCM(key.secret) for key in keys.keys}
        self._ring = (bytes.fromhex(keys.keys[0].id), ciphers)

    def seal_json(self, value: Mapping[str, Any], place: str) -> bytes:
        """Seal a JSON object."""
        # Telegram may send halves of a character, which are no UTF-8: they become question marks.
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return self.seal(text.encode("utf-8", "replace"), place)

    def open_json(self, sealed: bytes, place: str) -> dict[str, Any]:
        """Open what `seal_json` made. Raises CannotDecrypt."""
        value: dict[str, Any] = json.loads(self.open(sealed, place))
        return value

    def read(self, sealed: bytes | None, place: str, row: int) -> bytes | None:
        """What stands in a row, or None where nothing does or nothing can be read any more.

        For whoever reads many rows: one damaged value must not cost them all the others. It is logged once.
        """
        if sealed is None:
            return None
        try:
            return self.open(sealed, place)
        except CannotDecrypt:
            self.report(place, row)
            return None

    def read_text(self, sealed: bytes | None, place: str, row: int) -> str | None:
        """Words, as `read` gives them."""
        value = self.read(sealed, place, row)
        return None if value is None else value.decode()

    def read_json(self, sealed: bytes | None, place: str, row: int) -> dict[str, Any]:
        """A JSON object, as `read` gives it; empty where there is none."""
        value = self.read(sealed, place, row)
        return {} if value is None else dict(json.loads(value))

    def report(self, place: str, row: int) -> None:
        """Log that a value cannot be opened, once for each."""
        if (place, row) not in self._reported and len(self._reported) < MOST_REPORTS:
            self._reported.add((place, row))
            log.error("cannot_decrypt", place=place, row=row, remedy="restore the key file or a backup")

    def lane(self, chat_id: int) -> str:
        """The name under which a chat is known in every table: 32 hex digits of a keyed hash.

        The key of this hash never changes, or nobody would find their own conversation again.
        """
        digest = hmac.new(self._lane_secret, str(chat_id).encode(), hashlib.sha256)
        return digest.hexdigest()[:LANE_DIGITS]

    def mark(self, value: bytes, place: str) -> str:
        """64 hex digits that only a holder of the key file can make of this value; the key never changes."""
        return hmac.new(self._lane_secret, place.encode() + b"\0" + value, hashlib.sha256).hexdigest()
