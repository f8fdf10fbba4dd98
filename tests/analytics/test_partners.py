"""Who differs from the others for certain, and who only seems to."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics.periods import Period
from analytics.queries import partners as queries
from analytics.queries.overview import overview
from analytics.queries.tallies import Whose
from analytics.reports.partners import LEAST, comparison
from funnels.milestones import Did
from partners import tenancy
from tests.analytics.test_rollups import count, happened
from tests.factories import NOW, make_lead, make_partner

TODAY = Period(NOW.date(), NOW.date())


def test_above_below_and_too_few() -> None:
    arrived = {
        (1, "came"): 1_000, (1, "contact"): 350,
        (2, "came"): 1_000, (2, "contact"): 100,
        (3, "came"): 1_000, (3, "contact"): 260,
        (4, "came"): 40, (4, "contact"): 12,  # 30 %, but 17–47 % are possible
        (5, "came"): LEAST - 1, (5, "contact"): LEAST - 1,
    }  # fmt: skip
    found = comparison(range(1, 7), arrived)
    assert [line.partner_id for line in found.lines] == [1, 2, 3, 4, 5, 6]
    assert [line.stands[Did.CONTACT] for line in found.lines] == ["above", "below", "alike", "alike", "few", "few"]
    assert (found.compared, found.medians[Did.CONTACT], found.medians[Did.SHOP]) == (4, 0.28, 0.0)
    assert found.lines[5].rate(Did.CONTACT).value is None


def test_nobody_to_compare_with() -> None:
    found = comparison([1], {(1, "came"): 3, (1, "shop"): 3})
    assert (found.compared, found.medians[Did.SHOP], found.lines[0].stands[Did.SHOP]) == (0, None, "few")


def test_two_hundred_equal_partners_are_told_apart_in_few_tables() -> None:
    """Five of a hundred tables name somebody by chance, not ten partners of each."""
    chance = Random(1)
    tables = 0
    for _ in range(40):
        arrived = {(pk, "came"): 100 for pk in range(200)}
        arrived |= {(pk, "contact"): sum(chance.random() < 0.2 for _ in range(100)) for pk in range(200)}
        tables += any(line.stands[Did.CONTACT] != "alike" for line in comparison(range(200), arrived).lines)
    assert tables <= 6


@pytest.mark.django_db
def test_the_network_partner_by_partner() -> None:
    anna, boris = make_partner("anna"), make_partner("boris")
    leads = [make_lead(partner) for partner in (anna, anna, boris)]
    for lead in leads:
        happened(lead, "started")
        happened(lead, "contact_left", what="phone")
        count(lead)
    with tenancy.all_partners():
        found = queries.partners(TODAY)
        assert sum(line.leads for line in found.comparison.lines) == overview(Whose(None), TODAY).arrived[Did.CAME]
    assert [(line.leads, line.rate(Did.CONTACT).value) for line in found.comparison.lines] == [(2, 1.0), (1, 1.0)]
    assert found.about[anna.pk] == queries.About("anna", anna.name, NOW.date(), Decimal(0), 0)


@pytest.mark.django_db
def test_a_network_before_its_first_partner() -> None:
    with tenancy.all_partners():
        assert not queries.partners(TODAY).comparison.lines


@pytest.mark.django_db
def test_thirty_partners_cost_the_queries_of_one() -> None:
    def queries_of_it() -> int:
        with tenancy.all_partners(), CaptureQueriesContext(connection) as captured:
            queries.partners(TODAY)
        return len(captured)

    make_partner()
    one = queries_of_it()
    for _ in range(29):
        make_partner()
    assert queries_of_it() == one
