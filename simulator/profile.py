"""What a bot says about itself: name, descriptions, commands, menu button."""

from __future__ import annotations

import json
from typing import Any

from simulator.api import Json, bad_request

DEFAULT_NAME = "Bekal"
SCOPES = (
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
    "chat",
    "chat_administrators",
    "chat_member",
)


def scope_key(scope: Any) -> str:
    """A hashable form of a BotCommandScope. Raises ApiError for a scope that Telegram does not know."""
    if scope is None:
        return "default"
    if not isinstance(scope, dict):
        raise bad_request("can't parse BotCommandScope: expected an Object")
    if scope.get("type") not in SCOPES:
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    return "default" if scope == {"type": "default"} else json.dumps(scope, sort_keys=True)


class Profile:
    """Texts are kept per language code; "" is the text for everybody else."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.descriptions: dict[str, str] = {}
        self.short_descriptions: dict[str, str] = {}
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.menu_buttons: dict[int, Json] = {}

    def name(self, language: str = "") -> str:
        return self.names.get(language) or self.names.get("") or DEFAULT_NAME

    def description(self, language: str = "") -> str:
        return self.descriptions.get(language) or self.descriptions.get("", "")

    def commands_for(self, chat_id: int | None, language: str) -> list[Json]:
        """The commands that a person with this language sees in this private chat, narrowest scope first."""
        chat_scope = json.dumps({"chat_id": chat_id, "type": "chat"}, sort_keys=True)
        private = json.dumps({"type": "all_private_chats"})
        for scope in (chat_scope, private, "default"):
            for wanted in (language, ""):
                if commands := self.commands.get((scope, wanted)):
                    return commands
        return []
