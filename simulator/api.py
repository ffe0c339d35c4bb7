"""What a Bot API call is: its parameters, and the errors that it may answer with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.bots import Bot
    from simulator.world import World

Json = dict[str, Any]


class ApiError(Exception):
    """A refusal in Telegram's words: `{"ok": false, "error_code": code, "description": description}`."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def as_json(self) -> Json:
        body: Json = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(words: str) -> ApiError:
    return ApiError(400, f"Bad Request: {words}")


def decode_json(text: str | bytes) -> Any:
    """Raises ValueError where the text is no JSON or holds half a surrogate pair."""
    value = json.loads(text)
    if (b"\\u" if isinstance(text, bytes) else "\\u") in text:  # type: ignore[operator]
        json.dumps(value, ensure_ascii=False).encode()
    return value


def to_integer(value: Any, default: int = 0) -> int:
    """A whole number from JSON or from a form; the default for everything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return default
    try:
        return int(value)
    except (ValueError, OverflowError):
        return default


@dataclass(slots=True)
class Upload:
    """A file that came in a multipart body."""

    name: str
    mime: str
    data: bytes


@dataclass(slots=True)
class Params:
    """The parameters of one call, whether they came as JSON, as a form or in the query string."""

    values: Mapping[str, Any]
    files: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        value = self.values.get(name)
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        if type(value) is int:
            return str(value)
        return json.dumps(value, ensure_ascii=False)

    def integer(self, name: str, default: int = 0) -> int:
        """The number under `name`; what cannot be read as one counts as the default, as at Telegram."""
        return to_integer(self.values.get(name), default)

    def flag(self, name: str) -> bool:
        value = self.values.get(name)
        if isinstance(value, str):
            return value.strip().lower() in ("true", "yes", "1")
        return bool(value)

    def structure(self, name: str) -> Any:
        """The JSON value under `name`, or None. Raises ValueError when a string holds no JSON."""
        value = self.values.get(name)
        if isinstance(value, str):
            return decode_json(value) if value.strip() else None
        return value

    def has(self, name: str) -> bool:
        return self.text(name) != "" or name in self.files


@dataclass(slots=True)
class Call:
    """One Bot API call on its way: who calls what with which parameters."""

    world: World
    bot: Bot
    method: str
    params: Params
