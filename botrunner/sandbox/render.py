"""State as the Bot API tells it to one bot."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter

from .state import BotAccount, Chat, Json, Member, Message, Person, State, StoredFile

ADMIN_RIGHTS = ("can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
                "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
                "can_edit_stories", "can_delete_stories", "can_post_messages", "can_edit_messages",
                "can_pin_messages", "can_manage_topics")  # fmt: skip


def person_json(person: Person) -> Json:
    user: Json = {"id": person.id, "is_bot": False, "first_name": person.first_name}
    if person.last_name:
        user["last_name"] = person.last_name
    if person.username:
        user["username"] = person.username
    if person.language_code:
        user["language_code"] = person.language_code
    return user


def bot_json(bot: BotAccount) -> Json:
    return {"id": bot.id, "is_bot": True, "first_name": bot.name, "username": bot.username}


def user_json(state: State, user_id: int) -> Json:
    bot = state.bots.get(user_id)
    if bot is not None:
        return bot_json(bot)
    person = state.people.get(user_id)
    return person_json(person) if person else {"id": user_id, "is_bot": False, "first_name": "Deleted Account"}


def chat_json(state: State, chat: Chat) -> Json:
    if chat.private:
        person = state.people[chat.id]
        body: Json = {"id": chat.id, "type": "private", "first_name": person.first_name}
        if person.last_name:
            body["last_name"] = person.last_name
        if person.username:
            body["username"] = person.username
        return body
    body = {"id": chat.id, "type": chat.type, "title": chat.title}
    if chat.username:
        body["username"] = chat.username
    if chat.is_forum:
        body["is_forum"] = True
    return body


def member_json(state: State, user_id: int, member: Member, chat_type: str = "supergroup") -> Json:
    body: Json = {"user": user_json(state, user_id), "status": member.status}
    if member.status == "creator":
        body["is_anonymous"] = False
    if member.status == "administrator":
        channel_only = ("can_post_messages", "can_edit_messages")
        rights = [r for r in ADMIN_RIGHTS if chat_type == "channel" or r not in channel_only]
        body |= {"can_be_edited": False, "is_anonymous": False, **{r: member.may(r) for r in rights}}
    if member.status == "kicked":
        body["until_date"] = 0
    return body


def file_id(file: StoredFile, bot_id: int) -> str:
    """Each bot sees its own id of the same file, as in Telegram."""
    raw = f"{bot_id}|{file.key}".encode()
    return "AgACAgI" + base64.urlsafe_b64encode(raw).decode().rstrip("=")


def read_file_id(value: str, bot_id: int) -> str | None:
    """The key of the file, None when the id is not this bot's."""
    encoded = value.removeprefix("AgACAgI")
    try:
        owner, _, key = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode().partition("|")
    except ValueError:
        return None
    return key if owner == str(bot_id) else None


def file_json(file: StoredFile, bot_id: int) -> Json:
    unique = hashlib.sha256(file.key.encode()).hexdigest()[:16]
    return {"file_id": file_id(file, bot_id), "file_unique_id": unique, "file_size": file.size}


def content_json(state: State, content: Json, bot_id: int) -> Json:
    if "photo" in content:
        file = state.files[content["photo"]]
        size = {**file_json(file, bot_id), "width": file.width, "height": file.height}
        return {**content, "photo": [size]}
    if "document" in content:
        file = state.files[content["document"]]
        document = {**file_json(file, bot_id), "file_name": file.name, "mime_type": file.mime}
        return {**content, "document": document}
    if "pinned_message" in content:
        return {"pinned_message": {"message_id": content["pinned_message"], "date": 0}}
    return content


def message_json(state: State, chat: Chat, message: Message, bot_id: int, *, with_reply: bool = True) -> Json:
    body: Json = {"message_id": message.id, "date": message.date, "chat": chat_json(state, chat)}
    if chat.type == "channel":
        body["sender_chat"] = body["chat"]
    else:
        body["from"] = user_json(state, message.sender_id)
    body.update(content_json(state, message.content, bot_id))
    if "pinned_message" in message.content:
        body["pinned_message"]["chat"] = body["chat"]
    if message.thread_id is not None:
        body |= {"message_thread_id": message.thread_id, "is_topic_message": True}
    if message.markup and "inline_keyboard" in message.markup:
        body["reply_markup"] = message.markup
    if message.edited_at is not None:
        body["edit_date"] = message.edited_at
    original = chat.messages.get(message.reply_to or 0)
    if original is not None and with_reply:
        body["reply_to_message"] = message_json(state, chat, original, bot_id, with_reply=False)
    return body


def reaction_types(emojis: list[str]) -> list[Json]:
    return [{"type": "emoji", "emoji": emoji} for emoji in emojis]


def reaction_counts(message: Message) -> list[Json]:
    totals = Counter(emoji for emojis in message.reactions.values() for emoji in emojis)
    return [{"type": {"type": "emoji", "emoji": emoji}, "total_count": n} for emoji, n in totals.items()]
