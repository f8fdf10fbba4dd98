"""Groups, channels and topics: who is in, who leads, how they change."""

from __future__ import annotations

from .errors import PersonError
from .render import chat_json, member_json, user_json
from .state import Chat, Json, Member, Topic
from .world import News, World

TOPIC_COLORS = (0x6FB9F0, 0xFFD67E, 0xCB86DB, 0x8EEE98, 0xFF93B2, 0xFB6F5F)


def set_member(
    world: World,
    chat: Chat,
    user_id: int,
    status: str,
    *,
    by: int | None = None,
    rights: dict[str, bool] | None = None,
) -> None:
    """Changes somebody's place in a group and tells its bots; joining and leaving is seen in the chat."""
    old, new = chat.member(user_id), Member(status, rights or {})
    if old == new:
        return
    chat.members[user_id] = new
    actor = by or user_id
    change: Json = {
        "chat": chat_json(world.state, chat),
        "from": user_json(world.state, actor),
        "date": int(world.clock),
        "old_chat_member": member_json(world.state, user_id, old, chat.type),
        "new_chat_member": member_json(world.state, user_id, new, chat.type),
    }
    if user_id in world.state.bots:
        world.push(world.state.bots[user_id], "my_chat_member", change)
    for bot, member in world.bots_in(chat):
        if member.admin and bot.id != user_id:
            world.push(bot, "chat_member", change)
    if chat.type != "channel" and old.inside != new.inside:
        user = user_json(world.state, user_id)
        world.post(chat, actor, {"new_chat_members": [user]} if new.inside else {"left_chat_member": user})
    world.tell(News("chats", chat))


def upgrade_group(world: World, chat: Chat, *, chat_id: int | None = None) -> Chat:
    """A basic group becomes a supergroup with another id, as when its owner switches topics on."""
    if chat.type != "group" or chat.migrated_to is not None:
        raise PersonError("Супергруппой становится только обычная группа.")
    new = world.add_group(chat.title, chat_id=chat_id)
    new.members = dict(chat.members)
    owner = next((uid for uid, member in chat.members.items() if member.status == "creator"), 0)
    world.post(chat, owner, {"migrate_to_chat_id": new.id})
    chat.migrated_to = new.id
    world.post(new, owner, {"migrate_from_chat_id": chat.id})
    world.tell(News("chats", new))
    return new


def create_topic(world: World, chat: Chat, user_id: int, name: str, icon_color: int = 0) -> Topic:
    """The id of a topic is the id of the message that announced it."""
    color = icon_color or TOPIC_COLORS[len(chat.topics) % len(TOPIC_COLORS)]
    topic = Topic(chat.last_message_id + 1, name, color)
    chat.topics[topic.id] = topic
    world.post(chat, user_id, {"forum_topic_created": {"name": name, "icon_color": color}}, thread_id=topic.id)
    world.tell(News("chats", chat))
    return topic


def set_topic_closed(world: World, chat: Chat, user_id: int, topic: Topic, closed: bool) -> None:
    topic.closed = closed
    event = "forum_topic_closed" if closed else "forum_topic_reopened"
    world.post(chat, user_id, {event: {}}, thread_id=topic.id)
    world.tell(News("chats", chat))


def delete_topic(world: World, chat: Chat, topic: Topic) -> None:
    del chat.topics[topic.id]
    chat.messages = {key: message for key, message in chat.messages.items() if message.thread_id != topic.id}
    world.tell(News("chats", chat))
