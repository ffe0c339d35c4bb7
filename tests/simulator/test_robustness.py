"""Whatever a bot sends, the simulator answers: a result that is JSON, or a refusal."""

from __future__ import annotations

import inspect
import json
from typing import Any

import pytest

from simulator.api import ApiError, Call, Params
from simulator.methods import METHODS, NAMES
from simulator.people import People
from simulator.world import World

KEYBOARD = {"inline_keyboard": [[{"text": "Ya", "callback_data": "yes"}]]}
GOOD: dict[str, Any] = {
    "message_id": 1,
    "message_ids": [1],
    "text": "halo",
    "caption": "ini",
    "entities": [{"type": "bold", "offset": 0, "length": 1}],
    "caption_entities": [{"type": "bold", "offset": 0, "length": 1}],
    "parse_mode": "",
    "reply_markup": KEYBOARD,
    "reply_parameters": {"message_id": 1, "allow_sending_without_reply": True},
    "link_preview_options": {"is_disabled": True},
    "photo": "x",
    "voice": "x",
    "document": "x",
    "audio": "x",
    "file_id": "x",
    "duration": 1,
    "action": "typing",
    "latitude": 1.0,
    "longitude": 1.0,
    "phone_number": "0812",
    "first_name": "Sari",
    "callback_query_id": "1",
    "commands": [{"command": "a", "description": "b"}],
    "scope": {"type": "default"},
    "language_code": "id",
    "name": "Bekal",
    "description": "Bekal",
    "short_description": "Bekal",
    "menu_button": {"type": "commands"},
    "reaction": [{"type": "emoji", "emoji": "👍"}],
    "message_thread_id": 0,
    "protect_content": True,
}
DEEP = json.dumps([[[[[{}]]]]])
BAD_URL = "http://["
ODD: list[Any] = [
    *(None, True, -1, 0, 10**30, 1.5, float("inf"), "", "x", "1", "{", "[]", "{}", "null", "\x00"),
    *("😀" * 5000, DEEP, [], {}, [None], [[]], [{}], [[[{}]]], {"type": []}),
    *({"message_id": "x"}, {"message_id": {}}, {"keyboard": [[None]]}, {"keyboard": 5}),
    *({"inline_keyboard": {}}, {"inline_keyboard": [{}]}, {"inline_keyboard": [[{"text": [], "url": {}}]]}),
    {"inline_keyboard": [[{"text": "a", "url": BAD_URL, "style": []}]]},
    '{"inline_keyboard": [[{"text": "\\ud800", "callback_data": "\\ud800"}]]}',
    [{"type": "bold", "offset": "x", "length": []}],
    [{"type": "text_link", "offset": 0, "length": 1, "url": BAD_URL}],
    [{"type": "emoji", "emoji": []}],
    [{"command": [], "description": {}}],
    {"type": "chat", "chat_id": []},
]
SYNC = sorted(name for name, method in METHODS.items() if not inspect.iscoroutinefunction(method))


@pytest.mark.parametrize("method", [NAMES[name] for name in SYNC])
def test_a_call_gets_a_result_or_a_refusal(method: str) -> None:
    world = World()
    user = world.add_user("Sari")
    for name in ("chat_id", *GOOD):
        for value in ODD:
            People(world).write(world.main_bot, {"user": user.id, "text": "halo"})
            params = {"chat_id": user.id, **GOOD, name: value}
            call = Call(world, world.main_bot, method.lower(), Params(params))
            try:
                json.dumps(METHODS[method.lower()](call), ensure_ascii=False).encode()
            except ApiError as error:
                assert 400 <= error.code < 500, (name, value)  # noqa: PT017  any refusal will do
            except Exception as error:
                raise AssertionError(f"{name}={value!r}") from error
