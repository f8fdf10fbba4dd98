"""Values as people read them, in the reader's language. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.reports.rates import Figure
from analytics.reports.table import Kind, Value

NOTHING = "—"
PERCENT = "\N{NO-BREAK SPACE}%"
DOUBLED = 1  # a change from which on people count in times, not in percent


def text(value: Value, kind: Kind = Kind.TEXT) -> str:
    if value is None:
        return NOTHING
    shown: Any = value
    match kind:
        case Kind.NUMBER:
            return number_format(shown, force_grouping=True)
        case Kind.RATE:
            return percent(shown)
        case Kind.CHANGE:
            return f"×{_times(shown)}" if shown >= DOUBLED else ("−" if shown < 0 else "+") + percent(abs(shown))
        case Kind.MONEY:
            return number_format(shown, decimal_pos=2, force_grouping=True)
        case Kind.PAUSE:
            return pause(shown)
        case Kind.DAY:
            return date_format(shown, "SHORT_DATE_FORMAT")
        case Kind.MOMENT:
            return date_format(shown, "SHORT_DATETIME_FORMAT")
        case _:
            return str(value)


def short(value: Value, kind: Kind) -> str:
    """Along the axis of a chart."""
    return date_format(value, "j b") if kind == Kind.DAY and isinstance(value, date) else text(value, kind)


def percent(rate: float) -> str:
    """`0.125` as «12,5 %»."""
    return number_format(round(100 * rate, 1)) + PERCENT


def pause(long: timedelta) -> str:
    """In one unit: a median of people needs no more."""
    seconds = long.total_seconds()
    if seconds < 60:
        return _("%(n)s s") % {"n": round(seconds)}
    if seconds < 3_600:
        return _("%(n)s min") % {"n": round(seconds / 60)}
    if seconds < 86_400:
        return _("%(n)s h") % {"n": number_format(round(seconds / 3_600, 1))}
    return _("%(n)s d") % {"n": number_format(round(seconds / 86_400, 1))}


def change(figure: Figure) -> str:
    """Against the previous period, in words."""
    before = number_format(figure.before, force_grouping=True)
    if figure.now == figure.before:
        return _("as many as before")
    if figure.change is None:
        return _("nobody before")
    if figure.change >= DOUBLED:
        return _many_times(figure.change) % {"times": _times(figure.change), "before": before}
    words = _("%(percent)s more, %(before)s before") if figure.change > 0 else _("%(percent)s fewer, %(before)s before")
    return words % {"percent": percent(abs(figure.change)), "before": before}


def _times(change: float) -> str:
    """How many times as many: «4», «2,5», from ten on in whole numbers."""
    return number_format(_ratio(change), force_grouping=True)


def _ratio(change: float) -> float:
    ratio = round(change + 1, 1 if change < 9 else None)
    return int(ratio) if ratio == int(ratio) else ratio


def _many_times(change: float) -> str:
    ratio = _ratio(change)
    counted = ratio if isinstance(ratio, int) else 2  # in Russian a fraction goes with the form of «два»
    return ngettext("%(times)s time as many, %(before)s before", "%(times)s times as many, %(before)s before", counted)
