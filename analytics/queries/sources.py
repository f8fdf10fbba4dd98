from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from django.db.models import Sum

from analytics.models import Tally
from analytics.periods import Period
from analytics.queries.tallies import Whose, tallies
from analytics.reports import sources as reports
from analytics.reports.sources import Named, Part, Sources
from analytics.tallying import LINKED
from funnels.milestones import Did
from partners.models import Link


def sources(whose: Whose, period: Period, part: Part = "link", *, by_last: Collection[Did] = LINKED) -> Sources:
    """`by_last`: the deeds that are wanted by the last link, too."""
    first = tallies(whose, period, "first_link")
    last = tallies(whose, period, "last_link", auxes=by_last)
    return reports.sources(first, last, _names({link for link, _deed in (*first, *last)}), part)


def arrivals(partner_id: int) -> Counter[int]:
    """How many people ever came first through each link."""
    rows = Tally.objects.filter(partner_id=partner_id, name="first_link", aux=Did.CAME).order_by()
    return Counter({int(link): people for link, people in rows.values_list("key").annotate(Sum("people"))})


def deeds_through(partner_id: int, link_id: int) -> Counter[Did]:
    """What people who ever came first through the link have done."""
    rows = Tally.objects.filter(partner_id=partner_id, name="first_link", key=str(link_id)).order_by()
    return Counter({Did(deed): people for deed, people in rows.values_list("aux").annotate(Sum("people"))})


def _names(links: Iterable[str]) -> dict[str, Named]:
    """Of those that are still there."""
    rows = Link.objects.filter(pk__in=[int(link) for link in links if link.isdecimal()]).order_by()
    columns = ("pk", "code", "campaign", "material", "author", "partner__name")
    return {str(pk): Named(*named) for pk, *named in rows.values_list(*columns)}
