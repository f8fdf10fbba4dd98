"""Privacy mode: what a bot sees in a group (https://core.telegram.org/bots/features#privacy-mode)."""

from __future__ import annotations

from .state import BotAccount, Chat, Json, Member, Message

SERVICE = ("new_chat_members", "left_chat_member", "forum_topic_created", "forum_topic_edited",
           "forum_topic_closed", "forum_topic_reopened", "migrate_to_chat_id", "migrate_from_chat_id",
           "pinned_message", "group_chat_created")  # fmt: skip


def bot_sees(bot: BotAccount, member: Member, chat: Chat, message: Message) -> bool:
    content = message.content
    if chat.type in ("private", "channel") or member.admin or not bot.privacy or is_service(content):
        return True
    original = chat.messages.get(message.reply_to or 0)
    if original is not None and original.sender_id == bot.id:
        return True
    return _addressed(bot, content)


def is_service(content: Json) -> bool:
    return any(name in content for name in SERVICE)


def _addressed(bot: BotAccount, content: Json) -> bool:
    """A command for all or for this bot, or a mention of it."""
    text = content.get("text") or content.get("caption") or ""
    units = text.encode("utf-16-le", "surrogatepass")
    for entity in content.get("entities") or content.get("caption_entities") or []:
        if entity["type"] not in ("bot_command", "mention"):
            continue
        start, end = entity["offset"] * 2, (entity["offset"] + entity["length"]) * 2
        _, at, name = units[start:end].decode("utf-16-le", "replace").lower().partition("@")
        if (entity["type"] == "bot_command" and not at) or name == bot.username.lower():
            return True
    return False
