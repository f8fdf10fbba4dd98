"""Forum topics."""

from __future__ import annotations

from ..errors import bad_request
from ..groups import TOPIC_COLORS, create_topic, delete_topic, set_topic_closed
from ..state import Chat, Json, Topic
from ..world import News
from .registry import Call, method

NAME_LIMIT = 128


def _forum(call: Call, action: str) -> Chat:
    chat = call.chat()
    if not chat.is_forum:
        raise bad_request("the chat is not a forum")
    if not call.member(chat).may("can_manage_topics"):
        raise bad_request(f"not enough rights to {action} a topic")
    return chat


def _topic(call: Call, chat: Chat) -> Topic:
    topic = chat.topics.get(call.params.integer("message_thread_id"))
    if topic is None:
        raise bad_request("message thread not found")
    return topic


def _name(call: Call) -> str:
    name = call.params.text("name").strip()
    if not name:
        raise bad_request("TOPIC_TITLE_EMPTY")
    return name[:NAME_LIMIT]


@method
def create_forum_topic(call: Call) -> Json:
    chat = _forum(call, "create")
    color = call.params.integer("icon_color")
    if color and color not in TOPIC_COLORS:
        raise bad_request("invalid icon color specified")
    topic = create_topic(call.world, chat, call.bot.id, _name(call), color)
    return {"message_thread_id": topic.id, "name": topic.name, "icon_color": topic.icon_color}


@method
def edit_forum_topic(call: Call) -> bool:
    chat = _forum(call, "edit")
    topic, name = _topic(call, chat), _name(call)
    if topic.name == name:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.name = name
    call.world.post(chat, call.bot.id, {"forum_topic_edited": {"name": name}}, thread_id=topic.id)
    call.world.tell(News("chats", chat))
    return True


@method
def close_forum_topic(call: Call) -> bool:
    return _set_closed(call, closed=True)


@method
def reopen_forum_topic(call: Call) -> bool:
    return _set_closed(call, closed=False)


def _set_closed(call: Call, *, closed: bool) -> bool:
    chat = _forum(call, "close" if closed else "reopen")
    topic = _topic(call, chat)
    if topic.closed == closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    set_topic_closed(call.world, chat, call.bot.id, topic, closed)
    return True


@method
def delete_forum_topic(call: Call) -> bool:
    chat = _forum(call, "delete")
    delete_topic(call.world, chat, _topic(call, chat))
    return True
