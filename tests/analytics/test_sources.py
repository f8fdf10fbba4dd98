"""Through which links people came: first and last touch, and nobody is lost on the way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from analytics.periods import Period
from analytics.queries import sources as queries
from analytics.queries.overview import overview
from analytics.queries.tallies import Whose
from analytics.reports.sources import PARTS, Named, Part, Sources, sources
from analytics.tallying import LINKED
from funnels.milestones import Did
from partners import tenancy
from partners.models import Link
from tests.analytics.test_rollups import count, happened
from tests.factories import NOW, make_lead, make_link, make_partner

DAY = timedelta(days=1)
FIRST = {
    ("7", "came"): 40,
    ("7", "shop"): 10,
    ("8", "came"): 20,
    ("8", "ordered"): 1,
    ("0", "came"): 5,
    ("9", "came"): 1,
}
LAST = {("7", "came"): 10, ("7", "shop"): 9, ("8", "came"): 51, ("8", "shop"): 1, ("8", "ordered"): 1, ("0", "came"): 5}
NAMES = {"7": Named("insta", "VK", "", "Аня"), "8": Named("card", "VK", "Визитка", "")}


def test_first_and_last_touch_side_by_side() -> None:
    lines = sources(FIRST, LAST, NAMES).lines
    assert [(line.key, line.first[Did.CAME], line.last[Did.CAME]) for line in lines] == [
        ("7", 40, 10), ("8", 20, 51), (None, 5, 5), ("9", 1, 0),
    ]  # fmt: skip
    assert (lines[0].named, lines[2].named, lines[3].named) == (NAMES["7"], None, None)
    assert (lines[0].rate(Did.SHOP).value, lines[0].last_rate(Did.SHOP).value) == (0.25, 0.9)
    interval = lines[0].rate(Did.SHOP).interval
    assert (round(interval.low, 3), round(interval.high, 3)) == (0.142, 0.402)


@pytest.mark.parametrize(
    ("part", "came"),
    [
        ("campaign", [("VK", 60), (None, 6)]),
        ("material", [(None, 46), ("Визитка", 20)]),
        ("author", [("Аня", 40), (None, 26)]),
    ],
)
def test_grouped_by_what_is_written_about_the_links(part: Part, came: list[tuple[str | None, int]]) -> None:
    found = sources(FIRST, LAST, NAMES, part)
    assert [(line.key, line.first[Did.CAME]) for line in found.lines] == came
    assert (found.total[Did.CAME], found.total[Did.SHOP], found.total[Did.ORDERED]) == (66, 10, 1)


@pytest.mark.django_db
def test_the_sums_are_those_of_the_overview_for_whole_months_too() -> None:
    partner = make_partner("anna")
    one, two = make_link(partner, campaign="<b>VK</b>"), make_link(partner)
    leads = [make_lead(partner) for _ in range(9)]
    for number, lead in enumerate(leads):
        at = NOW - number * 11 * DAY  # from the second of March back to December
        data: dict[str, Any] = [{"link": one.pk}, {"link": two.pk}, {}][number % 3]
        happened(lead, "started", at, **data)
        happened(lead, "started", at + DAY, link=two.pk)
        if number % 2:
            happened(lead, "contact_left", at + DAY, what="phone")
    count(*leads)
    with tenancy.all_partners():
        Link.objects.filter(pk=two.pk).delete()
    for period in (
        Period(NOW.date() - 40 * DAY, NOW.date()),
        Period((NOW - 88 * DAY).date(), NOW.date()),
        Period((NOW - 33 * DAY).date(), (NOW - 3 * DAY).date()),
        Period(NOW.date().replace(month=1, day=1), NOW.date().replace(month=2, day=28)),
    ):
        with tenancy.partner(partner.pk):
            arrived = overview(Whose(partner.pk), period).arrived
            found: list[Sources] = [queries.sources(Whose(partner.pk), period, part) for part in PARTS]
        whole = {deed: arrived[deed] for deed in LINKED}
        assert whole[Did.CAME] > 0
        for each in found:
            assert each.total == whole
            assert {deed: sum(line.last[deed] for line in each.lines) for deed in LINKED} == whole
    assert {line.named.campaign for line in found[0].lines if line.named} == {"<b>VK</b>"}
