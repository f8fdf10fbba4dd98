"""People, groups, privacy mode, and what survives a restart."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from botrunner.sandbox import groups, people
from botrunner.sandbox.demo import PEOPLE, DemoPartner, settle
from botrunner.sandbox.errors import PersonError
from botrunner.sandbox.state import BotAccount, Chat, Json, Person
from botrunner.sandbox.store import Store
from botrunner.sandbox.world import World

ALL = ["message", "edited_message", "channel_post", "chat_member", "my_chat_member", "message_reaction"]


@pytest.fixture
def world() -> World:
    return World(rate_limits=False)


@pytest.fixture
def bot(world: World) -> BotAccount:
    bot = world.add_bot("100:AA-x", "anna_bot", "Анна")
    bot.allowed_updates = [*ALL, "message_reaction_count", "callback_query"]
    return bot


@pytest.fixture
def ivan(world: World) -> Person:
    return world.add_person("Иван", username="ivan", phone="+79160000000")


@pytest.fixture
def group(world: World, bot: BotAccount, ivan: Person) -> Chat:
    """The bot is a plain member here."""
    group = world.add_group("Команда")
    groups.set_member(world, group, ivan.id, "creator")
    groups.set_member(world, group, bot.id, "member", by=ivan.id)
    bot.updates.clear()
    return group


def received(bot: BotAccount) -> list[tuple[str, Json]]:
    found = [(update.kind, update.payload) for update in bot.updates]
    bot.updates.clear()
    return found


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Всем привет", False),
        ("/start", True),
        ("/start@anna_bot", True),
        ("/start@other_bot", False),
        ("спросим @Anna_Bot?", True),
        ("спросим @other_bot?", False),
    ],
)
def test_privacy_mode(world: World, bot: BotAccount, ivan: Person, group: Chat, text: str, seen: bool) -> None:
    people.send_text(world, ivan, group, text)
    assert bool(received(bot)) is seen


def test_privacy_mode_lets_replies_and_administrators_through(
    world: World, bot: BotAccount, ivan: Person, group: Chat
) -> None:
    post = world.post(group, bot.id, {"text": "Пост"})
    people.send_text(world, ivan, group, "Ответ", reply_to=post.id)
    assert [payload["text"] for _, payload in received(bot)] == ["Ответ"]
    groups.set_member(world, group, bot.id, "administrator", by=ivan.id)
    received(bot)
    people.send_text(world, ivan, group, "Всем привет")
    assert [payload["text"] for _, payload in received(bot)] == ["Всем привет"]


def test_a_bot_hears_nothing_where_it_is_not(world: World, bot: BotAccount, ivan: Person, group: Chat) -> None:
    groups.set_member(world, group, bot.id, "kicked", by=ivan.id)
    assert [kind for kind, _ in received(bot)] == ["my_chat_member"]
    people.send_text(world, ivan, group, "/start")
    assert received(bot) == []


def test_joining_and_leaving(world: World, bot: BotAccount, ivan: Person, group: Chat) -> None:
    groups.set_member(world, group, bot.id, "administrator", by=ivan.id)
    received(bot)
    maria = world.add_person("Мария")
    groups.set_member(world, group, maria.id, "member")
    joined = received(bot)
    assert [kind for kind, _ in joined] == ["chat_member", "message"]
    assert joined[0][1]["new_chat_member"]["status"] == "member"
    assert joined[1][1]["new_chat_members"][0]["first_name"] == "Мария"
    groups.set_member(world, group, maria.id, "left")
    assert [kind for kind, _ in received(bot)] == ["chat_member", "message"]
    with pytest.raises(PersonError, match="не участник"):
        people.send_text(world, maria, group, "Я ещё здесь?")


def test_a_channel(world: World, bot: BotAccount, ivan: Person) -> None:
    channel = world.add_group("Канал", kind="channel")
    groups.set_member(world, channel, ivan.id, "creator")
    groups.set_member(world, channel, bot.id, "administrator")
    maria = world.add_person("Мария")
    groups.set_member(world, channel, maria.id, "member")
    received(bot)
    post = people.send_text(world, ivan, channel, "Новость")
    people.react(world, maria, channel, post.id, ["👍"])
    (kind, payload), (_, counts) = received(bot)
    assert kind == "channel_post"
    assert payload["sender_chat"]["title"] == "Канал"
    assert counts["reactions"] == [{"type": {"type": "emoji", "emoji": "👍"}, "total_count": 1}]
    with pytest.raises(PersonError, match="администраторы"):
        people.send_text(world, maria, channel, "И я")


def test_editing_ones_own_message_only(world: World, bot: BotAccount, ivan: Person) -> None:
    chat = world.private_chat(bot, ivan)
    mine = people.send_text(world, ivan, chat, "Превет")
    theirs = world.post(chat, bot.id, {"text": "Здравствуйте"})
    people.edit_text(world, ivan, chat, mine.id, "Привет")
    assert [(kind, payload["text"]) for kind, payload in received(bot)] == [
        ("message", "Превет"),
        ("edited_message", "Привет"),
    ]
    with pytest.raises(PersonError):
        people.edit_text(world, ivan, chat, theirs.id, "Взлом")


def test_somebody_elses_contact(world: World, bot: BotAccount, ivan: Person) -> None:
    chat = world.private_chat(bot, ivan)
    people.share_contact(world, ivan, chat)
    people.share_contact(world, ivan, chat, phone="+7999", owner_id=5)
    people.share_contact(world, ivan, chat, phone="+7999", owner_id=0)
    owners = [payload["contact"].get("user_id") for _, payload in received(bot)]
    assert owners == [ivan.id, 5, None]


def test_topics_and_replies_inside_them(world: World, bot: BotAccount, ivan: Person) -> None:
    forum = world.add_group("Форум", forum=True)
    groups.set_member(world, forum, ivan.id, "creator")
    topic = groups.create_topic(world, forum, ivan.id, "Вопросы")
    first = people.send_text(world, ivan, forum, "Вопрос", thread_id=topic.id)
    reply = people.send_text(world, ivan, forum, "Ответ", reply_to=first.id)
    assert reply.thread_id == topic.id
    groups.set_topic_closed(world, forum, ivan.id, topic, True)
    maria = world.add_person("Мария")
    groups.set_member(world, forum, maria.id, "member")
    with pytest.raises(PersonError, match="закрыта"):
        people.send_text(world, maria, forum, "Можно?", thread_id=topic.id)


def test_long_texts_are_sent_in_parts(world: World, bot: BotAccount, ivan: Person) -> None:
    chat = world.private_chat(bot, ivan)
    people.send_text(world, ivan, chat, "я" * 5000)
    assert [len(payload["text"]) for _, payload in received(bot)] == [4096, 904]


@pytest.mark.parametrize("text", ["", "  \n "])
def test_empty_texts(world: World, bot: BotAccount, ivan: Person, text: str) -> None:
    with pytest.raises(PersonError):
        people.send_text(world, ivan, world.private_chat(bot, ivan), text)


def test_a_button_that_is_gone(world: World, bot: BotAccount, ivan: Person) -> None:
    chat = world.private_chat(bot, ivan)
    keyboard = {"inline_keyboard": [[{"text": "x", "callback_data": "old"}]]}
    message = world.post(chat, bot.id, {"text": "x"}, markup=keyboard)
    people.press(world, ivan, chat, message.id, "old")
    message.markup = None
    with pytest.raises(PersonError, match="больше нет"):
        people.press(world, ivan, chat, message.id, "old")


def test_presses_are_forgotten(bot: BotAccount, world: World, ivan: Person) -> None:
    chat = world.private_chat(bot, ivan)
    message = world.post(
        chat, bot.id, {"text": "x"}, markup={"inline_keyboard": [[{"text": "x", "callback_data": "y"}]]}
    )
    old = people.press(world, ivan, chat, message.id, "y")
    old.at -= 151
    new = people.press(world, ivan, chat, message.id, "y")
    assert list(world.callbacks) == [new.id]


def test_old_messages_make_room(world: World, bot: BotAccount, ivan: Person) -> None:
    chat = world.private_chat(bot, ivan)
    for number in range(1005):
        world.post(chat, bot.id, {"text": str(number)})
    assert len(chat.messages) == 1000
    assert next(iter(chat.messages.values())).content == {"text": "5"}


def test_everything_survives_a_restart(
    tmp_path: Path, world: World, bot: BotAccount, ivan: Person, group: Chat
) -> None:
    chat = world.private_chat(bot, ivan)
    mine = people.send_text(world, ivan, chat, "Привет")
    people.react(world, ivan, chat, mine.id, ["🔥"])
    groups.upgrade_group(world, world.add_group("Малая", kind="group"))
    store = Store(tmp_path)
    store.save(world.state)
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    before, again = bot.last_update_id, store.load()
    assert again.bots[bot.id].last_update_id > before
    again.bots[bot.id].last_update_id = before
    assert again == world.state


def test_a_broken_file_is_put_aside(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.path.write_text("{nonsense")
    assert store.load().people == {}
    assert store.path.with_suffix(".broken").read_text() == "{nonsense"


DEMO: Json = {
    "partner": {"id": "anna", "name": "Анна Смирнова", "telegram_id": 501},
    "telegram": {"bot_token": "100:AA-x", "bot_username": "anna_bot", "group_id": -1001, "group_name": "Команда"},
    "profile": {"bot_display_name": "Анна · NL"},
}


def test_the_demo_settles_once(world: World) -> None:
    partner = DemoPartner.read(DEMO)
    assert partner is not None
    settle(world, [partner])
    bot, group = world.state.bots[100], world.state.chats["-1001"]
    assert (bot.name, group.title, group.is_forum) == ("Анна · NL", "Команда", True)
    assert group.member(501).status == "creator"
    assert group.member(100).status == "administrator"
    assert {person.first_name for person in world.state.people.values()} == {*PEOPLE, "Анна"}
    own_chat = world.private_chat(bot, world.state.people[501])
    assert [message.content["text"] for message in own_chat.messages.values()] == ["/start"]
    said = len(group.messages)
    settle(world, [partner])
    assert len(group.messages) == said
    assert len(own_chat.messages) == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda config: config.pop("telegram"),
        lambda config: config.update(telegram="x"),
        lambda config: config["telegram"].pop("bot_token"),
    ],
)
def test_a_partner_without_a_bot(spoil: Callable[[Json], object]) -> None:
    config = {name: dict(section) for name, section in DEMO.items()}
    spoil(config)
    assert DemoPartner.read(config) is None


@pytest.mark.parametrize("token", ["", "x", "12", "12:", "12:а-б", "x:AA-x"])
def test_what_is_no_token(world: World, token: str) -> None:
    with pytest.raises(ValueError, match="looks like"):
        world.add_bot(token, "x_bot", "x")
