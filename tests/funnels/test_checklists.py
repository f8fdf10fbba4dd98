"""The first week's rows: begun, ticked, finished, and nudged once each, never at night."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from content.models import LessonProgress, OutboxMessage, Post, PostKind
from funnels.checklist import Sign
from funnels.models import Alert, Checklist, ChecklistTask
from funnels.services import checklists
from funnels.services.nudges import due_partners, nudge
from funnels.services.presets import first_week
from funnels.tasks import look_after_newcomers
from partners import clock, tenancy
from partners.models import Bot, Partner
from tests.factories import make_bot, make_lead, make_link, make_partner

ANNA = 777
NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # twelve in Moscow
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def bot() -> Bot:
    return make_bot(make_partner(telegram_id=ANNA, created_at=NOON - HOUR), state=Bot.State.RUNNING)


def begin(bot: Bot, at: datetime = NOON) -> Checklist:
    with tenancy.partner(bot.partner_id):
        return checklists.begin(partner_id=bot.partner_id, now=at)


def row(bot: Bot) -> Checklist:
    with tenancy.partner(bot.partner_id):
        return Checklist.objects.select_related("partner").get()


def tick(bot: Bot, at: datetime) -> bool:
    with tenancy.all_partners():
        due = due_partners(now=at)
    if bot.partner_id not in due:
        return False
    with tenancy.partner(bot.partner_id):
        return nudge(partner_id=bot.partner_id, now=at)


def told(bot: Bot) -> list[str]:
    with tenancy.partner(bot.partner_id):
        return list(OutboxMessage.objects.order_by("pk").values_list("dedupe_key", flat=True))


def saw(bot: Bot, at: datetime, telegram_id: int = ANNA) -> None:
    with tenancy.partner(bot.partner_id):
        checklists.saw(partner_id=bot.partner_id, telegram_id=telegram_id, now=at)


def change(bot: Bot, **fields: Any) -> None:
    with tenancy.all_partners():
        Partner.objects.filter(pk=bot.partner_id).update(**fields)


def tick_through(bot: Bot, hours: float, *, step: timedelta = timedelta(minutes=30)) -> list[datetime]:
    """When messages were promised, if the tick runs all the time."""
    at, moments = NOON, []
    while at <= NOON + hours * HOUR:
        if tick(bot, at):
            moments.append(at)
        at += step
    return moments


# Beginning


def test_the_week_begins_when_the_bot_runs(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    stopped = make_bot(make_partner(created_at=NOON))
    old = make_bot(make_partner(created_at=NOON - timedelta(days=31)), state=Bot.State.RUNNING)
    look_after_newcomers()
    look_after_newcomers()
    with tenancy.all_partners():
        begun = {checklist.partner_id: checklist for checklist in Checklist.objects.all()}
    assert set(begun) == {bot.partner_id}
    assert {stopped.partner_id, old.partner_id}.isdisjoint(begun)
    assert begun[bot.partner_id].started_at == NOON
    assert begun[bot.partner_id].nudge_at == NOON + 4 * HOUR


def test_somebody_who_was_there_long_ago_may_look_and_is_left_alone() -> None:
    old = make_bot(make_partner(telegram_id=ANNA, created_at=NOON - timedelta(days=400)))
    checklist = begin(old)
    assert checklist.started_at == NOON - timedelta(days=400)
    assert checklist.nudge_at is None
    saw(old, NOON + HOUR)
    assert row(old).nudge_at is None
    assert told(old) == []


def test_it_is_offered_once_when_the_partner_comes(bot: Bot) -> None:
    begin(bot)
    assert told(bot) == []
    saw(bot, NOON + HOUR)
    saw(bot, NOON + 2 * HOUR)
    assert told(bot) == ["checklist:offer"]


def test_whoever_tried_the_bot_before_the_tick_gets_the_offer_with_the_beginning(bot: Bot) -> None:
    make_lead(bot.partner, telegram_id=ANNA)
    begin(bot)
    assert told(bot) == ["checklist:offer"]


def test_whoever_opened_the_week_is_not_offered_it(bot: Bot) -> None:
    with tenancy.partner(bot.partner_id):
        checklists.open_week(partner_id=bot.partner_id, now=NOON)
    saw(bot, NOON)
    assert told(bot) == []


# Seeing


def seen(bot: Bot) -> set[Sign | None]:
    with tenancy.partner(bot.partner_id):
        checklist = checklists.open_week(partner_id=bot.partner_id, now=NOON)
        done = checklists.done_tasks(checklist.partner_id)
    assert all(done.values())
    return {task.sign for task in first_week().tasks if task.key in done}


def test_the_product_sees_what_is_done(bot: Bot) -> None:
    assert seen(bot) == set()
    own = make_lead(bot.partner, telegram_id=ANNA)
    assert seen(bot) == {"tried"}
    make_link(bot.partner)
    change(bot, group_id=-100, story="Живу в Казани.")
    assert seen(bot) == {"tried", "link", "group", "story"}
    facts = {"kind": PostKind.TIPS, "text": "…", "created_at": NOON, "changed_at": NOON}
    with tenancy.partner(bot.partner_id):
        Post.objects.create(partner=bot.partner, state=Post.State.PENDING, **facts)
        Alert.objects.create(
            lead=own, partner=bot.partner, trigger=Alert.Trigger.CONTACT_LEFT, day=NOON.date(), at=NOON
        )
    assert "post" not in seen(bot)
    with tenancy.partner(bot.partner_id):
        Post.objects.update(state=Post.State.PUBLISHED)
    make_lead(bot.partner)
    assert {"post", "lead"} <= seen(bot)


def test_what_others_do_is_not_the_partners(bot: Bot) -> None:
    change(bot, admin_telegram_ids=[778])
    make_lead(bot.partner, telegram_id=778)  # the helper
    other = make_partner()
    make_link(other)
    make_lead(other)
    with tenancy.partner(bot.partner_id):
        LessonProgress.objects.create(
            partner=bot.partner, telegram_id=778, course="bot", lesson="start", opened_at=NOON, done_at=NOON
        )
    assert seen(bot) == set()
    with tenancy.partner(bot.partner_id):
        assert not ChecklistTask.objects.exists()


def test_a_learned_lesson_ticks_its_task(bot: Bot) -> None:
    with tenancy.partner(bot.partner_id):
        lesson = LessonProgress.objects.create(
            partner=bot.partner, telegram_id=ANNA, course="bot", lesson="start", opened_at=NOON
        )
    assert seen(bot) == set()
    with tenancy.partner(bot.partner_id):
        LessonProgress.objects.filter(pk=lesson.pk).update(done_at=NOON)
        checklists.open_week(partner_id=bot.partner_id, now=NOON)
        assert checklists.done_tasks(bot.partner_id) == {"lesson_bot": True}


# Nudging


def test_one_nudge_each_and_then_silence(bot: Bot) -> None:
    begin(bot)
    moments = tick_through(bot, 24 * 30, step=timedelta(hours=1))
    keys = [key for key in told(bot) if "nudge" in key]
    # 12 h ends at midnight, so it comes at ten in the morning.
    assert [int((at - NOON) / HOUR) for at in moments] == [4, 22, 24, 48, 168]
    assert keys == [f"checklist:nudge:{step}" for step in range(5)]
    assert row(bot).nudge_at is None


def test_coming_back_starts_the_clock_again_but_repeats_no_step(bot: Bot) -> None:
    begin(bot)
    assert tick_through(bot, 6) == [NOON + 4 * HOUR]
    saw(bot, NOON + 6 * HOUR)
    assert row(bot).nudge_at == datetime(2026, 3, 3, 7, 0, tzinfo=UTC)  # 12 h after it is night
    assert not tick(bot, NOON + 12 * HOUR)
    assert tick(bot, NOON + 22 * HOUR)
    assert told(bot) == ["checklist:nudge:0", "checklist:offer", "checklist:nudge:1"]


def test_after_an_outage_the_newest_alone(bot: Bot) -> None:
    begin(bot)
    assert tick(bot, NOON + 50 * HOUR)
    assert not tick(bot, NOON + 50 * HOUR + timedelta(minutes=1))
    assert told(bot) == ["checklist:nudge:3"]
    assert row(bot).nudge_at == NOON + 168 * HOUR


def test_an_outage_that_ends_at_night_waits_for_the_morning(bot: Bot) -> None:
    begin(bot)
    assert not tick(bot, NOON + 11 * HOUR)  # eleven in the evening
    assert told(bot) == []
    assert row(bot).nudge_at == datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
    assert tick(bot, datetime(2026, 3, 3, 7, 0, tzinfo=UTC))


def test_what_waits_in_a_queue_does_not_come_at_night(bot: Bot) -> None:
    begin(bot)
    change(bot, quiet_from="18:00")
    assert tick(bot, NOON + 4 * HOUR)
    with tenancy.partner(bot.partner_id):
        message = OutboxMessage.objects.get()
    assert message.not_after == NOON + 6 * HOUR  # six in the evening
    assert message.lane == OutboxMessage.Lane.ALERT
    assert message.chat_id == ANNA


@pytest.mark.parametrize(
    "fields",
    [{"lead_notifications": False}, {"telegram_id": None}, {"unreachable": Partner.Unreachable.BLOCKED}],
)
def test_nobody_is_nudged_who_wants_or_gets_nothing(bot: Bot, fields: dict[str, Any]) -> None:
    begin(bot)
    change(bot, **fields)
    assert tick_through(bot, 30, step=timedelta(hours=2)) == []
    assert told(bot) == []


def test_while_the_bot_is_off_nobody_is_nudged(bot: Bot) -> None:
    begin(bot)
    with tenancy.all_partners():
        Bot.objects.filter(pk=bot.pk).update(wanted=Bot.Wanted.STOPPED)
    assert not tick(bot, NOON + 5 * HOUR)


def test_a_finished_week_is_congratulated_on_instead_of_nudged(bot: Bot) -> None:
    checklist = begin(bot)
    with tenancy.partner(bot.partner_id):
        for task in first_week().tasks[:-1]:
            ChecklistTask.objects.create(partner=bot.partner, task=task.key, done_at=NOON)
        last = first_week().tasks[-1]
        ChecklistTask.objects.create(partner=bot.partner, task=last.key, done_at=NOON)
    assert tick(bot, NOON + 4 * HOUR)
    assert told(bot) == ["checklist:finished"]
    assert not tick(bot, NOON + 99 * HOUR)
    assert row(bot).finished_at is not None
    assert checklist.pk == bot.partner_id


def test_a_finished_week_stays_finished(bot: Bot) -> None:
    begin(bot)
    checklist = row(bot)
    with tenancy.partner(bot.partner_id):
        for task in first_week().tasks:
            checklists.toggle(checklist=checklist, task=task, now=NOON)
    assert row(bot).finished_at == NOON
    assert row(bot).nudge_at is None
    saw(bot, NOON + HOUR)
    assert row(bot).nudge_at is None


def test_what_the_product_has_seen_is_not_taken_back(bot: Bot) -> None:
    begin(bot)
    checklist = row(bot)
    link = next(task for task in first_week().tasks if task.sign == "link")
    with tenancy.partner(bot.partner_id):
        checklists.toggle(checklist=checklist, task=link, now=NOON)
        assert checklists.done_tasks(bot.partner_id) == {"link": False}
        checklists.toggle(checklist=checklist, task=link, now=NOON)
        assert checklists.done_tasks(bot.partner_id) == {}
    make_link(bot.partner)
    with tenancy.partner(bot.partner_id):
        checklists.observe(checklist=checklist, now=NOON)
        checklists.toggle(checklist=checklist, task=link, now=NOON)
        assert checklists.done_tasks(bot.partner_id) == {"link": True}


# Being seen


def test_acts_of_a_few_minutes_are_written_once(bot: Bot) -> None:
    begin(bot)
    saw(bot, NOON + HOUR)
    with CaptureQueriesContext(connection) as queries:
        saw(bot, NOON + HOUR + timedelta(minutes=4))
    assert not [query for query in queries.captured_queries if "UPDATE" in query["sql"].split("FOR")[0]]
    assert row(bot).seen_at == NOON + HOUR
    saw(bot, NOON + HOUR + timedelta(minutes=5))
    assert row(bot).seen_at == NOON + HOUR + timedelta(minutes=5)


def test_a_helper_does_not_stand_in_for_the_partner(bot: Bot) -> None:
    change(bot, admin_telegram_ids=[778])
    begin(bot)
    saw(bot, NOON + HOUR, telegram_id=778)
    assert row(bot).seen_at is None
    assert told(bot) == []


def test_partners_do_not_see_each_others_weeks(bot: Bot) -> None:
    other = make_bot(make_partner(telegram_id=880, created_at=NOON))
    begin(bot)
    begin(other)
    with tenancy.partner(other.partner_id):
        assert list(Checklist.objects.values_list("partner_id", flat=True)) == [other.partner_id]
        assert not nudge(partner_id=bot.partner_id, now=NOON + 99 * HOUR)
