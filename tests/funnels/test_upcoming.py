"""What falls due next, for whoever can move the clock."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from content.messages import Html, Message
from content.models import OutboxMessage, Post, PostPlan
from content.outbox.promises import Promise, promise
from funnels.models import Alert
from funnels.services.enrollments import enroll
from funnels.services.upcoming import next_due, next_message
from partners import tenancy
from partners.models import Bot, Lead, Partner
from tests.content.stored_posts import make_post
from tests.factories import NOW, make_bot, make_lead, make_partner
from tests.network import publish_network, publish_sequence

DAY = timedelta(days=1)
OWNER = 4_001


@pytest.fixture
def bot(db: None) -> Bot:
    publish_network()
    publish_sequence("weight")
    return make_bot(make_partner("anna", telegram_id=OWNER))


@pytest.fixture
def lead(bot: Bot) -> Lead:
    """At the first step, four hours before it."""
    lead = make_lead(bot.partner, intent="client", pain="weight")
    with tenancy.partner(bot.partner_id):
        enroll(lead=lead, partner=bot.partner, now=NOW)
    return lead


def asked(bot: Bot, person_id: int) -> datetime | None:
    with tenancy.all_partners():
        return next_message(bot_id=bot.telegram_id, person_id=person_id, now=NOW)


def change(lead: Lead, **fields: object) -> None:
    with tenancy.all_partners():
        Lead.objects.filter(pk=lead.pk).update(**fields)


def test_the_time_is_when_the_message_will_really_leave(bot: Bot, lead: Lead) -> None:
    planned = asked(bot, lead.telegram_id)
    assert planned is not None
    change(lead, snoozed_until=NOW + 7 * DAY)
    assert asked(bot, lead.telegram_id) == NOW + 7 * DAY
    change(lead, snoozed_until=None, last_promo_at=planned - timedelta(hours=1))
    moved = asked(bot, lead.telegram_id)
    assert moved is not None
    assert moved >= planned + timedelta(hours=19)


def test_a_message_in_the_outbox_and_strangers(bot: Bot, lead: Lead) -> None:
    said = Promise(lead.telegram_id, "one", Message(Html("акция")), NOW + timedelta(hours=1), lead_id=lead.pk)
    with tenancy.partner(bot.partner_id):
        lane = OutboxMessage.Lane.BROADCAST
        promise(partner_id=bot.partner_id, bot_id=bot.pk, lane=lane, promises=[said], now=NOW)
    assert asked(bot, lead.telegram_id) == NOW + timedelta(hours=1)
    assert asked(bot, 1) is None
    assert asked(make_bot(make_partner("boris")), lead.telegram_id) is None
    with tenancy.all_partners():
        assert next_message(bot_id=1, person_id=lead.telegram_id, now=NOW) is None


def test_the_partner_waits_for_reminders_and_the_digest(bot: Bot, lead: Lead) -> None:
    assert asked(bot, OWNER) is None
    with tenancy.all_partners():
        Partner.objects.filter(pk=bot.partner_id).update(digest_due_at=NOW + DAY)
    assert asked(bot, OWNER) == NOW + DAY
    with tenancy.all_partners():
        Alert.objects.create(
            partner=bot.partner,
            lead=lead,
            trigger=Alert.Trigger.CONTACT_LEFT,
            day=NOW.date(),
            at=NOW,
            remind_at=NOW + timedelta(minutes=15),
        )
    assert asked(bot, OWNER) == NOW + timedelta(minutes=15)
    assert asked(bot, lead.telegram_id) != NOW + timedelta(minutes=15)


def test_the_next_stop_is_the_earliest_of_everything_ahead(bot: Bot, lead: Lead) -> None:
    with tenancy.all_partners():
        first = next_due(now=NOW)
        assert first == asked(bot, lead.telegram_id)
        Partner.objects.filter(pk=bot.partner_id).update(digest_due_at=NOW + timedelta(hours=1))
        assert next_due(now=NOW) == NOW + timedelta(hours=1)
        assert next_due(now=NOW + timedelta(hours=1)) == first
        assert next_due(now=NOW + 300 * DAY) is None


def test_posts_and_their_plans_are_stops_on_the_way(bot: Bot) -> None:
    make_post(bot.partner, state=Post.State.SCHEDULED, due_at=NOW + 2 * DAY)
    make_post(bot.partner, state=Post.State.PUBLISHED, due_at=NOW + DAY)
    with tenancy.all_partners():
        assert next_due(now=NOW) == NOW + 2 * DAY
        PostPlan.objects.create(partner=bot.partner, kind="tips", crontab="0 9 * * *", enabled=False, next_at=NOW + DAY)
        assert (next_due(now=NOW), asked(bot, OWNER)) == (NOW + 2 * DAY, None)
        PostPlan.objects.update(enabled=True)
        assert (next_due(now=NOW), asked(bot, OWNER)) == (NOW + DAY, NOW + DAY)
