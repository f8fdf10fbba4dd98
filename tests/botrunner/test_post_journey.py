"""The whole way of a post, without any model: from «Создать пост» to the numbers of what people did with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests
from pytest_django.live_server_helper import LiveServer

from botrunner import supervisor
from botrunner.db import close_connections
from botrunner.sandbox.state import Chat
from botrunner.timemachine import ProductClock
from content.models import Post
from content.services import media
from content.services.posts.writing import write_next
from content.tasks import publish_posts
from funnels.tasks import show_posts
from partners import clock, tenancy
from partners.models import Bot, Partner
from tests.botrunner.disasters import until
from tests.pictures import picture
from tests.runner import RunnerThread
from tests.telegram import ChatDriver, MessageView, SandboxServer

ZONE = ZoneInfo("Asia/Vladivostok")
ANNA = 777


@pytest.fixture
def tg(settings: Any, tmp_path: Path, live_server: LiveServer) -> Iterator[SandboxServer]:
    settings.SANDBOX_CLOCK, settings.MEDIA_ROOT = tmp_path / "clock", tmp_path / "media"
    settings.PUBLIC_URL = live_server.url.replace("localhost", "127.0.0.1")  # a link needs a dot
    on_disk = {"BACKEND": "django.core.files.storage.FileSystemStorage"}  # where the runner looks for pictures
    settings.STORAGES = {**settings.STORAGES, "default": on_disk}
    with SandboxServer(now=clock.now, machine=ProductClock(tick=tick)) as server:
        yield server
    close_connections()


@pytest.fixture
def group(anna: Bot, tg: SandboxServer) -> Chat:
    """A forum of Anna's, far from Greenwich, whose topics the bot makes."""
    owner = tg.person("Анна", user_id=ANNA)
    forum = tg.group("Клуб Анны", forum=True, owner=owner, admins=["anna_bot"])
    with tenancy.all_partners():
        fields = {"telegram_id": ANNA, "group_id": forum.id, "time_zone": ZONE.key}
        Partner.objects.filter(pk=anna.partner_id).update(**fields)
    return forum


@pytest.fixture
def boss(anna: Bot, group: Chat, tg: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatDriver]:
    """Anna's own chat with her bot, which runs and has made the topics."""
    monkeypatch.setattr(supervisor, "LOOK_EVERY", 0.1)
    with RunnerThread(tg.url, clock=clock.now):
        chat = tg.person("Анна", user_id=ANNA).open("anna_bot")
        chat.start()
        chat.send("/topics")
        chat.wait_text("Продукты")
        yield chat


def tick() -> None:
    """What Celery's ticks do for posts."""
    publish_posts()
    show_posts()


def written(bot: Bot) -> None:
    while write_next(partner_id=bot.partner_id, clock=clock.now):
        pass
    show_posts()


def post_of(bot: Bot) -> Post:
    with tenancy.partner(bot.partner_id):
        return Post.objects.select_related("partner").get()


def make_post(bot: Bot, boss: ChatDriver) -> None:
    boss.send("/generate")
    boss.press("Продукт")
    boss.wait_text("Пишу пост: Продукт")
    written(bot)
    boss.wait_text("Пост ждёт решения")


def correct(bot: Bot, boss: ChatDriver) -> None:
    boss.press("📝 Изменить с AI")
    boss.wait_text("Что изменить?")
    boss.send("короче, пожалуйста")
    boss.wait_text("Пишу заново")
    written(bot)
    boss.wait_for(lambda c: "Пост ждёт решения" in c.last.text)


def add_link(boss: ChatDriver) -> None:
    """Not every text of the templates has one."""
    text = boss.bot_messages[-2].text
    boss.press("✏️ Свой текст")
    boss.wait_text("Пришли текст поста")
    boss.send(f"{text}\n\nСмотри здесь: {{shop_link}}")
    boss.wait_text("Смотри здесь: магазин NL")
    boss.wait_for(lambda c: "Пост ждёт решения" in c.last.text)


def add_picture(bot: Bot, boss: ChatDriver) -> None:
    with tenancy.partner(bot.partner_id):
        product = Post.objects.get().product
        media.take_in(partner_id=bot.partner_id, data=picture(), now=clock.now(), products=[product])
    boss.press("🖼 Картинка")
    boss.press("🔁 Другая из библиотеки")
    boss.wait_for(lambda c: any(m.photo for m in c.bot_messages) and "Пост ждёт решения" in c.last.text)


def schedule(boss: ChatDriver) -> None:
    boss.press("📅 Запланировать")
    boss.press("Завтра 9:00")
    boss.wait_text("📅 Выйдет")


def move_clock(tg: SandboxServer) -> None:
    moved = requests.post(f"{tg.url}/api/clock", params={"as": str(ANNA)}, json={"by": "day"}, timeout=30)
    assert moved.status_code == 200


def posts_in(group: Chat, topic: str, reader: ChatDriver) -> list[MessageView]:
    """What the bot has written there."""
    thread = next(thread.id for thread in group.topics.values() if thread.name == topic)
    return [message for message in reader.bot_messages if message.thread_id == thread and message.text]


def test_a_post_from_the_button_to_its_numbers(anna: Bot, boss: ChatDriver, group: Chat, tg: SandboxServer) -> None:
    make_post(anna, boss)
    first = post_of(anna).text
    correct(anna, boss)
    assert post_of(anna).text != first
    add_link(boss)
    add_picture(anna, boss)
    asked_at = clock.now()
    schedule(boss)
    due = nine_tomorrow(post_of(anna), asked_at)

    reader = tg.person("Ольга").enter(group)
    assert posts_in(group, "Продукты", reader) == []
    while clock.now() < due:
        move_clock(tg)
    (post,) = posts_in(group, "Продукты", reader)
    assert post.photo
    published = post_of(anna)
    assert (published.state, published.message_id) == (Post.State.PUBLISHED, post.id)
    assert published.published_at is not None
    assert f"{published.published_at.astimezone(ZONE):%H}" == "09"

    reader.react(post.id, "🔥")
    assert follow(post) == published.partner.shop_link
    until(lambda: "Реакции: 1\n🔗 Переходы по ссылкам: 1\n" in analytics(boss), "both are counted")
    assert "🔥 1" in boss.text


def nine_tomorrow(post: Post, asked_at: datetime) -> datetime:
    assert (post.state, post.revision) == (Post.State.SCHEDULED, 4)
    assert post.due_at is not None
    local = post.due_at.astimezone(ZONE)
    assert (local.hour, local.minute) == (9, 0)
    assert timedelta(hours=9) <= post.due_at - asked_at < timedelta(hours=34)
    return post.due_at


def follow(post: MessageView) -> str:
    """Where the link of the post leads."""
    link = re.search(r'href="([^"]+/p/[^"]+)"', post.html)
    assert link
    answer = requests.get(link[1], allow_redirects=False, timeout=10)
    return answer.headers["Location"]


def analytics(boss: ChatDriver) -> str:
    sent = boss.send("/analytics")
    boss.wait_for(lambda c: c.last.from_bot and c.last.id > sent.id)
    return boss.last.text
