"""Changing and removing messages, answering presses."""

from __future__ import annotations

from ..errors import bad_request
from ..limits import read_caption, read_markup, read_text
from ..render import message_json, reaction_types
from ..state import Chat, Json, Message
from ..world import News
from .registry import Call, method
from .sending import read_media

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup "
    "are exactly the same as a current content and reply markup of the message"
)
DELETABLE_FOR = 48 * 3600
ANSWER_LIMIT = 200
REACTIONS = set(
    "👍👎❤🔥🥰👏😁🤔🤯😱🤬😢🎉🤩🤮💩🙏👌🕊🤡🥱🥴😍🐳🌚🌭💯🤣⚡🍌🏆💔🤨😐🍓🍾💋🖕😈😴😭🤓👻👀🎃🙈😇😨🤝✍🤗🫡🎅🎄☃💅🤪🗿🆒💘🙉🦄😘💊🙊😎👾😡"
)


@method
def edit_message_text(call: Call) -> Json:
    chat, message = _own_message(call)
    content = read_text(call.params)
    if "text" not in message.content:
        raise bad_request("there is no text in the message to edit")
    return _change(call, chat, message, content)


@method
def edit_message_caption(call: Call) -> Json:
    chat, message = _own_message(call)
    caption = read_caption(call.params)
    if not {"photo", "document"} & message.content.keys():
        raise bad_request("there is no caption in the message to edit")
    kept = {key: value for key, value in message.content.items() if not key.startswith("caption")}
    return _change(call, chat, message, {**kept, **caption})


@method
def edit_message_media(call: Call) -> Json:
    chat, message = _own_message(call)
    media = call.params.json("media", dict)
    if media is None:
        raise bad_request("media is empty")
    if message.content.get("media_group_id"):
        raise bad_request("message can't be edited: it is a part of an album")
    return _change(call, chat, message, read_media(call, media))


@method
def edit_message_reply_markup(call: Call) -> Json:
    chat, message = _own_message(call)
    return _change(call, chat, message, message.content)


def _own_message(call: Call) -> tuple[Chat, Message]:
    chat = call.chat()
    message = call.message(chat, "message to edit not found")
    if message.sender_id != call.bot.id:
        raise bad_request("message can't be edited")
    return chat, message


def _change(call: Call, chat: Chat, message: Message, content: Json) -> Json:
    """An edit without reply_markup removes the inline keyboard, as in Telegram."""
    markup = read_markup(call.params)
    if markup and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    if markup == {"inline_keyboard": []}:
        markup = None
    if content == message.content and markup == message.markup:
        raise bad_request(NOT_MODIFIED)
    if content != message.content:
        message.edited_at = int(call.world.clock)
    message.content, message.markup = content, markup
    call.world.tell(News("edited", chat, message))
    return message_json(call.world.state, chat, message, call.bot.id)


@method
def delete_message(call: Call) -> bool:
    chat = call.chat()
    message = call.message(chat, "message to delete not found")
    own = message.sender_id == call.bot.id
    allowed = own or chat.private or call.member(chat).may("can_delete_messages")
    if not allowed or (call.world.clock - message.date > DELETABLE_FOR and not call.member(chat).admin):
        raise bad_request("message can't be deleted for everyone" if own else "message can't be deleted")
    del chat.messages[message.id]
    call.world.tell(News("deleted", chat, message))
    return True


@method
def answer_callback_query(call: Call) -> bool:
    query = call.world.callback(call.params.text("callback_query_id"), call.bot)
    text = call.params.text("text")
    if len(text) > ANSWER_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    query.answer = {"text": text, "alert": call.params.flag("show_alert"), "url": call.params.text("url")}
    chat = call.world.state.chats.get(query.chat_key)
    call.world.tell(News("answer", chat, to=query.person_id, data={"query": query.id, **query.answer}))
    return True


@method
def set_message_reaction(call: Call) -> bool:
    """One reaction of a bot at most; its own reactions are not told to bots."""
    chat = call.chat()
    message = call.message(chat, "message to react not found")
    wanted = [str(item.get("emoji", "")) for item in call.params.json("reaction", list) or []]
    if len(wanted) > 1 or any(emoji.strip("\ufe0f") not in REACTIONS for emoji in wanted):
        raise bad_request("REACTION_INVALID")
    message.reactions.pop(call.bot.id, None)
    if reaction_types(wanted):
        message.reactions[call.bot.id] = wanted
    call.world.tell(News("edited", chat, message))
    return True


@method
def pin_chat_message(call: Call) -> bool:
    chat = call.chat()
    message = call.message(chat, "message to pin not found")
    if not chat.private and not call.member(chat).may("can_pin_messages"):
        raise bad_request("not enough rights to manage pinned messages in the chat")
    chat.pinned_id = message.id
    call.world.post(chat, call.bot.id, {"pinned_message": message.id}, thread_id=message.thread_id)
    call.world.tell(News("chats", chat))
    return True
