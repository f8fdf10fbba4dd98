from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import OuterRef, Subquery

from analytics.models import Tally
from analytics.periods import Period
from analytics.queries.tallies import by_partner
from analytics.reports import partners as reports
from analytics.reports.ai import roubles
from analytics.reports.partners import AIMS, Comparison
from content.queries import post_numbers
from content.queries.post_numbers import Published
from funnels.milestones import Did
from partners.models import Partner


@dataclass(frozen=True, slots=True)
class About:
    """A partner beside the numbers. `active`: the last day on which a lead did something new."""

    slug: str
    name: str
    active: date | None
    roubles: Decimal
    posts: int


@dataclass(frozen=True, slots=True)
class Partners:
    comparison: Comparison
    about: Mapping[int, About]


def partners(period: Period) -> Partners:
    """Of the whole network, behind the operators' door."""
    about = _about(period)
    arrived = by_partner(period, "arrived", [Did.CAME, *AIMS])
    return Partners(reports.comparison(about, arrived), about)


def _about(period: Period) -> dict[int, About]:
    spent = by_partner(period, "spent", ["roubles"])
    posts = post_numbers.by_partner(Published(period.first, period.last))
    deeds = Tally.objects.filter(partner=OuterRef("pk"), name="deed", version=0).order_by("-day")
    rows = Partner.objects.annotate(active=Subquery(deeds.values("day")[:1])).order_by()
    return {
        pk: About(slug, name, active, roubles(spent[pk, "roubles"]), posts[pk].posts if pk in posts else 0)
        for pk, slug, name, active in rows.values_list("pk", "slug", "name", "active")
    }
