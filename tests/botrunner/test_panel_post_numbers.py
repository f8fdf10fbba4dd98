"""/analytics and /top in the partner's own chat; for anybody else they do not exist."""

from __future__ import annotations

from datetime import timedelta

import pytest

from botrunner.panel import desk
from botrunner.panel.visit import Visit
from content.messages import Message
from content.models import Post, PostEvent, PostReaction
from content.services.posts.totals import recount
from funnels.panel_words import PanelCommand, PanelPress
from funnels.services.script import script_for
from funnels.services.turn_rows import Person
from funnels.services.turns import Turn
from partners import tenancy
from partners.models import Bot, Partner
from tests.content.stored_posts import GROUP, make_post
from tests.factories import NOW, make_bot, make_partner
from tests.runner import RunnerThread
from tests.telegram import ChatDriver, SandboxServer

BOSS, HELPER = 777, 778


@pytest.fixture
def boss(anna: Bot) -> Bot:
    with tenancy.all_partners():
        Partner.objects.filter(pk=anna.partner_id).update(telegram_id=BOSS, admin_telegram_ids=[HELPER])
    return anna


def published(bot: Bot, title: str, *, days: int = 1, likes: int = 0, clicks: int = 0) -> Post:
    at = NOW - timedelta(days=days)
    post = make_post(
        bot.partner, state=Post.State.PUBLISHED, text=f"<b>{title}</b>\nДальше", published_at=at, chat_id=GROUP
    )
    with tenancy.all_partners():
        rows = [
            PostReaction(partner=bot.partner, post=post, person=n + 1, emoji={"👍": 1}, at=NOW) for n in range(likes)
        ]
        PostReaction.objects.bulk_create(rows)
        click = {"partner": bot.partner, "post": post, "kind": "click", "slot": "shop_link", "at": NOW}
        PostEvent.objects.bulk_create(PostEvent(**click) for _ in range(clicks))
        recount([post.pk])
    return post


def ask(bot: Bot, act: PanelCommand | PanelPress) -> Message:
    with tenancy.partner(bot.partner_id):
        visit = Visit(bot.partner_id, BOSS, script_for(partner_id=bot.partner_id, now=NOW), NOW)
        said = desk.answer(visit, Turn(Person(BOSS, "Анна", "", "", ""), act))
    assert said is not None
    (message,) = said
    return message


def test_the_sum_the_lines_and_the_honest_views(boss: Bot) -> None:
    published(boss, "Пять <привычек>".replace("<", "&lt;").replace(">", "&gt;"), likes=3, clicks=2)
    published(boss, "Давно", days=20, likes=9)
    text = ask(boss, PanelCommand("/analytics")).text
    assert "Посты за 7 дней" in text
    assert "Вышло: <b>1</b>" in text
    assert "Реакции: <b>3</b>" in text
    assert "Переходы по ссылкам: <b>2</b>" in text
    assert "Просмотры: недоступно ботам" in text
    assert "1 марта" in text
    assert "<b>Пять &lt;привычек&gt; Дальше</b>" in text
    assert "Давно" not in text
    assert "Давно" in ask(boss, PanelCommand("/analytics", "30")).text
    assert "Давно" in ask(boss, PanelPress("posts", 30)).text


def test_no_posts_and_a_period_that_is_none(boss: Bot) -> None:
    assert "не вышло ни одного поста" in ask(boss, PanelCommand("/analytics")).text
    for wrong in ("0", "366", "-1", "много", "1e3", "٣", "9" * 400):
        assert "от 1 до 365" in ask(boss, PanelCommand("/analytics", wrong)).text, wrong


def test_ten_posts_are_told_and_the_rest_counted(boss: Bot) -> None:
    for number in range(12):
        published(boss, f"Пост {number}")
    text = ask(boss, PanelCommand("/analytics")).text
    assert text.count("👍 0") == 10
    assert "…и ещё 2 поста" in text


@pytest.mark.parametrize(
    ("argument", "titles"),
    [
        ("", ["Б", "А"]),
        ("1", ["Б"]),
        ("5 реакции", ["Б", "А"]),
        ("by clicks", ["А"]),
        ("3 по переходам", ["А"]),
        ("комментарии", []),
    ],
)
def test_the_best_by_what_is_asked(boss: Bot, argument: str, titles: list[str]) -> None:
    published(boss, "А", likes=1, clicks=4)
    published(boss, "Б", days=60, likes=2)
    published(boss, "В", days=100, likes=50)
    text = ask(boss, PanelCommand("/top", argument)).text
    assert [line.partition("<b>")[2][0] for line in text.split("\n\n")[1:] if "<b>" in line] == titles
    if not titles:
        assert "Пока выбирать не из чего" in text


@pytest.mark.parametrize("wrong", ["0", "21", "лайки", "5 5 ерунда", "<b>"])
def test_the_best_of_what_is_not_known(boss: Bot, wrong: str) -> None:
    assert "/top 5 реакции" in ask(boss, PanelCommand("/top", wrong)).text


def test_buttons_lead_from_one_to_the_other(boss: Bot) -> None:
    published(boss, "А", likes=1, clicks=1)
    message = ask(boss, PanelCommand("/analytics"))
    assert [[button.text for button in row] for row in message.buttons] == [
        ["7 дней", "30 дней", "90 дней"],
        ["🏆 Лучшие"],
    ]
    best = ask(boss, PanelPress("posts_top", 5, "clicks"))
    assert best.edits
    assert [[button.text for button in row] for row in best.buttons] == [
        ["🏆 Реакции", "🏆 Комментарии"],
        ["📊 Все посты"],
    ]


def test_another_partners_posts_are_not_seen(boss: Bot) -> None:
    published(make_bot(make_partner("boris")), "Чужой", likes=5)
    assert "не вышло ни одного поста" in ask(boss, PanelCommand("/analytics")).text
    assert "Чужой" not in ask(boss, PanelCommand("/top")).text


def test_the_command_is_only_the_partners_and_the_helpers(boss: Bot, tg: SandboxServer) -> None:
    def chat_of(user_id: int) -> ChatDriver:
        chat = tg.person("Кто-то", user_id=user_id).open("anna_bot")
        chat.start()
        chat.wait_for(lambda c: c.bot_messages)
        return chat

    with RunnerThread(tg.url):
        for user_id in (BOSS, HELPER):
            chat = chat_of(user_id)
            chat.send("/analytics")
            chat.wait_text("не вышло ни одного поста")
        stranger = chat_of(990)
        count = len(stranger.bot_messages)
        stranger.send("/analytics")
        stranger.wait_for(lambda c: len(c.bot_messages) > count)
        assert not any("поста" in message.text for message in stranger.bot_messages)
