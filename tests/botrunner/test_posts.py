"""A post from «Создать пост» to the group, through the real runner."""

from __future__ import annotations

from datetime import timedelta

import pytest

from content.models import OutboxMessage, Post
from content.services.posts.writing import write_next
from content.tasks import publish_posts
from funnels.tasks import show_posts
from partners import tenancy
from partners.models import Bot, Partner
from tests.botrunner.disasters import until
from tests.factories import make_lead
from tests.runner import RunnerThread, now
from tests.telegram import ChatDriver, SandboxServer

ANNA, HELPER = 777, 778


@pytest.fixture
def boss(anna: Bot, tg: SandboxServer) -> ChatDriver:
    """The partner's own chat with the bot."""
    person = tg.person("Анна", user_id=ANNA)
    group = tg.group("Группа Анны", owner=person, admins=["anna_bot"])
    with tenancy.all_partners():
        fields = {"telegram_id": ANNA, "admin_telegram_ids": [HELPER], "group_id": group.id, "topics": {}}
        Partner.objects.filter(pk=anna.partner_id).update(**fields)
    return person.open("anna_bot")


def written(anna: Bot) -> None:
    """What the workers do."""
    while write_next(partner_id=anna.partner_id, clock=now):
        pass
    show_posts()


def post_of(bot: Bot) -> Post:
    with tenancy.partner(bot.partner_id):
        return Post.objects.last() or Post()


def of_group(bot: Bot) -> list[str]:
    with tenancy.partner(bot.partner_id):
        rows = OutboxMessage.objects.filter(lane=OutboxMessage.Lane.POST)
        return [f"{row.state}: {row.payload['text']}" for row in rows]


def test_a_partner_makes_a_post_corrects_it_and_publishes_it(anna: Bot, boss: ChatDriver, tg: SandboxServer) -> None:
    with RunnerThread(tg.url):
        boss.start()
        boss.send("/generate")
        boss.wait_text("О чём?")
        boss.press("Продукт")
        boss.wait_text("Пишу пост: Продукт")
        written(anna)
        boss.wait_text("Пост ждёт решения")
        boss.press("📝 Изменить с AI")
        boss.wait_text("Что изменить?")
        boss.send("короче")
        boss.wait_text("Пишу заново")
        written(anna)
        boss.wait_for(lambda c: "Пост ждёт решения" in c.last.text)
        boss.press("📅 Запланировать")
        boss.wait_text("Когда опубликовать?")
        boss.press("Завтра 9:00")
        boss.wait_text("📅 Выйдет")
        boss.press("↩️ Снять с публикации")
        boss.wait_text("Пост ждёт решения")
        boss.press("✅ Опубликовать")
        boss.wait_text("Пост уходит в публикацию")
        publish_posts()
        until(lambda: any(row.startswith("sent: ") for row in of_group(anna)), "it stands in the group")
        publish_posts()
        boss.press("🔄 Обновить")
        boss.wait_text("Пост вышел")
    assert (post_of(anna).state, post_of(anna).revision) == (Post.State.PUBLISHED, 2)


def test_what_is_asked_for_survives_a_restart(anna: Bot, boss: ChatDriver, tg: SandboxServer) -> None:
    with RunnerThread(tg.url):
        boss.start()
        boss.send("/generate продукт")
        boss.wait_text("Пишу пост: Продукт")
        written(anna)
        boss.wait_text("Пост ждёт решения")
        boss.press("📅 Запланировать")
        boss.wait_text("Когда опубликовать?")
        boss.press("⌨️ Своё время")
        boss.wait_text("день и время")
    with RunnerThread(tg.url, name="tests:2"):
        boss.send("послезавтра")
        boss.wait_text("а во сколько?")
        boss.send("послезавтра в 18:30")
        boss.wait_text("18:30")
        until(lambda: post_of(anna).state == Post.State.SCHEDULED, "it is scheduled")
    due = post_of(anna).due_at
    assert due is not None
    assert timedelta(days=1) < due - now() < timedelta(days=3)


@pytest.mark.parametrize("user_id", [HELPER, 999])
def test_for_a_helper_and_a_lead_the_commands_do_not_exist(
    anna: Bot, boss: ChatDriver, tg: SandboxServer, user_id: int
) -> None:
    make_lead(anna.partner, telegram_id=user_id)
    chat = tg.person("Ольга", user_id=user_id).open("anna_bot")
    with RunnerThread(tg.url):
        chat.start()
        chat.send("/generate")
        chat.send("/no_such_command")
        chat.wait_for(lambda c: len(c.bot_messages) >= 3)
    unknown = chat.bot_messages[-1].text
    assert [message.text for message in chat.bot_messages].count(unknown) >= 2
    assert post_of(anna).pk is None
