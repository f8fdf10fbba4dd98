"""«Новый пост»: only to who asked for it, agreed to offers, and cares; once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from content.messages import Html, Message
from content.models import OutboxMessage, Post
from content.outbox.delivery import Claimed
from funnels.services import post_notice
from funnels.services.gate import Refused, judge
from partners import tenancy
from partners.models import Bot, Lead
from tests.content.stored_posts import GROUP, make_post, make_publisher
from tests.factories import NOW, make_consent, make_lead

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def bot(db: None) -> Bot:
    return make_publisher("anna")


def published(bot: Bot, kind: str = "tips", at: datetime = NOW, **fields: Any) -> Post:
    place = {"chat_id": GROUP, "thread_id": 7, "message_id": 5, "published_at": at}
    values = {"kind": kind, "state": Post.State.PUBLISHED, "text": "<b>Пять &lt;привычек&gt;</b>\nДальше"}
    return make_post(bot.partner, **values | place | fields)


def reader(bot: Bot, *, agrees: bool = True, **fields: Any) -> Lead:
    lead = make_lead(bot.partner, **{"wants_posts": True, "intent": "client"} | fields)
    if agrees:
        make_consent(lead)
    return lead


def tell(bot: Bot, now: datetime = NOW) -> list[int | None]:
    """To whom it was promised by this tick."""
    with tenancy.partner(bot.partner_id):
        before = set(OutboxMessage.objects.values_list("pk", flat=True))
        post_notice.tell(partner_id=bot.partner_id, now=now)
        return list(OutboxMessage.objects.exclude(pk__in=before).order_by("lead").values_list("lead", flat=True))


def test_only_who_wants_it_and_may_get_it(bot: Bot) -> None:
    published(bot)
    wanted = reader(bot, wants_offers=False)
    reader(bot, wants_posts=False)
    reader(bot, agrees=False)
    reader(bot, status=Lead.Status.UNSUBSCRIBED)
    reader(bot, blocked_at=NOW)
    reader(bot, intent="business")
    assert tell(bot) == [wanted.pk]


def test_nobody_wants_it_by_default(bot: Bot) -> None:
    make_consent(make_lead(bot.partner, intent="client"))
    published(bot)
    assert tell(bot) == []
    with tenancy.all_partners():
        assert post_notice.due_partners(NOW) == []


def test_the_interest_decides(bot: Bot) -> None:
    client, seller = reader(bot), reader(bot, intent="business")
    post = published(bot, "business")
    assert tell(bot) == [seller.pk]
    with tenancy.all_partners():
        Post.objects.filter(pk=post.pk).update(kind="news")
    assert tell(bot, NOW + timedelta(hours=1)) == [client.pk]  # the other one knows of it


def test_once_for_a_post_and_once_a_day(bot: Bot) -> None:
    lead = reader(bot)
    published(bot)
    assert [tell(bot), tell(bot)] == [[lead.pk], []]
    published(bot, at=NOW + timedelta(hours=1), message_id=6)
    assert tell(bot, NOW + timedelta(hours=2)) == []
    published(bot, at=NOW + DAY, message_id=7)
    assert tell(bot, NOW + DAY + timedelta(hours=1)) == [lead.pk]


def test_two_posts_at_once_are_one_notice(bot: Bot) -> None:
    lead = reader(bot)
    published(bot)
    published(bot, message_id=6)
    assert tell(bot) == [lead.pk]


def test_an_old_post_is_no_news(bot: Bot) -> None:
    reader(bot)
    published(bot)
    with tenancy.all_partners():
        assert post_notice.due_partners(NOW) == [bot.partner_id]
        assert post_notice.due_partners(NOW + post_notice.NEW) == []
    assert tell(bot, NOW + post_notice.NEW) == []


def test_what_it_says(bot: Bot) -> None:
    reader(bot)
    published(bot, erid="abc", advertiser="ООО <Ромашка>")
    tell(bot)
    with tenancy.partner(bot.partner_id):
        row = OutboxMessage.objects.get()
    assert row.lane == OutboxMessage.Lane.BROADCAST
    text, buttons = row.payload["text"], row.payload["buttons"]
    assert "Пять &lt;привычек&gt;" in text
    assert "Реклама. ООО &lt;Ромашка&gt;. erid: abc" in text
    assert buttons[0][0]["url"] == f"https://t.me/c/{str(GROUP)[4:]}/7/5"
    assert buttons[1][0]["callback"] == "c:topic:posts:off"


@pytest.mark.parametrize(("wants_posts", "refused"), [(True, None), (False, Refused("topic is off"))])
def test_the_gate_asks_again(bot: Bot, wants_posts: bool, refused: Refused | None) -> None:
    lead = reader(bot, wants_posts=wants_posts, wants_offers=False)
    noon = datetime(2026, 3, 2, 12, 0, tzinfo=NOW.tzinfo)
    claimed = Claimed(
        id=1, partner_id=bot.partner_id, bot_id=bot.pk, chat_id=lead.telegram_id, thread_id=0, lead_id=lead.pk,
        lane=OutboxMessage.Lane.BROADCAST, source="post_notice:1", not_after=None, message=Message(Html("Пост")),
    )  # fmt: skip
    with tenancy.partner(bot.partner_id):
        assert judge(messages=[claimed], now=noon).get(1) == refused
