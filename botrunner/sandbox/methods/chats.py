"""Chats and who is in them."""

from __future__ import annotations

from ..errors import bad_request
from ..groups import set_member
from ..render import chat_json, member_json, message_json
from ..state import Json
from .registry import Call, method


@method
def get_chat(call: Call) -> Json:
    chat = call.chat()
    gifts = (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    )
    info: Json = {
        **chat_json(call.world.state, chat),
        "accent_color_id": chat.id % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }
    pinned = chat.messages.get(chat.pinned_id or 0)
    if pinned is not None:
        info["pinned_message"] = message_json(call.world.state, chat, pinned, call.bot.id)
    return info


@method
def get_chat_member(call: Call) -> Json:
    chat = call.chat()
    user_id = call.params.integer("user_id")
    state = call.world.state
    if user_id not in state.people and user_id not in state.bots:
        raise bad_request("invalid user_id specified")
    member = call.member(chat) if chat.private else chat.member(user_id)
    return member_json(state, user_id, member, chat.type)


@method
def get_chat_administrators(call: Call) -> list[Json]:
    """Other bots are left out, the asking one is not."""
    chat = call.chat()
    if chat.private:
        raise bad_request("there are no administrators in the private chat")
    state = call.world.state
    return [
        member_json(state, user_id, member, chat.type)
        for user_id, member in chat.members.items()
        if member.admin and (user_id not in state.bots or user_id == call.bot.id)
    ]


@method
def get_chat_member_count(call: Call) -> int:
    chat = call.chat()
    return 2 if chat.private else sum(member.inside for member in chat.members.values())


@method
def leave_chat(call: Call) -> bool:
    chat = call.chat()
    if chat.private:
        raise bad_request("chat not found")
    set_member(call.world, chat, call.bot.id, "left")
    return True
