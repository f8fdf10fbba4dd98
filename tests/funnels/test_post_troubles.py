"""Who hears that a post was not published, and how often."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import Settings

from content.ai.troubles import Trouble
from content.models import OutboxMessage, PictureOrder, Post, PostPlan
from content.outbox.delivery import Result
from content.services.posts import desk
from content.services.posts.publishing import BACK_OFF
from funnels import tasks
from partners import clock, tenancy
from partners.models import Bot
from tests.content.stored_posts import claim, finish, make_post, make_publisher, press, stored, tick
from tests.factories import NOW

pytestmark = pytest.mark.django_db

Sent = OutboxMessage.State


@pytest.fixture
def bot(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Bot:
    settings.OPERATOR_TELEGRAM_IDS = [900]
    monkeypatch.setattr(clock, "now", lambda: NOW)
    make_publisher("boris", telegram_id=666)
    return make_publisher("anna", telegram_id=777, admin_telegram_ids=[778])


def told() -> list[tuple[int, str]]:
    tasks.tell_post_troubles()
    tasks.tell_post_troubles()
    with tenancy.all_partners():
        rows = OutboxMessage.objects.filter(lane=OutboxMessage.Lane.ALERT).order_by("chat_id", "pk")
        return [(row.chat_id, row.payload["text"]) for row in rows]


def publish(bot: Bot, state: str, reason: str) -> Post:
    post = make_post(bot.partner)
    press(post, desk.approve_and_publish)
    tick(bot.partner)
    (one,) = claim(bot)
    finish(Result(one.id, state, reason))
    tick(bot.partner)
    return stored(post)


def test_a_failure_is_told_once_to_everybody_whom_it_concerns(bot: Bot) -> None:
    post = publish(bot, Sent.FAILED, "<thread> not found")
    messages = told()
    assert [chat for chat, _text in messages] == [777, 778, 900]
    assert all(f"{post.pk}" in text and "&lt;thread&gt; not found" in text for _chat, text in messages)
    assert post.due_at
    tick(bot.partner, post.due_at)
    (again,) = [one for one in claim(bot, post.due_at) if one.chat_id < 0]
    finish(Result(again.id, Sent.FAILED, "not found"), now=post.due_at)
    tick(bot.partner, post.due_at)
    assert len(told()) == 3


def test_a_doubt_comes_with_the_place_to_look(bot: Bot) -> None:
    publish(bot, Sent.UNKNOWN, "no answer")
    messages = told()
    assert all("https://t.me/c/1234/77" in text for _chat, text in messages)
    assert [chat for chat, _text in messages] == [778, 900]


@pytest.mark.parametrize(("state", "tries"), [(Sent.UNKNOWN, 1), (Sent.FAILED, len(BACK_OFF) + 1)])
def test_what_the_partner_must_decide_comes_to_the_partner_as_a_card_alone(bot: Bot, state: str, tries: int) -> None:
    post = publish(bot, state, "not found")
    for _try in range(1, tries):
        due_at = stored(post).due_at
        assert due_at
        tick(bot.partner, due_at)
        (one,) = claim(bot, due_at)
        finish(Result(one.id, state, "not found"), now=due_at)
        tick(bot.partner, due_at)
    assert stored(post).due_at is None
    tasks.show_posts()
    messages = told()
    assert {chat for chat, _text in messages} == {777, 778, 900}
    with tenancy.all_partners():
        cards = OutboxMessage.objects.filter(chat_id=777, lane=OutboxMessage.Lane.ALERT)
        assert all(row.dedupe_key.startswith("post_card:") for row in cards)


def test_a_failure_that_was_decided_about_is_no_news_for_the_partner(bot: Bot) -> None:
    post = publish(bot, Sent.FAILED, "not found")
    press(stored(post), desk.withdraw)
    press(stored(post), desk.schedule, at=NOW + timedelta(days=1))
    assert [(chat, "tried again" in text) for chat, text in told()] == [(778, False), (900, False)]


def test_a_plan_that_brings_nothing_is_told_every_time(bot: Bot) -> None:
    with tenancy.all_partners():
        plan = PostPlan.objects.create(
            partner=bot.partner,
            kind="success_story",
            crontab="0 9 * * 1",
            failures=1,
            reason="Нет истории.",
            next_at=NOW + timedelta(days=1),
        )
    assert [chat for chat, text in told() if "Нет истории." in text] == [777, 778, 900]
    with tenancy.all_partners():
        PostPlan.objects.filter(pk=plan.pk).update(failures=2, next_at=NOW + timedelta(days=8))
    assert len(told()) == 6


def test_what_went_well_is_not_told(bot: Bot) -> None:
    publish(bot, Sent.SENT, "")
    assert told() == []


def test_a_picture_that_was_not_drawn_is_told_once_with_its_reason(bot: Bot) -> None:
    post = make_post(bot.partner)
    facts = {"partner": bot.partner, "post": post, "prompt": "чашка", "state": PictureOrder.State.FAILED}
    with tenancy.all_partners():
        order = PictureOrder.objects.create(**facts, reason=Trouble.NO_ART, asked_at=NOW - timedelta(hours=1))
        PictureOrder.objects.create(**facts, reason=Trouble.UNWANTED, asked_at=NOW)
        PictureOrder.objects.create(**facts, reason=Trouble.NO_ART, asked_at=NOW - timedelta(days=1))
    messages = told()
    assert [chat for chat, _text in messages] == [777, 778, 900]
    assert all(order.sentence in text and f"{post.pk}" in text for _chat, text in messages)
