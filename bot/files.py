"""Files inside outbox rows: an outbox row is JSON, so a file travels as base64 until it is sent."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from telegram import InputFile

KEY = "file_base64"


def as_param(name: str, content: bytes) -> dict[str, str]:
    """A file as the value of a Bot API parameter that an outbox row can hold."""
    return {KEY: base64.b64encode(content).decode(), "name": name}


def with_files(params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters as python-telegram-bot sends them, with each file unpacked."""
    return {
        name: InputFile(base64.b64decode(value[KEY]), filename=value["name"], attach=False)
        if isinstance(value, Mapping) and KEY in value
        else value
        for name, value in params.items()
    }


def without_files(params: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The parameters with the name of each file in place of its content."""
    if params is None:
        return None
    return {
        name: value["name"] if isinstance(value, Mapping) and KEY in value else value
        for name, value in params.items()
    }
