"""/dataku: everything held about a person, as a page to read and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.files import as_param, without_files

Say = Callable[[str], str]


def export_calls(held: dict[str, Any], say: Say, now: datetime) -> list[tuple[str, dict[str, Any]]]:
    """The two documents as Bot API calls. `held` is what `storage.people.export` gives."""
    day = now.date().isoformat()
    readable, machine = documents(held, say)
    return [
        ("sendDocument", {"document": as_param(f"bekal-{day}.txt", readable)}),
        ("sendDocument", {"document": as_param(f"bekal-{day}.json", machine)}),
    ]


def documents(held: dict[str, Any], say: Say) -> tuple[bytes, bytes]:
    """What is held as a page to read and as JSON, both UTF-8."""
    # Earlier exports are named, not held: each would hold all before it.
    held = {**held, "sent": [{**sent, "params": without_files(sent["params"])} for sent in held["sent"]]}
    page = "\n".join(_page(held, say)) + "\n"
    return page.encode(), json.dumps(held, ensure_ascii=False, indent=1).encode()


def _page(held: dict[str, Any], say: Say) -> list[str]:
    lines = [say("Semua data Anda yang disimpan Bekal"), ""]
    chat = held["chat"] or {}
    lines += [f"{key}: {chat[key]}" for key in sorted(chat) if key != "context"]
    lines += ["", say("Pesan Anda yang disimpan"), ""]
    for turn in held["turns"]:
        lines.append(f"{turn['at']}  {turn['text'] or '-'}  [{turn['topic'] or '-'}]")
    lines += ["", say("Catatan untuk petugas"), ""]
    for case in held["cases"]:
        lines.append(f"{case['opened_at']}  {case['kind']}  {case['status']}")
        lines += [f"    {event['at']}  {event['what']}  {event['detail'] or ''}" for event in case["events"]]
    lines += ["", say("Pesan dari Bekal"), ""]
    for sent in held["sent"]:
        text = (sent["params"] or {}).get("text", "-")
        lines.append(f"{sent['created_at']}  {text.splitlines()[0] if text else '-'}")
    return lines
