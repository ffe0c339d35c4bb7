"""What a bot says about itself: commands, descriptions, name, menu button."""

from __future__ import annotations

import re
from typing import Any

from simulator.api import Call, Json, bad_request
from simulator.profile import scope_key

MAX_COMMANDS = 100
MAX_COMMAND_DESCRIPTION = 256
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")


def _structure(call: Call, name: str, words: str) -> Any:
    try:
        return call.params.structure(name)
    except ValueError as error:
        raise bad_request(f"can't parse {words} JSON object") from error


def _place(call: Call) -> tuple[str, str]:
    language = call.params.text("language_code")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise bad_request("invalid language code specified")
    return scope_key(_structure(call, "scope", "BotCommandScope")), language


def set_my_commands(call: Call) -> bool:
    commands = _structure(call, "commands", "commands")
    if not isinstance(commands, list):
        raise bad_request("can't parse commands: expected an Array of BotCommand")
    if len(commands) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    place = _place(call)
    call.bot.profile.commands[place] = [_command(command) for command in commands]
    publish(call)
    return True


def _command(command: Any) -> Json:
    if not isinstance(command, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    name, description = str(command.get("command", "")), str(command.get("description", ""))
    name = name.removeprefix("/")
    if not _COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not description.strip() or len(description) > MAX_COMMAND_DESCRIPTION:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": description}


def get_my_commands(call: Call) -> list[Json]:
    return call.bot.profile.commands.get(_place(call), [])


def delete_my_commands(call: Call) -> bool:
    call.bot.profile.commands.pop(_place(call), None)
    publish(call)
    return True


def _set_text(call: Call, table: dict[str, str], field: str, limit: int, words: str) -> bool:
    text = call.params.text(field)
    if len(text) > limit:
        raise bad_request(words)
    table[_place(call)[1]] = text
    publish(call)
    return True


def set_my_name(call: Call) -> bool:
    return _set_text(call, call.bot.profile.names, "name", 64, "BOT_TITLE_INVALID")


def set_my_description(call: Call) -> bool:
    return _set_text(call, call.bot.profile.descriptions, "description", 512, "BOT_DESCRIPTION_INVALID")


def set_my_short_description(call: Call) -> bool:
    texts = call.bot.profile.short_descriptions
    return _set_text(call, texts, "short_description", 120, "BOT_SHORT_DESCRIPTION_INVALID")


def get_my_name(call: Call) -> Json:
    return {"name": call.bot.profile.name(_place(call)[1])}


def get_my_description(call: Call) -> Json:
    return {"description": call.bot.profile.description(_place(call)[1])}


def get_my_short_description(call: Call) -> Json:
    texts = call.bot.profile.short_descriptions
    return {"short_description": texts.get(_place(call)[1]) or texts.get("", "")}


def set_chat_menu_button(call: Call) -> bool:
    button = _structure(call, "menu_button", "menu button") or {"type": "default"}
    if not isinstance(button, dict) or button.get("type") not in ("default", "commands", "web_app"):
        raise bad_request("can't parse menu button: unsupported type specified")
    call.bot.profile.menu_buttons[call.params.integer("chat_id")] = button
    return True


def get_chat_menu_button(call: Call) -> Json:
    buttons = call.bot.profile.menu_buttons
    return buttons.get(call.params.integer("chat_id")) or buttons.get(0) or {"type": "commands"}


def publish(call: Call) -> None:
    if call.world.events.listeners:
        call.world.events.publish({"kind": "profile", "bot": call.bot.id})


METHODS = {
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyName": set_my_name,
    "getMyName": get_my_name,
    "setMyDescription": set_my_description,
    "getMyDescription": get_my_description,
    "setMyShortDescription": set_my_short_description,
    "getMyShortDescription": get_my_short_description,
    "setChatMenuButton": set_chat_menu_button,
    "getChatMenuButton": get_chat_menu_button,
}
