"""Reactions to posts and answers under them, as Telegram tells the bot of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from content.models import Post, PostEvent, PostReaction
from funnels.models import Question
from partners import tenancy
from partners.models import Bot, Partner
from tests.botrunner.disasters import until
from tests.botrunner.test_updates import GROUP, GROUP_ID, message_of
from tests.botrunner.walking import push, wait_until_closed
from tests.content.stored_posts import make_post
from tests.factories import NOW
from tests.runner import RunnerThread
from tests.telegram import SandboxServer

CHANNEL_ID = -1_009_876


@pytest.fixture
def post(anna: Bot) -> Post:
    return make_post(
        anna.partner, state=Post.State.PUBLISHED, chat_id=GROUP_ID, message_id=50, thread_id=7, published_at=NOW
    )


@pytest.fixture
def running(post: Post, tg: SandboxServer) -> Iterator[None]:
    with RunnerThread(tg.url):
        tg.wait_for(lambda: tg.waiting_pollers() == 1)  # from now on Telegram knows that it wants reactions
        yield


def shown(post: Post) -> dict[int, dict[str, int]]:
    with tenancy.partner(post.partner_id):
        return dict(PostReaction.objects.filter(post=post).values_list("person", "emoji"))


def comments(post: Post) -> int:
    with tenancy.partner(post.partner_id):
        return PostEvent.objects.filter(post=post, kind=PostEvent.Kind.COMMENT).count()


def change(user_id: int, *new: dict[str, Any], **fields: Any) -> dict[str, Any]:
    user = {"id": user_id, "is_bot": False, "first_name": "Иван"}
    body = {"chat": GROUP, "message_id": 50, "date": 1, "user": user, "old_reaction": [], "new_reaction": list(new)}
    return body | fields


def emoji(sign: str) -> dict[str, str]:
    return {"type": "emoji", "emoji": sign}


def test_people_react_in_the_sandbox(anna: Bot, tg: SandboxServer) -> None:
    """From the button in a person's hands to the row; without being an administrator the bot hears nothing."""
    member = tg.person("Иван")
    group = tg.group("Клуб", owner=member, admins=["anna_bot"])
    chat = member.enter(group)
    said = chat.send("Пост")
    post = make_post(anna.partner, state=Post.State.PUBLISHED, chat_id=group.id, message_id=said.id, published_at=NOW)
    with RunnerThread(tg.url):
        tg.wait_for(lambda: tg.waiting_pollers() == 1)
        chat.react(said.id, "👍")
        until(lambda: shown(post) == {member.id: {"👍": 1}}, "the reaction is counted")
        chat.react(said.id)
        until(lambda: shown(post) == {}, "the reaction is gone")
        chat.send("А мне помогло", reply_to=said.id)
        until(lambda: comments(post) == 1, "the answer is counted")
        tg.set_member(group, anna.telegram_id, "member")
        chat.react(said.id, "🔥")
        chat.send("Спасибо, @anna_bot!", reply_to=said.id)
        until(lambda: comments(post) == 2, "the answer is counted")
    assert shown(post) == {}


@pytest.mark.usefixtures("running")
def test_every_kind_of_reaction(anna: Bot, post: Post, tg: SandboxServer) -> None:
    custom = {"type": "custom_emoji", "custom_emoji_id": "1"}
    robot = {"id": 9, "is_bot": True, "first_name": "Робот"}
    push(tg, anna, "message_reaction", change(1, emoji("👍"), custom, {"type": "paid"}))
    push(tg, anna, "message_reaction", change(2, emoji("👍"), user=None, actor_chat=GROUP))
    push(tg, anna, "message_reaction", change(9, emoji("👍"), user=robot))
    push(tg, anna, "message_reaction", change(3, emoji("👍"), message_id=51))
    wait_until_closed(anna, 4)
    assert shown(post) == {1: {"👍": 1, "✨": 2}, GROUP_ID: {"👍": 1}}


@pytest.mark.usefixtures("running")
def test_a_channel_tells_counts(anna: Bot, post: Post, tg: SandboxServer) -> None:
    counts = [{"type": emoji("👍"), "total_count": 12}, {"type": {"type": "paid"}, "total_count": 3}]
    push(tg, anna, "message_reaction_count", {"chat": GROUP, "message_id": 50, "date": 1, "reactions": counts})
    wait_until_closed(anna, 1)
    assert shown(post) == {0: {"👍": 12, "✨": 3}}


def reply(bot: Bot, text: str, **fields: Any) -> dict[str, Any]:
    author = {"id": bot.telegram_id, "is_bot": True, "first_name": "Анна"}
    original = message_of(0, "Пост", chat=GROUP, message_id=50, **{"from": author})
    return message_of(1, text, chat=GROUP, reply_to_message=original, **fields)


@pytest.mark.usefixtures("running")
def test_who_answers_a_post_talks_to_people_and_who_asks_asks_the_curator(
    anna: Bot, post: Post, tg: SandboxServer
) -> None:
    with tenancy.all_partners():
        Partner.objects.filter(pk=anna.partner_id).update(group_id=GROUP_ID)
    push(tg, anna, "message", reply(anna, "Я так и делаю, отлично"))
    push(tg, anna, "message", reply(anna, "А сколько идёт доставка?"))
    push(tg, anna, "message", reply(anna, "@anna_bot расскажи про доставку"))
    push(tg, anna, "message", message_of(1, "просто так", chat=GROUP))
    wait_until_closed(anna, 4)
    assert comments(post) == 3
    with tenancy.partner(anna.partner_id):
        asked = list(Question.objects.order_by("pk").values_list("asked_at", flat=True))
    assert len(asked) == 2


@pytest.mark.usefixtures("running")
def test_robots_and_neighbours_do_not_comment(anna: Bot, post: Post, tg: SandboxServer) -> None:
    robot = {"id": 9, "is_bot": True, "first_name": "Робот"}
    push(tg, anna, "message", reply(anna, "Я робот", **{"from": robot}))
    elsewhere = reply(anna, "не сюда")
    elsewhere["reply_to_message"]["message_id"] = 49
    push(tg, anna, "message", elsewhere)
    wait_until_closed(anna, 2)
    assert comments(post) == 0


@pytest.mark.usefixtures("running")
def test_a_discussion_under_a_channels_post(anna: Bot, tg: SandboxServer) -> None:
    post = make_post(anna.partner, state=Post.State.PUBLISHED, chat_id=CHANNEL_ID, message_id=60, published_at=NOW)
    channel = {"id": CHANNEL_ID, "type": "channel", "title": "Канал"}
    origin = {"type": "channel", "date": 1, "chat": channel, "message_id": 60}
    said = reply(anna, "Подтверждаю")
    said["reply_to_message"] |= {"is_automatic_forward": True, "sender_chat": channel, "forward_origin": origin}
    push(tg, anna, "message", said)
    wait_until_closed(anna, 1)
    assert comments(post) == 1
