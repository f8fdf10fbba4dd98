from __future__ import annotations

import zoneinfo
from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext as _

from partners.addresses import telegram_address
from partners.models import Partner
from partners.services.bots import TOKEN_PATTERN

register = template.Library()


@register.filter
def ago(then: datetime | None, now: datetime) -> str:
    """«12 s ago»: an age with one unit, short enough for a table."""
    if then is None:
        return "—"
    seconds = max(0, int((now - then).total_seconds()))
    if seconds < 60:
        return _("%(n)s s ago") % {"n": seconds}
    if seconds < 3600:
        return _("%(n)s min ago") % {"n": seconds // 60}
    if seconds < 86_400:
        return _("%(n)s h ago") % {"n": seconds // 3600}
    return _("%(n)s d ago") % {"n": seconds // 86_400}


@register.filter
def local(moment: datetime, partner: Partner) -> datetime:
    """The partner's own time. Without a zone, or the `date` filter would bring it back to the server's."""
    return timezone.localtime(moment, zoneinfo.ZoneInfo(partner.time_zone)).replace(tzinfo=None)


@register.filter
def percent(rate: float) -> str:
    """`0.125` as «12,5 %»."""
    return f"{localize(round(100 * rate, 1))}\N{NO-BREAK SPACE}%"


@register.filter
def points(difference: float) -> str:
    """`-0.021` as «−2,1 п. п.»: a difference of two rates."""
    sign, unit = "−" if difference < 0 else "+", _("pp")
    return f"{sign}{localize(round(100 * abs(difference), 1))}\N{NO-BREAK SPACE}{unit}"


register.filter("telegram", telegram_address)


@register.filter
def redacted(text: str) -> str:
    """An error text without a token, should one have slipped into it."""
    return TOKEN_PATTERN.sub("•••", text)
