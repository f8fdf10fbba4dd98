"""How the bot presents itself: commands, names, descriptions, the menu button."""

from __future__ import annotations

import json
import re

from ..errors import bad_request
from ..state import Json
from ..world import News
from .registry import Call, method

COMMANDS_LIMIT = 100
SCOPES = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators", "chat",
          "chat_administrators", "chat_member")  # fmt: skip


def _scope(call: Call) -> str:
    """The key of a command list: its scope and language."""
    scope = call.params.json("scope", dict) or {"type": "default"}
    if scope.get("type") not in SCOPES:
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    if scope["type"].startswith("chat"):
        call.world.chat_of_bot(call.bot, str(scope.get("chat_id", "")))
    return json.dumps([scope, call.params.text("language_code")], sort_keys=True)


@method
def set_my_commands(call: Call) -> bool:
    commands = call.params.json("commands", list) or []
    if len(commands) > COMMANDS_LIMIT:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", str(command.get("command", "")).removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", ""))) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    call.bot.commands[_scope(call)] = [
        {"command": str(item["command"]).removeprefix("/"), "description": item["description"]} for item in commands
    ]
    call.world.tell(News("bots"))
    return True


@method
def get_my_commands(call: Call) -> list[Json]:
    return call.bot.commands.get(_scope(call), [])


@method
def delete_my_commands(call: Call) -> bool:
    call.bot.commands.pop(_scope(call), None)
    call.world.tell(News("bots"))
    return True


def _bounded(call: Call, name: str, limit: int) -> str:
    value = call.params.text(name)
    if len(value) > limit:
        raise bad_request(f"{name.replace('_', ' ')} is too long")
    return value


@method
def set_my_name(call: Call) -> bool:
    call.bot.name = _bounded(call, "name", 64) or call.bot.name
    call.world.tell(News("bots"))
    return True


@method
def get_my_name(call: Call) -> Json:
    return {"name": call.bot.name}


@method
def set_my_description(call: Call) -> bool:
    call.bot.description = _bounded(call, "description", 512)
    call.world.tell(News("bots"))
    return True


@method
def get_my_description(call: Call) -> Json:
    return {"description": call.bot.description}


@method
def set_my_short_description(call: Call) -> bool:
    call.bot.short_description = _bounded(call, "short_description", 120)
    call.world.tell(News("bots"))
    return True


@method
def get_my_short_description(call: Call) -> Json:
    return {"short_description": call.bot.short_description}


@method
def set_chat_menu_button(call: Call) -> bool:
    button = call.params.json("menu_button", dict) or {"type": "default"}
    if button.get("type") not in ("default", "commands", "web_app"):
        raise bad_request("can't parse menu button: unsupported type specified")
    call.bot.menu_button = {"type": "commands"} if button["type"] == "default" else button
    return True


@method
def get_chat_menu_button(call: Call) -> Json:
    return call.bot.menu_button
