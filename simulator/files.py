"""Files that were uploaded, by bots or from the chat page."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass

from simulator.api import Json, Upload

MAX_DOWNLOAD = 20 * 1024 * 1024
MAX_UPLOAD = 50 * 1024 * 1024
MAX_PHOTO = 10 * 1024 * 1024
MAX_VOICE = 1024 * 1024

FOLDERS = {
    "photo": "photos",
    "voice": "voice",
    "audio": "music",
    "document": "documents",
    "sticker": "stickers",
}
PREFIXES = {
    "photo": "AgACAgU",
    "voice": "AwACAgU",
    "audio": "CQACAgU",
    "document": "BQACAgU",
    "sticker": "CAACAgU",
}


@dataclass(slots=True)
class StoredFile:
    """A file at the simulated Telegram. `file_id` serves to send it again, `path` to download it."""

    file_id: str
    unique_id: str
    kind: str
    name: str
    mime: str
    data: bytes
    path: str

    def as_json(self) -> Json:
        return {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": len(self.data)}


class FileStore:
    """Files by id and by path, in memory."""

    def __init__(self) -> None:
        self.by_id: dict[str, StoredFile] = {}
        self.by_path: dict[str, StoredFile] = {}
        self._numbers = itertools.count()

    def add(self, kind: str, upload: Upload) -> StoredFile:
        number = next(self._numbers)
        digest = hashlib.sha256(upload.data + kind.encode()).hexdigest()
        suffix = upload.name.rpartition(".")[2] if "." in upload.name else "bin"
        path = f"{FOLDERS[kind]}/file_{number}.{suffix if suffix.isalnum() else 'bin'}"
        stored = StoredFile(
            file_id=f"{PREFIXES[kind]}{number:08x}{digest[:40]}",
            unique_id=f"AgAD{digest[:12]}",
            kind=kind,
            name=upload.name,
            mime=upload.mime,
            data=upload.data,
            path=path,
        )
        self.by_id[stored.file_id] = stored
        self.by_path[path] = stored
        return stored

    def clear(self) -> None:
        self.by_id.clear()
        self.by_path.clear()
