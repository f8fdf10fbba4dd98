"""The partners beside each other, for those who may see all of them."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from analytics.queries import partners as queries
from analytics.queries.partners import Partners
from analytics.reports.names import DEEDS
from analytics.reports.partners import AIMS, LEAST
from analytics.tables import partners as shown
from analytics.views.asked import Asked
from analytics.views.pages import Page
from funnels.milestones import Did

DRAWN = 40


def page(asked: Asked) -> Page:
    """Of one partner, beside the median of all, if one is chosen."""
    if not asked.may_choose:
        raise Http404
    aim = next((aim for aim in AIMS if aim == asked.get.get("deed")), Did.CONTACT)
    found = queries.partners(asked.period)
    lines = list(_lines(asked, found))
    drawn = [one for one in lines if one.line.leads >= LEAST][:DRAWN]
    context = {
        "deed": aim,
        "deeds": [(deed, DEEDS[deed]) for deed in AIMS],
        "drawn": [(one, one.line.rate(aim), shown.STANDS[one.line.stands[aim]], one.line.stands[aim]) for one in drawn],
        "median": found.comparison.medians[aim],
        "highest": max((one.line.rate(aim).interval.high for one in drawn), default=0.0),
        "more": sum(one.line.leads >= LEAST for one in lines) - len(drawn),
        "least": LEAST,
    }
    tables = (shown.partners(lines, aim), shown.medians(found.comparison))
    return Page("partners", _("Partners"), tables, context)


def _lines(asked: Asked, found: Partners) -> Iterator[shown.Partner]:
    for line in found.comparison.lines:
        about = found.about[line.partner_id]
        if asked.partner is None or line.partner_id == asked.partner.pk:
            address = reverse("analytics:overview") + asked.query(partner=about.slug)
            yield shown.Partner(line, about.slug, about.name, address, about.active, about.roubles, about.posts)
