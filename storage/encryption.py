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
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.errors import CannotDecrypt
from storage.keys import Keys

KEY_ID_BYTES = 4
NONCE_BYTES = 12
LANE_DIGITS = 32


class Cipher:
    """Seals with the newest key and opens with any key of the file.

    Random nonces keep one key sound for 2**32 sealed values (about 20 years of 100,000 messages a day); put a
    new key at the front of the key file before that.
    """

    def __init__(self, keys: Keys) -> None:
        self._ciphers = {bytes.fromhex(key.id): AESGCM(key.secret) for key in keys.keys}
        self._newest = bytes.fromhex(keys.keys[0].id)
        self._lane_secret = keys.lane_secret

    def seal(self, value: bytes, place: str) -> bytes:
        """Seal bytes for `place` ("table.column")."""
        nonce = os.urandom(NONCE_BYTES)
        return self._newest + nonce + self._ciphers[self._newest].encrypt(nonce, value, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """Open what `seal` made for the same place. Raises CannotDecrypt."""
        key_id = sealed[:KEY_ID_BYTES]
        cipher = self._ciphers.get(key_id)
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

    def seal_json(self, value: Mapping[str, Any], place: str) -> bytes:
        """Seal a JSON object."""
        # Telegram may send halves of a character, which are no UTF-8: they become question marks.
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return self.seal(text.encode("utf-8", "replace"), place)

    def open_json(self, sealed: bytes, place: str) -> dict[str, Any]:
        """Open what `seal_json` made. Raises CannotDecrypt."""
        value: dict[str, Any] = json.loads(self.open(sealed, place))
        return value

    def lane(self, chat_id: int) -> str:
        """The name under which a chat is known in every table: 32 hex digits of a keyed hash.

        The key of this hash never changes, or nobody would find their own conversation again.
        """
        digest = hmac.new(self._lane_secret, str(chat_id).encode(), hashlib.sha256)
        return digest.hexdigest()[:LANE_DIGITS]

    def mark(self, value: bytes, place: str) -> str:
        """64 hex digits that only a holder of the key file can make of this value; the key never changes."""
        return hmac.new(self._lane_secret, place.encode() + b"\0" + value, hashlib.sha256).hexdigest()
