"""Everything that puts a new message into a chat."""

from __future__ import annotations

from ..errors import bad_request, forbidden
from ..limits import read_caption, read_markup, read_text
from ..params import Params
from ..render import message_json
from ..state import Chat, Json, Message
from ..visibility import is_service
from ..world import News
from .files import read_file
from .registry import Call, method

ACTIONS = {"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
           "upload_document", "choose_sticker", "find_location",
           "record_video_note", "upload_video_note"}  # fmt: skip
ALBUM_LIMIT = 10


@method
def send_message(call: Call) -> Json:
    chat = writable_chat(call)
    return send(call, chat, read_text(call.params))


@method
def send_photo(call: Call) -> Json:
    chat = writable_chat(call)
    caption = read_caption(call.params)
    return send(call, chat, {"photo": read_file(call, "photo", photo=True), **caption})


@method
def send_document(call: Call) -> Json:
    chat = writable_chat(call)
    caption = read_caption(call.params)
    return send(call, chat, {"document": read_file(call, "document", photo=False), **caption})


@method
def send_media_group(call: Call) -> list[Json]:
    chat = writable_chat(call)
    media = call.params.json("media", list) or []
    if not media:
        raise bad_request("there are no messages to send")
    if len(media) > ALBUM_LIMIT:
        raise bad_request("too many messages to send as an album")
    group_id = str(chat.last_message_id + 1)
    contents = [{**read_media(call, item), "media_group_id": group_id} for item in media]
    return [send(call, chat, content) for content in contents]


def read_media(call: Call, item: object) -> Json:
    """One InputMedia of sendMediaGroup or editMessageMedia."""
    if not isinstance(item, dict) or item.get("type") not in ("photo", "document"):
        raise bad_request("can't parse InputMedia: only photo and document are supported here")
    kind = item["type"]
    inner = Call(call.world, call.bot, Params(item, call.params.uploads), call.polling, call.webhooks)
    return {kind: read_file(inner, "media", photo=kind == "photo"), **read_caption(inner.params)}


@method
def copy_message(call: Call) -> Json:
    chat = writable_chat(call)
    content = dict(_original(call, "message to copy not found").content)
    if "caption" in call.params.values:
        content = {key: value for key, value in content.items() if not key.startswith("caption")}
        content |= read_caption(call.params)
    return {"message_id": send(call, chat, content)["message_id"]}


@method
def forward_message(call: Call) -> Json:
    chat = writable_chat(call)
    message = _original(call, "message to forward not found")
    sender: Json = {
        "type": "hidden_user",
        "date": message.date,
        "sender_user_name": _name(call, message.sender_id),
    }
    return send(call, chat, {**message.content, "forward_origin": sender})


def _original(call: Call, missing: str) -> Message:
    source = call.world.chat_of_bot(call.bot, call.params.text("from_chat_id"))
    message = source.messages.get(call.params.integer("message_id"))
    if message is None or is_service(message.content):
        raise bad_request(missing)
    return message


def _name(call: Call, user_id: int) -> str:
    state = call.world.state
    known = state.bots.get(user_id) or state.people.get(user_id)
    return known.name if known else "Deleted Account"


@method
def send_chat_action(call: Call) -> bool:
    chat = writable_chat(call)
    action = call.params.text("action")
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    thread_id = call.params.integer("message_thread_id") or None
    if thread_id is not None and thread_id not in chat.topics:
        raise bad_request("message thread not found")
    call.world.tell(News("action", chat, data={"action": action, "user": call.bot.id, "thread": thread_id}))
    return True


def writable_chat(call: Call) -> Chat:
    chat = call.chat()
    if chat.blocked:
        raise forbidden("bot was blocked by the user")
    member = call.member(chat)
    if chat.type == "channel" and not member.may("can_post_messages"):
        raise bad_request("need administrator rights in the channel chat")
    if member.status == "member" and not member.rights.get("can_send_messages", True):
        raise bad_request("not enough rights to send text messages to the chat")
    return chat


def send(call: Call, chat: Chat, content: Json) -> Json:
    markup = read_markup(call.params)
    reply_to = _reply_to(call, chat)
    thread_id = _thread(call, chat, reply_to)
    if call.world.rates is not None:
        call.world.rates.spend(call.bot.id, chat, call.world.clock)
    if markup and "inline_keyboard" not in markup:
        chat.keyboard = None if "remove_keyboard" in markup else markup
    message = call.world.post(chat, call.bot.id, content, markup=markup, thread_id=thread_id, reply_to=reply_to)
    return message_json(call.world.state, chat, message, call.bot.id)


def _reply_to(call: Call, chat: Chat) -> int | None:
    given = call.params.json("reply_parameters", dict) or {}
    if given and "message_id" not in given:
        raise bad_request('can\'t find field "message_id"')
    params = Params(given) if given else call.params
    message_id = max(0, params.integer("message_id" if given else "reply_to_message_id"))
    if not message_id or message_id in chat.messages:
        return message_id or None
    if params.flag("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found")


def _thread(call: Call, chat: Chat, reply_to: int | None) -> int | None:
    thread_id = call.params.integer("message_thread_id") or None
    if thread_id is None and reply_to is not None:
        thread_id = chat.messages[reply_to].thread_id
    if thread_id is None:
        return None
    topic = chat.topics.get(thread_id)
    if topic is None:
        raise bad_request("message thread not found")
    if topic.closed and not call.member(chat).may("can_manage_topics"):
        raise bad_request("TOPIC_CLOSED")
    return thread_id
