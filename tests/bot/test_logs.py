"""Logs hold event names and ids; words and secrets stay out whatever a library logs."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest

from bot import logs

SECRET = "saya disekap majikan 3201011708900001"


LogLines = Callable[[], tuple[str, list[dict[str, object]]]]


@pytest.fixture
def log_lines() -> Iterator[LogLines]:
    stream = io.StringIO()
    root = logging.getLogger()
    before = root.handlers[:]
    logs.configure("debug", stream)

    def read() -> tuple[str, list[dict[str, object]]]:
        return stream.getvalue(), [json.loads(line) for line in stream.getvalue().splitlines()]

    yield read
    root.handlers[:] = before


def test_an_event_is_one_line_of_json(log_lines: LogLines) -> None:
    logs.get_logger("lanes").info("turn_done", row=7, note="a\nb\r\x1b[31mc")
    text, events = log_lines()
    assert len(text.splitlines()) == 1
    assert events[0]["event"] == "turn_done"
    assert events[0]["row"] == 7
    assert "\x1b" not in text


def test_a_librarys_record_keeps_its_template_only(log_lines: LogLines) -> None:
    logging.getLogger("telegram.ext.Application").error("Update %s caused an error", {"text": SECRET})
    text, events = log_lines()
    assert SECRET not in text
    assert events[0]["template"] == "Update %s caused an error"


def test_an_exception_is_its_type_and_place_without_its_message(log_lines: LogLines) -> None:
    def raise_it() -> None:
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise ValueError(SECRET) from error

    for log in (logs.get_logger("lanes"), logging.getLogger("aiohttp.server")):
        try:
            raise_it()
        except ValueError:
            log.exception("turn_failed")
    text, events = log_lines()
    assert SECRET not in text
    for event in events:
        assert "ValueError at test_logs.py" in str(event["error"])
        assert "caused by KeyError" in str(event["error"])
