"""What a person does in their Telegram app."""

from __future__ import annotations

import zlib
from typing import Any

from .detect import detect_entities
from .errors import PersonError
from .files import save_upload
from .params import Upload
from .render import chat_json, member_json, message_json, person_json, reaction_counts, reaction_types
from .state import Chat, Json, Member, Message, Person
from .world import CALLBACK_LIFE, CallbackQuery, News, World

TEXT_LIMIT = 4096  # an app counts characters here, the Bot API counts UTF-16 units


def send_text(
    world: World,
    person: Person,
    chat: Chat,
    text: str,
    *,
    reply_to: int | None = None,
    thread_id: int | None = None,
) -> Message:
    """Sends the text, in parts when it is too long; returns the last message."""
    text = text.strip()
    if not text:
        raise PersonError("Напишите что-нибудь.")
    thread_id = _may_write(world, person, chat, thread_id, reply_to)
    while True:
        part, text = text[:TEXT_LIMIT], text[TEXT_LIMIT:]
        message = world.post(chat, person.id, text_content(part), thread_id=thread_id, reply_to=reply_to)
        if not text:
            return message


def text_content(text: str) -> Json:
    entities = detect_entities(text)
    return {"text": text, "entities": entities} if entities else {"text": text}


def send_file(
    world: World,
    person: Person,
    chat: Chat,
    upload: Upload,
    *,
    caption: str = "",
    thread_id: int | None = None,
) -> Message:
    thread_id = _may_write(world, person, chat, thread_id)
    photo = upload.mime.startswith("image/")
    content: Json = {"photo" if photo else "document": save_upload(world.state, world.files, upload, photo=photo)}
    if caption.strip():
        content["caption"] = caption.strip()[:1024]
    return world.post(chat, person.id, content, thread_id=thread_id)


def share_contact(world: World, person: Person, chat: Chat, *, phone: str = "", owner_id: int | None = None) -> Message:
    """The person's own card, or somebody else's when `owner_id` is not theirs (0: not a Telegram user)."""
    _may_write(world, person, chat, None)
    if phone and owner_id is None:
        person.phone = phone
    if not (phone or person.phone):
        raise PersonError("Укажите номер телефона.")
    owner = owner_id if owner_id is not None else person.id
    contact: Json = {"phone_number": phone or person.phone, "first_name": person.first_name}
    if person.last_name:
        contact["last_name"] = person.last_name
    if owner:
        contact["user_id"] = owner
    return world.post(chat, person.id, {"contact": contact})


def _may_write(
    world: World, person: Person, chat: Chat, thread_id: int | None, reply_to: int | None = None
) -> int | None:
    """The topic to write in; a reply stays in the topic of its original."""
    member = chat.member(person.id)
    if chat.blocked:
        raise PersonError("Вы заблокировали этого бота. Сначала разблокируйте его.")
    if not chat.private and not member.inside:
        raise PersonError("Вы не участник этого чата.")
    if chat.type == "channel" and not member.admin:
        raise PersonError("В канал пишут только администраторы.")
    original = chat.messages.get(reply_to or 0)
    if original is not None and original.thread_id is not None:
        thread_id = original.thread_id
    topic = chat.topics.get(thread_id or 0)
    if thread_id and topic is None:
        raise PersonError("Такой темы нет.")
    if topic and topic.closed and not member.admin:
        raise PersonError("Эта тема закрыта.")
    return thread_id or None


def press(world: World, person: Person, chat: Chat, message_id: int, data: str) -> CallbackQuery:
    """Presses the inline button with this callback data."""
    message = chat.messages.get(message_id)
    rows = ((message.markup or {}).get("inline_keyboard") or []) if message else []
    if message is None or not any(button.get("callback_data") == data for row in rows for button in row):
        raise PersonError("Этой кнопки больше нет.")
    bot = world.state.bots[message.sender_id]
    query = world.open_callback(bot, person, chat, message)
    payload: Json = {
        "id": query.id,
        "from": person_json(person),
        "message": message_json(world.state, chat, message, bot.id),
        "chat_instance": str(zlib.crc32(chat.key.encode())),
        "data": data,
    }
    world.push(bot, "callback_query", payload, CALLBACK_LIFE)
    return query


def edit_text(world: World, person: Person, chat: Chat, message_id: int, text: str) -> Message:
    message = chat.messages.get(message_id)
    if message is None or message.sender_id != person.id or "text" not in message.content:
        raise PersonError("Изменить можно только свой текст.")
    if not text.strip():
        raise PersonError("Напишите что-нибудь.")
    message.content = text_content(text.strip()[:TEXT_LIMIT])
    message.edited_at = int(world.clock)
    world.tell(News("edited", chat, message))
    world.deliver(chat, message, "edited_channel_post" if chat.type == "channel" else "edited_message")
    return message


def delete_message(world: World, person: Person, chat: Chat, message_id: int) -> None:
    """Bots are not told about deleted messages."""
    message = chat.messages.get(message_id)
    if message is None or not (chat.private or message.sender_id == person.id or chat.member(person.id).admin):
        raise PersonError("Это сообщение нельзя удалить.")
    del chat.messages[message_id]
    world.tell(News("deleted", chat, message))


def react(world: World, person: Person, chat: Chat, message_id: int, emojis: list[str]) -> None:
    message = chat.messages.get(message_id)
    if message is None:
        raise PersonError("Этого сообщения больше нет.")
    old = message.reactions.get(person.id, [])
    message.reactions[person.id] = emojis
    if not emojis:
        del message.reactions[person.id]
    world.tell(News("edited", chat, message))
    about: Json = {"chat": chat_json(world.state, chat), "message_id": message.id, "date": int(world.clock)}
    for bot, member in world.bots_in(chat):
        if chat.type == "channel" and member.admin:
            world.push(bot, "message_reaction_count", {**about, "reactions": reaction_counts(message)})
        elif chat.private or member.admin:
            changes: Json = {"old_reaction": reaction_types(old), "new_reaction": reaction_types(emojis)}
            world.push(bot, "message_reaction", {**about, "user": person_json(person), **changes})


def set_blocked(world: World, person: Person, chat: Chat, blocked: bool) -> None:
    if not chat.private or chat.bot_id is None or chat.blocked == blocked:
        return
    bot = world.state.bots[chat.bot_id]
    chat.blocked = blocked
    before, after = Member("member"), Member("kicked")
    old, new = (before, after) if blocked else (after, before)
    update: dict[str, Any] = {
        "chat": chat_json(world.state, chat),
        "from": person_json(person),
        "date": int(world.clock),
        "old_chat_member": member_json(world.state, bot.id, old),
        "new_chat_member": member_json(world.state, bot.id, new),
    }
    world.push(bot, "my_chat_member", update)
    world.tell(News("chats", chat))


def clear_chat(world: World, person: Person, chat: Chat) -> None:
    """The person no longer sees the past; the bot still may edit it, as in Telegram."""
    chat.cleared_to, chat.keyboard = chat.last_message_id, None
    world.tell(News("chats", chat, to=person.id))
