"""The Bot API methods, by lower-case name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from simulator.api import Call
from simulator.methods import chats, editing, media, messages, profile, updates

Method = Callable[[Call], Any | Awaitable[Any]]

METHODS: dict[str, Method] = {
    name.lower(): method
    for module in (messages, media, editing, chats, profile, updates)
    for name, method in module.METHODS.items()
}
NAMES: dict[str, str] = {
    name.lower(): name
    for module in (messages, media, editing, chats, profile, updates)
    for name in module.METHODS
}

__all__ = ["METHODS", "NAMES", "Method"]
