"""State as the web chat shows it to one person."""

from __future__ import annotations

import json
from typing import Any

from .render import reaction_counts
from .state import BotAccount, Chat, Json, Message, Person, State
from .world import World


def home_view(world: World, person: Person) -> Json:
    state = world.state
    return {
        "me": person.id,
        "people": [person_view(one) for one in state.people.values()],
        "bots": [bot_view(bot, person) for bot in state.bots.values()],
        "chats": [chat_view(world, chat, person) for chat in world.person_chats(person)],
        "groups": [_group_to_join(chat) for chat in state.chats.values() if _may_join(chat, person)],
    }


def _may_join(chat: Chat, person: Person) -> bool:
    member = chat.member(person.id)
    return not (chat.private or chat.migrated_to or member.inside or member.status == "kicked")


def _group_to_join(chat: Chat) -> Json:
    members = sum(member.inside for member in chat.members.values())
    return {"key": chat.key, "id": chat.id, "title": chat.title, "type": chat.type, "members": members}


def person_view(person: Person) -> Json:
    return {
        "id": person.id,
        "name": person.name,
        "username": person.username,
        "phone": person.phone,
        "language": person.language_code,
    }


def bot_view(bot: BotAccount, person: Person) -> Json:
    """No token in here."""
    return {
        "id": bot.id,
        "name": bot.name,
        "username": bot.username,
        "description": bot.description,
        "about": bot.short_description,
        "commands": _commands(bot, person),
    }


def _commands(bot: BotAccount, person: Person) -> list[Json]:
    """This chat's list wins over that of private chats, and that over the default one."""
    scopes: list[Json] = [{"type": "chat", "chat_id": person.id}, {"type": "all_private_chats"}, {"type": "default"}]
    for scope in scopes:
        for key, commands in bot.commands.items():
            if json.loads(key)[0] == scope and commands:
                return commands
    return []


def chat_view(world: World, chat: Chat, person: Person) -> Json:
    state = world.state
    shown = [message for message in chat.messages.values() if message.id > chat.cleared_to]
    read_to = chat.read_to.get(person.id, 0)
    return {
        "key": chat.key,
        "id": chat.id,
        "type": chat.type,
        "title": chat.title,
        "username": chat.username,
        "forum": chat.is_forum,
        "bot": chat.bot_id,
        "blocked": chat.blocked,
        "started": chat.last_message_id > chat.cleared_to,
        "unread": sum(message.id > read_to and message.sender_id != person.id for message in shown),
        "last": message_view(state, chat, shown[-1]) if shown else None,
        "keyboard": chat.keyboard,
        "topics": [
            {"id": t.id, "name": t.name, "color": t.icon_color, "closed": t.closed} for t in chat.topics.values()
        ],
        "members": [_member(state, uid, member.status) for uid, member in chat.members.items() if member.inside],
        "pinned": chat.pinned_id,
        "mayPost": chat.type != "channel" or chat.member(person.id).admin,
        "admin": chat.member(person.id).admin,
    }


def _member(state: State, user_id: int, status: str) -> Json:
    return {**_user(state, user_id), "status": status}


def _user(state: State, user_id: int) -> Json:
    bot = state.bots.get(user_id)
    who = bot or state.people.get(user_id)
    return {
        "id": user_id,
        "name": who.name if who else "…",
        "username": who.username if who else "",
        "bot": bool(bot),
    }


def message_view(state: State, chat: Chat, message: Message) -> Json:
    content = message.content
    body: Json = {
        "id": message.id,
        "from": _user(state, message.sender_id),
        "date": message.date,
        "edited": message.edited_at is not None,
        "text": content.get("text", content.get("caption", "")),
        "entities": content.get("entities", content.get("caption_entities", [])),
        "buttons": (message.markup or {}).get("inline_keyboard", []),
        "reactions": [{"emoji": r["type"]["emoji"], "count": r["total_count"]} for r in reaction_counts(message)],
        "reacted": message.reactions,
        "thread": message.thread_id,
        "reply": _quote(state, chat, message.reply_to),
        "contact": content.get("contact"),
        "forwarded": (content.get("forward_origin") or {}).get("sender_user_name"),
        "service": service_text(state, chat, content),
    }
    for kind in ("photo", "document"):
        file = state.files.get(content.get(kind, ""))
        if file is not None:
            shape = {"width": file.width, "height": file.height, "name": file.name, "size": file.size}
            body[kind] = {"url": f"/files/{file.key}", **shape}
    return body


def _quote(state: State, chat: Chat, message_id: int | None) -> Json | None:
    original = chat.messages.get(message_id or 0)
    if original is None:
        return None
    return {
        "id": original.id,
        "name": _user(state, original.sender_id)["name"],
        "text": preview(original.content),
    }


def preview(content: Json) -> str:
    text = str(content.get("text") or content.get("caption") or "")[:120]
    label = next((name for kind, name in LABELS.items() if kind in content), "")
    return " ".join(part for part in (label, text) if part)


LABELS = {"photo": "🖼 Фото", "document": "📎 Файл", "contact": "👤 Контакт"}


def service_text(state: State, chat: Chat, content: Json) -> str:
    """The grey line in the middle for a service message, empty for an ordinary one."""
    for kind, tell in SERVICE_TEXTS.items():
        if kind in content:
            return str(tell(content[kind]))
    if "pinned_message" in content:
        original = chat.messages.get(content["pinned_message"])
        return f"Закреплено: «{preview(original.content)}»" if original else "Закреплено сообщение"
    return ""


def _names(users: list[Json]) -> str:
    return ", ".join(f"{user['first_name']} {user.get('last_name', '')}".strip() for user in users)


SERVICE_TEXTS: dict[str, Any] = {
    "group_chat_created": lambda _: "Группа создана",
    "new_chat_members": lambda users: f"{_names(users)} теперь в группе",
    "left_chat_member": lambda user: f"{_names([user])} больше не в группе",
    "forum_topic_created": lambda topic: f"Создана тема «{topic['name']}»",
    "forum_topic_edited": lambda topic: f"Тема теперь называется «{topic.get('name', '')}»",
    "forum_topic_closed": lambda _: "Тема закрыта",
    "forum_topic_reopened": lambda _: "Тема снова открыта",
    "migrate_to_chat_id": lambda _: "Группа стала супергруппой",
    "migrate_from_chat_id": lambda _: "Группа стала супергруппой",
}
