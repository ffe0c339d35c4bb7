"""Photos, documents, voice messages and audio; getFile."""

from __future__ import annotations

import struct
from pathlib import PurePosixPath

from simulator.api import Call, Json, bad_request
from simulator.files import MAX_DOWNLOAD, MAX_PHOTO, MAX_UPLOAD, MAX_VOICE, StoredFile
from simulator.keyboards import reply_markup
from simulator.methods.messages import caption
from simulator.methods.targets import deliver, open_chat

LIMITS = {"photo": MAX_PHOTO, "voice": MAX_UPLOAD, "audio": MAX_UPLOAD, "document": MAX_UPLOAD}


def stored_file(call: Call, kind: str) -> StoredFile:
    """The file of a call: uploaded under its own name or as attach://, or one known by its id."""
    upload = call.params.files.get(kind)
    reference = call.params.text(kind)
    if upload is None and reference.startswith("attach://"):
        upload = call.params.files.get(reference.removeprefix("attach://"))
    if upload is not None:
        if not upload.data:
            raise bad_request("file must be non-empty")
        if len(upload.data) > LIMITS[kind]:
            raise bad_request("file is too big" if kind != "photo" else "PHOTO_INVALID_DIMENSIONS")
        if kind == "photo" and image_size(upload.data) is None:
            raise bad_request("IMAGE_PROCESS_FAILED")
        return call.world.files.add(kind, upload)
    if not reference:
        raise bad_request(f"there is no {kind} in the request")
    if reference.lower().startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    known = call.world.files.by_id.get(reference)
    if known is None:
        raise bad_request("wrong remote file identifier specified: Wrong character in the string")
    if known.kind != kind and kind != "document":
        raise bad_request(f"can't use file of type {known.kind.title()} as {kind.title()}")
    return known


def image_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG, GIF or JPEG, or None where it is none of these."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    if data[:6] in (b"GIF87a", b"GIF89a") and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
        return width, height
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return 512, 512
    if not data.startswith(b"\xff\xd8"):
        return None
    position = 2
    while position + 9 < len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[position + 5 : position + 9])
            return width, height
        position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    return None


def photo_sizes(stored: StoredFile) -> list[Json]:
    width, height = image_size(stored.data) or (800, 600)
    return [{**stored.as_json(), "width": width, "height": height}]


def described(stored: StoredFile, kind: str, duration: int = 0) -> Json:
    """The file as a field of a message."""
    body = stored.as_json()
    body["mime_type"] = stored.mime
    if kind in ("voice", "audio"):
        body["duration"] = duration
    if kind in ("document", "audio"):
        body["file_name"] = PurePosixPath(stored.name).name
    return body


def send_photo(call: Call) -> Json:
    chat = open_chat(call)
    text = caption(call)
    stored = stored_file(call, "photo")
    return deliver(call, chat, {"photo": photo_sizes(stored), **text}, reply_markup(call.params))


def _send(call: Call, kind: str) -> Json:
    chat = open_chat(call)
    text = caption(call)
    stored = stored_file(call, kind)
    # A voice note beyond 1 MB is not refused: it arrives as an ordinary audio file.
    shown = "audio" if kind == "voice" and len(stored.data) > MAX_VOICE else kind
    content: Json = {shown: described(stored, shown, call.params.integer("duration"))}
    if kind == "audio":
        for name in ("performer", "title"):
            if value := call.params.text(name):
                content["audio"][name] = value
    return deliver(call, chat, {**content, **text}, reply_markup(call.params))


def send_document(call: Call) -> Json:
    return _send(call, "document")


def send_voice(call: Call) -> Json:
    return _send(call, "voice")


def send_audio(call: Call) -> Json:
    return _send(call, "audio")


def get_file(call: Call) -> Json:
    file_id = call.params.text("file_id")
    if not file_id:
        raise bad_request("file_id not specified")
    stored = call.world.files.by_id.get(file_id)
    if stored is None:
        raise bad_request("invalid file_id")
    if len(stored.data) > MAX_DOWNLOAD:
        raise bad_request("file is too big")
    return {**stored.as_json(), "file_path": stored.path}


METHODS = {
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "sendVoice": send_voice,
    "sendAudio": send_audio,
    "getFile": get_file,
}
