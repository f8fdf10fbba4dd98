"""The topics that posts go to: made by the bot, found when people made them, verified."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from botrunner import supervisor
from botrunner.sandbox import groups
from content.services.posts import topics
from partners import tenancy
from partners.models import Bot, Partner
from partners.services import bots
from tests.botrunner.disasters import until
from tests.runner import RunnerThread
from tests.telegram import SandboxServer

BOSS = 777


@pytest.fixture
def running(anna: Bot, tg: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(supervisor, "LOOK_EVERY", 0.1)
    with RunnerThread(tg.url):
        tg.wait_for(lambda: tg.waiting_pollers() == 1)
        yield


def own(bot: Bot, **fields: Any) -> None:
    with tenancy.all_partners():
        Partner.objects.filter(pk=bot.partner_id).update(**fields)


def known(bot: Bot) -> dict[str, int]:
    with tenancy.partner(bot.partner_id):
        found: dict[str, int] = Partner.objects.get(pk=bot.partner_id).topics
        return found


def look(bot: Bot) -> dict[str, bool]:
    asked = datetime.now(UTC)
    with tenancy.all_partners():
        bots.ask_topics(bot=bot, now=asked)

    def done() -> bool:
        with tenancy.all_partners():
            bot.refresh_from_db()
        return bot.topics_at is not None and bot.topics_at >= asked

    until(done, "the topics are looked at")
    points: list[dict[str, Any]] = bot.topics_report or []
    assert all(point["title"] for point in points)
    assert all(point["advice"] for point in points if not point["ok"])
    return {point["code"]: point["ok"] for point in points}


@pytest.mark.usefixtures("running")
def test_the_partner_asks_and_every_topic_is_there(anna: Bot, tg: SandboxServer) -> None:
    boss = tg.person("Анна", user_id=BOSS)
    group = tg.group("Клуб", forum=True, owner=boss, admins=["anna_bot"])
    own(anna, group_id=group.id, telegram_id=BOSS)
    by_people = boss.enter(group).new_topic("продукты")
    until(lambda: known(anna) == {"Продукты": by_people}, "the bot has heard of it")
    chat = boss.open("anna_bot")
    chat.start()
    chat.send("/topics")
    report = chat.wait_text("Вопросы").text
    assert [line[0] for line in report.splitlines()] == ["✅"] * 6
    assert set(known(anna)) == set(topics.needed())
    names = {topic.id: topic.name for topic in group.topics.values()}
    assert {names[thread] for thread in known(anna).values()} == {*topics.needed(), "продукты"} - {"Продукты"}
    made = len(group.topics)
    assert all(look(anna).values())
    assert len(group.topics) == made  # nothing is made twice


@pytest.mark.usefixtures("running")
def test_a_topic_that_is_gone_is_made_again(anna: Bot, tg: SandboxServer) -> None:
    group = tg.group("Клуб", forum=True, admins=["anna_bot"])
    own(anna, group_id=group.id)
    assert all(look(anna).values())
    before = known(anna)
    tg.do(lambda: groups.delete_topic(tg.world, group, group.topics[before["Новости"]]))
    assert all(look(anna).values())
    after = known(anna)
    assert after["Новости"] != before["Новости"]
    assert {name: thread for name, thread in after.items() if name != "Новости"} == {
        name: thread for name, thread in before.items() if name != "Новости"
    }


@pytest.mark.usefixtures("running")
def test_what_is_missing_is_told_with_what_to_do(anna: Bot, tg: SandboxServer) -> None:
    assert look(anna) == {"group": False}
    own(anna, group_id=-100_404)
    assert look(anna) == {"group": False}
    plain = tg.group("Без тем", admins=["anna_bot"])
    own(anna, group_id=plain.id, topics={"Новости": 5})
    assert look(anna) == {"no_topics": True}
    assert known(anna) == {}
    forum = tg.group("Клуб", forum=True, bots=["anna_bot"])
    own(anna, group_id=forum.id)
    assert look(anna) == {"rights": False} | dict.fromkeys(topics.needed(), False)
    assert known(anna) == {}
    tg.fail_next("createForumTopic", 400, "Bad Request: something")
    tg.set_member(forum, anna.telegram_id, "administrator")
    assert sorted(look(anna).values()) == [False, *[True] * 5]
    assert len(known(anna)) == 5


@pytest.mark.django_db
def test_names_in_other_groups_and_other_names_are_not_heard(anna: Bot) -> None:
    own(anna, group_id=-1)

    def hear(chat_id: int, thread_id: int, name: str) -> None:
        with tenancy.partner(anna.partner_id):
            topics.heard(partner_id=anna.partner_id, chat_id=chat_id, thread_id=thread_id, name=name)

    hear(-2, 1, "Новости")
    hear(-1, 2, "Болталка")
    hear(-1, 3, "")
    assert known(anna) == {}
    hear(-1, 4, " новости ")
    hear(-1, 5, "Новости")  # the first one stays
    assert known(anna) == {"Новости": 4}
