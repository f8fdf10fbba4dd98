"""What a restored database must not send again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from config.backups.settling import carry_on, settle
from content.models import OutboxMessage, Post
from partners import tenancy
from partners.models import Bot, Partner
from tests.factories import NOW
from tests.wall_rows import make_full_partner, make_network_version

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=2)


@pytest.fixture
def anna() -> Partner:
    make_network_version()
    return make_full_partner("anna")


def outbox(partner: Partner, state: str, lane: int, not_before: Any = NOW) -> OutboxMessage:
    with tenancy.all_partners():
        return OutboxMessage.objects.create(
            partner=partner, bot=partner.bot, chat_id=1, lane=lane, payload={}, created_at=NOW, not_before=not_before,
            state=state, dedupe_key=f"{state}{lane}{not_before}",
        )  # fmt: skip


def test_bots_come_back_stopped_and_it_is_known_which_ran(anna: Partner) -> None:
    with tenancy.all_partners():
        Bot.objects.update(state=Bot.State.RUNNING, heartbeat_at=LATER, runner="old")
    assert settle(now=LATER, start=False).ran == ["anna"]
    with tenancy.all_partners():
        bot = Bot.objects.get()
    assert (bot.wanted, bot.state, bot.runner, bot.heartbeat_at) == ("stopped", "stopped", "", None)


def test_with_start_they_are_wanted_as_they_were(anna: Partner) -> None:
    settle(now=LATER, start=True)
    with tenancy.all_partners():
        assert Bot.objects.get().wanted == Bot.Wanted.RUNNING


def test_what_was_moved_goes_on_as_if_nothing_had_happened(anna: Partner) -> None:
    states = ("queued", "held", "sent")
    rows = [outbox(anna, state, OutboxMessage.Lane.ALERT) for state in states]
    with tenancy.all_partners():
        Bot.objects.update(state=Bot.State.RUNNING, heartbeat_at=LATER, runner="old")
    assert carry_on().ran == ["anna"]
    with tenancy.all_partners():
        assert tuple(OutboxMessage.objects.get(pk=row.pk).state for row in rows) == states
        bot = Bot.objects.get()
    assert (bot.wanted, bot.state, bot.runner) == ("running", "stopped", "")


@pytest.mark.parametrize("lane", OutboxMessage.Lane.values)
def test_due_messages_wait_for_a_person_and_later_ones_stay(anna: Partner, lane: int) -> None:
    rows = [
        (outbox(anna, "sending", lane), "unknown"),
        (outbox(anna, "queued", lane), "unknown"),
        (outbox(anna, "queued", lane, LATER + timedelta(hours=1)), "queued"),
        (outbox(anna, "held", lane), "held"),
        (outbox(anna, "sent", lane), "sent"),
    ]
    settle(now=LATER, start=False)
    with tenancy.all_partners():
        assert [OutboxMessage.objects.get(pk=row.pk).state for row, _state in rows] == [state for _row, state in rows]


def test_due_posts_are_perhaps_published_and_later_ones_stay_scheduled(anna: Partner) -> None:
    with tenancy.all_partners():
        template = Post.objects.first()
        assert template is not None
        for number, due_at in enumerate((NOW, LATER + timedelta(hours=1))):
            template.pk, template.number = None, 100 + number
            template.state, template.due_at = Post.State.SCHEDULED, due_at
            template.save(force_insert=True)
    before = settle(now=LATER, start=False).posts
    with tenancy.all_partners():
        assert Post.objects.filter(number=100).values_list("state", "due_at").get() == ("unknown", None)
        assert Post.objects.get(number=101).state == Post.State.SCHEDULED
    assert before >= 1


def test_todays_digest_is_not_sent_again(anna: Partner) -> None:
    with tenancy.all_partners():
        Partner.objects.update(digest_due_at=NOW)
    settle(now=LATER, start=False)
    with tenancy.all_partners():
        assert Partner.objects.get().digest_due_at is None
