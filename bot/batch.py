"""`understand`: JSON lines in, JSON lines out, with the context of each conversation kept."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TextIO

import content
import nlu
from bot.models import load_engine, search_in
from bot.settings import Settings

CHOICES = 3


class BadLine(Exception):
    """A line of the input that is not one of the two forms; the message says what is wrong with it."""


def understand_lines(settings: Settings, lines: Iterable[str], out: TextIO) -> bool:
    """Write one object for each line, in order; a bad line gives {"line", "error"} -> False at the end."""
    catalog = content.load(settings.content_dir)
    engine = load_engine(settings, search_in(lambda: catalog))
    good = True
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        answer: dict[str, Any]
        try:
            answer = _answer(engine, line)
        except BadLine as error:
            answer, good = {"line": number, "error": str(error)}, False
            print(f"bekal: line {number}: {error}", file=sys.stderr)
        out.write(json.dumps(answer, ensure_ascii=True) + "\n")
        out.flush()
    return good


def _answer(engine: nlu.Understander, line: str) -> dict[str, Any]:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadLine(f"this is not JSON ({error})") from error
    if not isinstance(asked, dict):
        raise BadLine('write an object: {"text": "..."} or {"id": ..., "turns": [{"text": "..."}]}')
    if "turns" not in asked:
        return _with_id(asked, engine.understand(_text(asked)).as_json())
    if not isinstance(asked["turns"], list):
        raise BadLine('"turns" must be a list of {"text": "..."}')
    now = datetime.now(UTC)
    past: list[nlu.PastTurn] = []
    answers = []
    for turn in asked["turns"]:
        understood = engine.understand(_text(turn), nlu.Context(tuple(past), None, now))
        offered = (
            tuple(s.topic for s in understood.ranking[:CHOICES])
            if understood.decision is nlu.Decision.CHOOSE
            else ()
        )
        past.append(nlu.PastTurn(understood.topic, understood.destination, now, offered))
        answers.append(understood.as_json())
    return _with_id(asked, {"turns": answers})


def _text(asked: object) -> str:
    if not isinstance(asked, dict) or not isinstance(asked.get("text"), str):
        raise BadLine('"text" is missing or not a text')
    return str(asked["text"])


def _with_id(asked: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    return {"id": asked["id"], **answer} if "id" in asked else answer
