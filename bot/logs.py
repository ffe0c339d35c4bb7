"""Logs: constant event names with ids as fields. Nobody's words and no secret can get in.

Our own events carry only what the caller names. Records of libraries keep their template without its
arguments (python-telegram-bot puts whole updates into them), and an exception is shown as its type and where
it was raised, never with its message, which may quote a text or a URL that holds the token.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, TextIO

import structlog

MAX_FRAMES = 8
MAX_FIELD = 300


def describe(error: BaseException) -> str:
    """An exception as `Type at file:line function <- ...`, with its causes and without any message."""
    parts: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        frames = traceback.extract_tb(current.__traceback__)[-MAX_FRAMES:]
        where = " <- ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in reversed(frames))
        parts.append(f"{type(current).__name__} at {where or 'unknown'}")
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return " | caused by ".join(parts)


def _safe(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    record = event.pop("_record", None)
    event.pop("_from_structlog", None)
    if record is not None and not record.name.startswith("bekal"):
        event["event"] = "library_message"
        event["template"] = str(record.msg)
    exc_info = event.pop("exc_info", None)
    error = exc_info[1] if isinstance(exc_info, tuple) else sys.exception() if exc_info is True else exc_info
    if isinstance(error, BaseException):
        event["error"] = describe(error)
    for key, value in event.items():
        if isinstance(value, str):
            # One event is one line: a CR or an escape sequence in a field must not forge another.
            event[key] = "".join(c if c.isprintable() else " " for c in value[:MAX_FIELD])
    return event


def configure(level: str = "info", stream: TextIO | None = None) -> None:
    """Send all logs to `stream` (stderr): JSON lines, or short coloured lines on a terminal."""
    stream = stream or sys.stderr
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    render: Any = (
        structlog.dev.ConsoleRenderer()
        if stream.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=True)
    )
    formatter = structlog.stdlib.ProcessorFormatter(processors=[_safe, render], foreign_pre_chain=shared)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("bekal").setLevel(level.upper())
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def get_logger(name: str) -> Any:
    """A logger under `bekal.`; events are constant names: `log.warning("send_failed", row=7)`."""
    return structlog.stdlib.get_logger(f"bekal.{name}")
