from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.queries import cohorts as cohort_queries
from analytics.queries import quality as quality_queries
from analytics.queries.statuses import statuses
from analytics.reports.names import DEEDS
from analytics.reports.quality import Quality
from analytics.reports.table import Table
from analytics.tables import leads as shown
from analytics.views.asked import Asked
from analytics.views.pages import Page
from funnels.milestones import Did
from partners.models import Lead
from partners.templatetags.panel import points

FOLLOWED = (Did.SHOP, Did.REGISTRATION, Did.CONTACT, Did.HOT, Did.ORDERED, Did.JOINED, Did.UNSUBSCRIBED)


def page(asked: Asked) -> Page:
    quality = quality_queries.quality(asked.whose, asked.period)
    deed = next((deed for deed in FOLLOWED if deed == asked.get.get("deed")), Did.CONTACT)
    cohorts = cohort_queries.cohorts(asked.whose, asked.period, deed, today=asked.today)
    tables = (shown.bands(quality), shown.cohorts(cohorts), _statuses(asked))
    context = {
        "report": quality,
        "highest": max(band.interval(Did.ORDERED).high for band in quality.bands if band.people)
        if not quality.is_empty
        else 0,
        "verdict": _verdict(quality),
        "deed": deed,
        "deeds": [(deed, DEEDS[deed]) for deed in FOLLOWED],
    }
    return Page("leads", gettext_lazy("Leads"), tables, context, keeps=("deed",))


def _verdict(quality: Quality) -> str:
    """Whether «hot» is where it should be."""
    heat = quality.heat
    between = {"low": points(heat.interval.low), "high": points(heat.interval.high)}
    match heat.verdict:
        case "better":
            return (
                _("Hot people order more often than the others (%(low)s to %(high)s): the score can be trusted.")
                % between
            )
        case "worse":
            return _("Hot people order less often than the others: the score misleads, its weights should be changed.")
        case "alike":
            return _("Hot people order as often as the others: the score does not help, its weights should be changed.")
        case _:
            return _("Too few people to judge the score: about %(n)s more are needed.") % {"n": heat.missing}


def _statuses(asked: Asked) -> Table:
    counted = statuses(asked.whose)
    return shown.statuses((name, counted[status], _list_of(asked, status)) for status, name in Lead.Status.choices)


def _list_of(asked: Asked, status: str) -> str:
    if not asked.may("partners.view_lead"):
        return ""
    chosen: dict[str, object] = {"status__exact": status}
    if asked.partner and asked.may_choose:
        chosen["partner__id__exact"] = asked.partner.pk
    return f"{reverse('admin:partners_lead_changelist')}?{urlencode(chosen)}"
