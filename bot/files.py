"""Files inside outbox rows, which are JSON.

What is made for one person travels as base64. A file of the content folder travels as its path and is read
when it is sent.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from telegram import InputFile

from bot.client import Refused

KEY = "file_base64"
PATH_KEY = "file_path"


def as_param(name: str, content: bytes) -> dict[str, str]:
    """A file as the value of a Bot API parameter that an outbox row can hold."""
    return {KEY: base64.b64encode(content).decode(), "name": name}


def with_files(params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters as python-telegram-bot sends them, with each file unpacked or read.

    Raises Refused for a file that is gone by now: no later try will find it.
    """
    return {name: _file(value) if isinstance(value, Mapping) else value for name, value in params.items()}


def _file(value: Mapping[str, Any]) -> Any:
    if KEY in value:
        return InputFile(base64.b64decode(value[KEY]), filename=value["name"], attach=False)
    if PATH_KEY in value:
        path = Path(value[PATH_KEY])
        try:
            return InputFile(path.read_bytes(), filename=path.name, attach=False)
        except OSError as error:
            raise Refused("file_gone") from error
    return value


def without_files(params: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The parameters with the name of each file in place of the file."""
    if params is None:
        return None
    return {name: _name(value) if isinstance(value, Mapping) else value for name, value in params.items()}


def _name(value: Mapping[str, Any]) -> Any:
    if KEY in value:
        return value["name"]
    return Path(value[PATH_KEY]).name if PATH_KEY in value else value
