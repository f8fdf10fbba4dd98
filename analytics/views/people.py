"""Who is behind a number: the end of a click on a bar."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from analytics.queries import people as queries
from analytics.queries.named import named
from analytics.reports.table import Behind
from analytics.tables.people import Person, people
from analytics.views.asked import Asked
from analytics.views.pages import Page
from funnels.contacts import masked_phone
from funnels.models import Milestone

AT_ONCE = 50
AT_MOST = 10_000  # in a file, and to the last page


def page(asked: Asked) -> Page:
    behind = _behind(asked)
    try:
        found = queries.people(asked.whose, asked.period, behind).select_related("lead__partner")
        said = named(behind)
    except (KeyError, ValueError) as error:
        raise Http404 from error
    number = queries.number(asked.whose, asked.period, behind)
    pages = Paginator(range(min(number, AT_MOST)), AT_MOST if asked.get.get("format") else AT_ONCE)
    here = pages.get_page(asked.get.get("p"))
    shown = found[here.start_index() - 1 : here.end_index()] if number else []
    persons = [_person(mark, asked) for mark in shown]
    context = {"number": number, "at_most": AT_MOST, "pages": here, "said": said}
    table = people(persons, with_partner=asked.partner is None)
    return Page("people", _("People"), (table,), context, keeps=("of", "key", "aux", "version"))


def _behind(asked: Asked) -> Behind:
    """Raises Http404 for what no page links to."""
    of, key, aux = (asked.get.get(name, "") for name in ("of", "key", "aux"))
    if "\0" in of + key + aux or len(key) > 64 or len(aux) > 64:
        raise Http404
    return Behind(of, key, aux, asked.number("version") or 0)


def _person(mark: Milestone, asked: Asked) -> Person:
    """Who may not read leads' names sees a number, as in the list of leads."""
    lead, may_read = mark.lead, asked.may("partners.read_lead")
    at = mark.at.astimezone(zoneinfo.ZoneInfo(lead.partner.time_zone)).replace(tzinfo=None)
    status: Any = lead.get_status_display()
    return Person(
        name=str(lead) if may_read else f"№ {lead.pk}",
        username=f"@{lead.username}" if may_read and lead.username else "",
        phone=lead.phone if asked.may("partners.view_contact") else masked_phone(lead.phone),
        partner=lead.partner.name,
        status=str(status),
        score=lead.score,
        at=at,
        address=reverse("admin:partners_lead_change", args=[lead.pk]) if may_read else "",
    )
