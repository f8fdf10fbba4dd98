from __future__ import annotations

import zoneinfo
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.addresses import telegram_address
from partners.health import LANES, span
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
def get(values: Mapping[Any, Any], key: object) -> Any:
    return values.get(key)


@register.filter(name="is")
def is_(one: object, other: object) -> bool:
    return one == other


@register.filter
def share(part: int, whole: int) -> str:
    """«12 %», or a dash when there was nothing to take a share of."""
    return f"{100 * part // whole}\N{NO-BREAK SPACE}%" if whole else "—"


@register.filter
def lanes(waiting: Mapping[str, float]) -> list[tuple[str, str]]:
    """What of the outbox is due, and for how long."""
    return [(str(word), span(waiting[str(lane)])) for lane, (_limit, word) in LANES.items() if str(lane) in waiting]


@register.filter
def bars(counts: Sequence[int]) -> SafeString:
    """Updates by the hour as a picture; what it says stands beside it as a number."""
    highest, told = max(counts, default=0), sum(counts)
    words = ngettext("%(n)s update in 24 hours", "%(n)s updates in 24 hours", told) % {"n": told}
    heights = (0 if not count else max(2, round(16 * count / highest)) for count in counts)
    path = "".join(f"M{3 * hour},16v-{height}h2v{height}z" for hour, height in enumerate(heights) if height)
    return format_html(
        '<svg class="fleet-bars" viewBox="0 0 72 16" role="img" aria-label="{}"><title>{}</title>'
        '<path d="M0,15.5h72v.5h-72z{}"/></svg>',
        words, words, path,
    )  # fmt: skip


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
