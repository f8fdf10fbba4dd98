"""What an address asks of a page: whose numbers, of which days. A login without a partner sees the network."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, QueryDict
from django.utils.translation import gettext as _

from analytics import periods
from analytics.periods import BadPeriod, Period
from analytics.queries.tallies import Whose
from partners.access import membership_of, sees_all_partners
from partners.models import Partner

DEFAULT = "month"


@dataclass(frozen=True, slots=True)
class Asked:
    """`named`: the period's name, «» for days of one's own. `problems`: what of the address could not be used."""

    get: QueryDict
    user: Any
    partner: Partner | None
    may_choose: bool
    now: datetime  # in the zone of the partner, or of the network
    period: Period
    named: str
    problems: tuple[str, ...]

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def whose(self) -> Whose:
        return Whose(self.partner.pk if self.partner else None)

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zone_of(self.partner)

    @property
    def chosen(self) -> dict[str, str]:
        """What every page of the same numbers has in its address."""
        days = {"period": self.named} if self.named else {"from": str(self.period.first), "to": str(self.period.last)}
        return days | ({"partner": self.partner.slug} if self.partner and self.may_choose else {})

    def kept(self, names: Iterable[str]) -> dict[str, str]:
        """What else the address says, by these names."""
        return {name: self.get.get(name, "") for name in names if name in self.get}

    def query(self, **more: object) -> str:
        """`chosen` with something more, or without what is None."""
        return "?" + urlencode({name: value for name, value in (self.chosen | more).items() if value is not None})

    def may(self, permission: str) -> bool:
        return bool(self.user.has_perm(permission))

    def number(self, name: str) -> int | None:
        """A whole number of the address, None for anything else."""
        text = self.get.get(name, "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


def asked_of(request: HttpRequest, now: datetime) -> Asked:
    """Raises Http404 for a partner who is not there, or not for this login."""
    partner = _partner(request)
    local = now.astimezone(zone_of(partner))
    period, named, problems = _period(request.GET, local.date())
    may_choose = sees_all_partners(request.user)
    return Asked(request.GET, request.user, partner, may_choose, local, period, named, problems)


def zone_of(partner: Partner | None) -> zoneinfo.ZoneInfo:
    return zoneinfo.ZoneInfo(partner.time_zone if partner else settings.TIME_ZONE)


def _partner(request: HttpRequest) -> Partner | None:
    slug = request.GET.get("partner", "")
    if sees_all_partners(request.user):
        return _found(slug=slug) if slug else None
    membership = membership_of(request.user)
    assert membership is not None  # or there was no way in
    own = _found(pk=membership.partner_id)
    if slug and slug != own.slug:
        raise Http404
    return own


def _found(**which: object) -> Partner:
    found = Partner.objects.filter(**which).first() if "\0" not in str(which.get("slug", "")) else None
    if found is None:
        raise Http404
    return found


def _period(get: QueryDict, today: date) -> tuple[Period, str, tuple[str, ...]]:
    first, last, named = get.get("from", "")[:20], get.get("to", "")[:20], get.get("period", "")[:40]
    default = periods.parse(DEFAULT, today=today)
    try:
        if first or last:
            return periods.parse(f"{first}..{last}", today=today), "", ()
        if named:
            period = periods.parse(named, today=today)
            return period, named if named in periods.NAMED else "", ()
    except BadPeriod:
        problem = _(
            "Such a period cannot be shown: the first day must come before the last one, at most three years apart. "
            "These are the last 30 days."
        )
        return default, DEFAULT, (problem,)
    return default, DEFAULT, ()
