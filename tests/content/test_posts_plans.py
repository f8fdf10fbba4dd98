"""Plans of posts: one order for every run, in the partner's zone; what fails waits longer and longer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from content.models import Post, PostPlan, Story
from content.posts.crontab import BadCrontab
from content.posts.kinds import shipped, weekly_plan
from content.services.posts import plans
from partners import clock, tenancy
from partners.models import Partner
from partners.services.partners import config_of, save_partner
from tests.content.stored_posts import make_publisher
from tests.factories import NOW
from tests.partners.test_admin_partners import data as partner_form
from tests.personas import client_of, owner

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 9, 7, 0, tzinfo=UTC)  # 10:00 in Moscow
WEEK = timedelta(days=7)


@pytest.fixture
def partner(db: None) -> Partner:
    return make_publisher().partner


def plan(partner: Partner, kind: str = "motivation", crontab: str = "0 10 * * 1", **fields: Any) -> PostPlan:
    with tenancy.partner(partner.pk):
        return plans.save_plan(
            partner_id=partner.pk,
            kind=kind,  # type: ignore[arg-type]
            crontab=crontab,
            now=NOW,
            **fields,
        )


def run(partner: Partner, now: datetime) -> int:
    with tenancy.partner(partner.pk):
        return plans.run_due(partner_id=partner.pk, now=now)


def stored(plan: PostPlan) -> PostPlan:
    with tenancy.partner(plan.partner_id):
        return PostPlan.objects.get(pk=plan.pk)


def posts(partner: Partner) -> list[tuple[str, str]]:
    with tenancy.partner(partner.pk):
        return list(Post.objects.order_by("pk").values_list("kind", "state"))


def test_a_due_plan_orders_a_post_and_goes_on(partner: Partner) -> None:
    weekly = plan(partner)
    assert weekly.next_at == MONDAY
    assert run(partner, MONDAY - timedelta(seconds=1)) == 0
    assert run(partner, MONDAY) == 1
    assert run(partner, MONDAY) == 0
    assert posts(partner) == [("motivation", "draft")]
    assert stored(weekly).next_at == MONDAY + WEEK
    with tenancy.all_partners():
        assert plans.due_partners(MONDAY) == []
        assert plans.due_partners(MONDAY + WEEK) == [partner.pk]


def test_a_month_without_workers_is_one_post(partner: Partner) -> None:
    weekly = plan(partner)
    run(partner, MONDAY + 4 * WEEK + timedelta(hours=3))
    assert len(posts(partner)) == 1
    assert stored(weekly).next_at == MONDAY + 5 * WEEK


def test_what_fails_says_why_and_waits_longer_and_longer(partner: Partner) -> None:
    hourly = plan(partner, kind="success_story", crontab="0 * * * *")
    waits, now = [], NOW
    for _time in range(9):
        row = stored(hourly)
        assert row.next_at
        waits.append(row.next_at - now)
        now = row.next_at
        run(partner, now)
        assert stored(hourly).reason
    assert all(wait <= later for wait, later in pairwise(waits))
    assert waits[-1] >= timedelta(days=14)
    assert (posts(partner), stored(hourly).failures) == ([], 9)
    with tenancy.all_partners():
        Story.objects.create(text="Чай и книга каждый вечер.", consent="Ирина", added_at=NOW)
    run(partner, now + timedelta(days=20))
    assert (stored(hourly).failures, stored(hourly).reason) == (0, "")
    assert len(posts(partner)) == 1


def test_posts_that_nobody_decides_about_do_not_pile_up(partner: Partner) -> None:
    weekly = plan(partner)
    for week in range(9):
        run(partner, MONDAY + week * WEEK)
    assert len(posts(partner)) == plans.MOST_WAITING
    assert stored(weekly).failures > 0


def test_the_week_is_proposed_once(partner: Partner) -> None:
    with tenancy.partner(partner.pk):
        assert plans.propose_week(partner_id=partner.pk, now=NOW) == len(weekly_plan(shipped()))
        assert plans.propose_week(partner_id=partner.pk, now=NOW) == 0
        stored = {(row.kind, row.next_at) for row in PostPlan.objects.all()}
    assert ("product", MONDAY) in stored
    assert {kind for kind, _next in stored} == {slot[1] for slot in weekly_plan(shipped())}


def test_a_plan_that_is_off_has_no_next_run(partner: Partner) -> None:
    weekly = plan(partner, enabled=False)
    assert weekly.next_at is None
    with tenancy.partner(partner.pk):
        assert plans.next_runs(weekly, NOW) == []
        plans.change_plan(plan=weekly, crontab="0 12 * * 1", enabled=True, now=NOW)
        assert plans.next_runs(weekly, NOW, 2) == [MONDAY + timedelta(hours=2), MONDAY + WEEK + timedelta(hours=2)]
        with pytest.raises(BadCrontab):
            plans.change_plan(plan=weekly, crontab="often", enabled=True, now=NOW)
    assert stored(weekly).crontab == "0 12 * * 1"


def test_another_zone_has_the_same_hours(partner: Partner) -> None:
    weekly = plan(partner)
    with tenancy.all_partners():
        Partner.objects.update(time_zone="Asia/Vladivostok")
    with tenancy.partner(partner.pk):
        plans.zone_changed(partner_id=partner.pk, now=NOW)
    assert stored(weekly).next_at == MONDAY - timedelta(hours=7)


def test_whoever_moves_finds_the_plans_at_the_new_hour(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    partner = make_publisher(topics={}).partner
    monkeypatch.setattr(clock, "now", lambda: NOW)
    weekly, off = plan(partner), plan(partner, kind="tips", enabled=False)
    form = partner_form(time_zone="Asia/Vladivostok")
    assert client_of(owner(partner)).post(f"/admin/partners/partner/{partner.pk}/change/", form).status_code == 302
    assert stored(weekly).next_at == MONDAY - timedelta(hours=7)
    with tenancy.all_partners():
        config = config_of(Partner.objects.get(pk=partner.pk))
        section = config.partner.model_copy(update={"time_zone": "Europe/Berlin"})
        save_partner(config=config.model_copy(update={"partner": section}), now=NOW)
    assert stored(weekly).next_at == MONDAY + timedelta(hours=2)
    assert stored(off).next_at is None
