"""What the web chat asks for: one small function per action of a person."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any

from . import groups, people
from .errors import PersonError
from .state import Chat, Json, Person
from .view import bot_view, chat_view, person_view
from .world import World

Action = Callable[[World, Person, Json], Any]
ACTIONS: dict[str, Action] = {}
NAME_LIMIT = 64


def action(function: Action) -> Action:
    ACTIONS[function.__name__] = function
    return function


def find_chat(world: World, person: Person, key: str) -> Chat:
    """A chat of this person; a private chat with a bot begins when it is opened."""
    match = re.fullmatch(r"(\d+):(\d+)", key)
    if match and int(match[1]) in world.state.bots and int(match[2]) == person.id:
        return world.private_chat(world.state.bots[int(match[1])], person)
    chat = world.state.chats.get(key)
    if chat is None or not world.is_in(person, chat):
        raise PersonError("Такого чата нет.")
    return chat


def _chat(world: World, person: Person, body: Json) -> Chat:
    return find_chat(world, person, str(body.get("chat", "")))


def _number(body: Json, name: str) -> int:
    try:
        return int(body.get(name) or 0)
    except (TypeError, ValueError):
        raise PersonError("Неверный запрос.") from None


def _name(body: Json, name: str = "name") -> str:
    value = str(body.get(name, "")).strip()[:NAME_LIMIT]
    if not value:
        raise PersonError("Введите имя.")
    return value


@action
def send(world: World, person: Person, body: Json) -> None:
    reply_to, thread = _number(body, "reply") or None, _number(body, "thread") or None
    chat = _chat(world, person, body)
    people.send_text(world, person, chat, str(body.get("text", "")), reply_to=reply_to, thread_id=thread)


@action
def press(world: World, person: Person, body: Json) -> Json:
    chat = _chat(world, person, body)
    query = people.press(world, person, chat, _number(body, "message"), str(body.get("data", "")))
    return {"query": query.id}


@action
def share_contact(world: World, person: Person, body: Json) -> None:
    people.share_contact(world, person, _chat(world, person, body), phone=str(body.get("phone", ""))[:20])


@action
def edit(world: World, person: Person, body: Json) -> None:
    chat = _chat(world, person, body)
    people.edit_text(world, person, chat, _number(body, "message"), str(body.get("text", "")))


@action
def delete(world: World, person: Person, body: Json) -> None:
    people.delete_message(world, person, _chat(world, person, body), _number(body, "message"))


@action
def react(world: World, person: Person, body: Json) -> None:
    emojis = [str(emoji)[:8] for emoji in body.get("emojis", [])][:1]
    people.react(world, person, _chat(world, person, body), _number(body, "message"), emojis)


@action
def block(world: World, person: Person, body: Json) -> None:
    people.set_blocked(world, person, _chat(world, person, body), bool(body.get("blocked")))


@action
def clear(world: World, person: Person, body: Json) -> None:
    people.clear_chat(world, person, _chat(world, person, body))


@action
def read(world: World, person: Person, body: Json) -> None:
    chat = _chat(world, person, body)
    chat.read_to[person.id] = max(chat.read_to.get(person.id, 0), min(_number(body, "to"), chat.last_message_id))


@action
def leave(world: World, person: Person, body: Json) -> None:
    groups.set_member(world, _chat(world, person, body), person.id, "left")


@action
def join(world: World, person: Person, body: Json) -> Json:
    chat = world.state.chats.get(str(body.get("chat", "")))
    if chat is None or chat.private or chat.migrated_to or chat.member(person.id).status == "kicked":
        raise PersonError("Такой группы нет.")
    groups.set_member(world, chat, person.id, "member")
    return chat_view(world, chat, person)


@action
def upgrade(world: World, person: Person, body: Json) -> Json:
    chat = _admin_chat(world, person, body)
    return chat_view(world, groups.upgrade_group(world, chat), person)


@action
def set_member(world: World, person: Person, body: Json) -> None:
    """Adds, promotes, demotes or removes a bot or a person; for the group's administrators."""
    chat, user_id, status = _admin_chat(world, person, body), _number(body, "user"), str(body.get("status"))
    known = user_id in world.state.bots or user_id in world.state.people
    if not known or status not in ("administrator", "member", "left", "kicked"):
        raise PersonError("Неверный запрос.")
    groups.set_member(world, chat, user_id, status, by=person.id)


@action
def new_topic(world: World, person: Person, body: Json) -> Json:
    chat = _admin_chat(world, person, body)
    if not chat.is_forum:
        raise PersonError("В этой группе нет тем.")
    return {"thread": groups.create_topic(world, chat, person.id, _name(body)).id}


@action
def close_topic(world: World, person: Person, body: Json) -> None:
    chat = _admin_chat(world, person, body)
    topic = chat.topics.get(_number(body, "thread"))
    if topic is None:
        raise PersonError("Такой темы нет.")
    groups.set_topic_closed(world, chat, person.id, topic, not topic.closed)


def _admin_chat(world: World, person: Person, body: Json) -> Chat:
    chat = _chat(world, person, body)
    if chat.private or not chat.member(person.id).admin:
        raise PersonError("Это может только администратор группы.")
    return chat


@action
def new_group(world: World, person: Person, body: Json) -> Json:
    kind = body.get("kind") if body.get("kind") in ("group", "supergroup", "channel") else "supergroup"
    chat = world.add_group(_name(body), kind=str(kind), forum=kind == "supergroup" and bool(body.get("forum")))
    groups.set_member(world, chat, person.id, "creator")
    return chat_view(world, chat, person)


@action
def new_person(world: World, person: Person, body: Json) -> Json:
    username = _username(body, required=False)
    if any(username and one.username.lower() == username.lower() for one in world.state.people.values()):
        raise PersonError("Это имя пользователя занято.")
    return person_view(world.add_person(_name(body), username=username, last_name=str(body.get("last_name", ""))[:64]))


@action
def new_bot(world: World, person: Person, body: Json) -> Json:
    """A little BotFather. The token is shown once, here."""
    name, username = _name(body), _username(body, required=True)
    if not username.lower().endswith("bot"):
        raise PersonError("Имя пользователя бота должно заканчиваться на bot.")
    if world.bot_by_username(username):
        raise PersonError("Это имя пользователя занято.")
    world.state.last_user_id += 1
    token = f"{world.state.last_user_id}:AA{secrets.token_urlsafe(33)[:33]}"
    return {**bot_view(world.add_bot(token, username, name), person), "token": token}


def _username(body: Json, *, required: bool) -> str:
    username = str(body.get("username", "")).strip().lstrip("@")
    if (required or username) and not re.fullmatch(r"[A-Za-z]\w{3,31}", username, re.ASCII):
        raise PersonError("Имя пользователя: от 4 до 32 латинских букв, цифр и _, первой идёт буква.")
    return username
