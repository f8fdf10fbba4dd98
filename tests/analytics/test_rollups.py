"""Counted a little at a time, or all at once: the same."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from analytics.models import Rollup, Tally
from analytics.periods import Period
from analytics.queries.overview import overview
from analytics.queries.tallies import Whose, by_day, people_behind
from analytics.queries.tallies import tallies as summed
from analytics.services import rollups
from funnels.milestones import Did
from funnels.models import FunnelEvent, Milestone
from partners import tenancy
from partners.fastsql import fetch
from partners.models import Lead, Partner
from tests.botrunner.disasters import until
from tests.factories import NOW, make_lead, make_partner

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
Row = tuple[Any, ...]


def happened(lead: Lead, kind: str, at: datetime = NOW, step: str = "", **data: object) -> None:
    with tenancy.all_partners():
        FunnelEvent.objects.create(partner_id=lead.partner_id, lead=lead, kind=kind, step=step, data=data, at=at)


def tallies() -> Counter[Row]:
    with tenancy.all_partners():
        return Counter(Tally.objects.values_list("partner_id", "name", "version", "day", "key", "aux", "people"))


def marks() -> Counter[Row]:
    with tenancy.all_partners():
        return Counter(Milestone.objects.values_list("lead_id", "name", "version", "step", "at", "day"))


def count(*leads: Lead, zone: str = "Europe/Moscow") -> None:
    rollups.count_leads([lead.pk for lead in leads], {lead.partner_id: zone for lead in leads})


EVENTS = st.lists(
    st.tuples(
        st.integers(0, 3),  # which lead
        st.sampled_from(
            [
                ("started", "", {}),
                ("started", "", {"link": 5}),
                ("screen_shown", "welcome", {}),
                ("screen_shown", "offer", {"product": "slim"}),
                ("link_clicked", "offer", {"slot": "shop"}),
                ("contact_left", "", {"what": "phone"}),
                ("message_received", "", {}),
                ("status_changed", "", {"to": "ordered"}),
                ("sequence_entered", "weight", {}),
                ("warmup_sent", "weight:first", {}),
                ("sequence_ended", "weight", {"reason": "contact"}),
            ]
        ),
        st.integers(-400, 400),  # hours: late events among them
    ),
    max_size=25,
)


class TestAnyHistory(TestCase):
    def setUp(self) -> None:
        partners = [make_partner(), make_partner(time_zone="Asia/Vladivostok")]
        self.zones = {partner.pk: partner.time_zone for partner in partners}
        self.leads = [make_lead(partner) for partner in partners for _ in range(2)]

    @settings(max_examples=30, deadline=None)
    @given(events=EVENTS, counted_after=st.sets(st.integers(0, 24)))
    def test_increments_equal_a_full_recount(self, events: list[Any], counted_after: set[int]) -> None:
        news = set()
        for number, (which, (kind, step, data), hours) in enumerate(events):
            happened(self.leads[which], kind, NOW + hours * HOUR, step, **data)
            news.add(self.leads[which].pk)
            if number in counted_after:
                rollups.count_leads(list(news), self.zones)
                news.clear()
        rollups.count_leads(list(news), self.zones)
        step_by_step = tallies(), marks()
        with tenancy.all_partners():
            Tally.objects.all().delete()
            Milestone.objects.all().delete()
        rollups.count_leads([lead.pk for lead in self.leads], self.zones)
        assert (tallies(), marks()) == step_by_step
        assert all(people > 0 for *_key, people in step_by_step[0])
        network, partners = Counter[Row](), Counter[Row]()
        for partner_id, *key, people in step_by_step[0]:
            (network if partner_id is None else partners)[tuple(key)] += people
        assert network == partners
        self.months_are_the_sums_of_their_days(
            {(name, version) for _partner, name, version, *_rest in tallies() if ":" not in name}
        )

    def months_are_the_sums_of_their_days(self, names: set[tuple[str, int]]) -> None:
        period = Period(NOW.date() - 20 * DAY, NOW.date() + 50 * DAY)
        with tenancy.all_partners():
            for name, version in names:
                days = Counter[Row]()
                for (_day, *keys), people in by_day(Whose(None), period, name, version=version).items():
                    days[tuple(keys)] += people
                assert summed(Whose(None), period, name, version=version) == days


@pytest.mark.django_db
def test_a_late_event_moves_the_day() -> None:
    lead = make_lead(make_partner())
    happened(lead, "started", NOW)
    count(lead)
    happened(lead, "started", NOW - 48 * HOUR)
    count(lead)
    came = [row for row in tallies() if row[1] == "deed"]
    assert sorted(row[0] is None for row in came) == [False, True]
    assert {row[3] for row in came} == {(NOW - 48 * HOUR).date()}


@pytest.mark.django_db
def test_a_day_is_the_partners() -> None:
    far = make_lead(make_partner(time_zone="Pacific/Kiritimati"))
    happened(far, "started", NOW.replace(hour=11))
    count(far, zone="Pacific/Kiritimati")
    tomorrow = NOW.date() + timedelta(days=1)
    with tenancy.partner(far.partner_id):
        report = overview(Whose(far.partner_id), Period(tomorrow, tomorrow))
    assert report.deeds[Did.CAME].now == report.arrived[Did.CAME] == 1


@pytest.mark.django_db
def test_a_partner_sees_neither_the_network_nor_others() -> None:
    ours, theirs = make_lead(make_partner()), make_lead(make_partner())
    for lead in (ours, theirs):
        happened(lead, "started")
        count(lead)
    day = Period(NOW.date(), NOW.date())
    with tenancy.partner(ours.partner_id):
        assert overview(Whose(ours.partner_id), day).deeds[Did.CAME].now == 1
        assert overview(Whose(theirs.partner_id), day).is_empty
        assert overview(Whose(None), day).is_empty
        assert [mark.lead for mark in people_behind(Whose(None), day, name=Did.CAME)] == [ours]
    with tenancy.all_partners():
        assert overview(Whose(None), day).deeds[Did.CAME].now == 2


@pytest.mark.django_db(transaction=True)
def test_an_event_that_was_committed_late_is_not_missed() -> None:
    partner = make_partner()
    slow, quick = make_lead(partner), make_lead(partner)
    other = connections.create_connection("default")
    try:
        with transaction.atomic():
            with tenancy.partner(partner.pk):
                FunnelEvent.objects.create(partner=partner, lead=slow, kind="started", at=NOW)
            _elsewhere(other, quick)
            assert _rolled_up_elsewhere() == 0  # nothing after the one that is still under way
    finally:
        other.close()
    counted: list[int] = []

    def both() -> bool:
        """Not before the last transaction of the whole server that began earlier has ended."""
        counted.append(rollups.roll_up(now=NOW) or 0)
        return sum(counted) == 2

    until(both, "both are counted")
    _move(partner, "Asia/Vladivostok")
    assert rollups.roll_up(now=NOW) == 2
    assert rollups.recount(now=NOW) == 2


@pytest.mark.django_db(transaction=True)
def test_sums_of_other_rules_are_made_anew() -> None:
    lead = make_lead(make_partner())
    happened(lead, "started")
    rollups.roll_up(now=NOW)
    right = tallies()
    with tenancy.all_partners():
        Tally.objects.update(people=7)
        Rollup.objects.update(definition="of old rules")
    assert rollups.roll_up(now=NOW) == 1
    assert tallies() == right


def _elsewhere(other: Any, lead: Lead) -> None:
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT set_config('app.partner_id', %s, true)", [str(lead.partner_id)])
        cursor.execute(
            "INSERT INTO funnels_funnelevent (partner_id, lead_id, kind, step, data, at) "
            "VALUES (%s, %s, 'started', '', '{}', %s)",
            [lead.partner_id, lead.pk, NOW],
        )
        cursor.execute("COMMIT")


def _rolled_up_elsewhere() -> int | None:
    """In a thread, whose connection is another one."""

    def work() -> int | None:
        try:
            rollups.roll_up(now=NOW)  # the first one counts all there is, whatever the definition says
            return rollups.roll_up(now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def _move(partner: Partner, zone: str) -> None:
    with tenancy.all_partners():
        Partner.objects.filter(pk=partner.pk).update(time_zone=zone)


@pytest.mark.django_db(transaction=True)
def test_a_partner_whose_zone_stays_is_not_written_again() -> None:
    partner = make_partner()
    rollups.roll_up(now=NOW)
    [before] = _writers()
    rollups.roll_up(now=NOW)
    assert _writers() == [before]
    _move(partner, "Asia/Vladivostok")
    rollups.roll_up(now=NOW)
    assert _writers() != [before]


def _writers() -> list[tuple[str, str]]:
    """Which transactions wrote the rows, and the zones in them."""
    with tenancy.all_partners():
        return fetch("SELECT xmin::text, time_zone FROM analytics_countedpartner", [])
