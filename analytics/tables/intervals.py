"""A rate in three columns: what was observed, and between which bounds the true one lies at 95 %. Pure."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from analytics.reports.rates import Rate
from analytics.reports.table import Column, Kind

CERTAIN = _("With a certainty of 95 % the true share lies between “at least” and “at most”.")


def interval(key: str) -> list[Column]:
    return [
        Column(key, _("Share"), Kind.RATE),
        Column(f"{key}_low", _("at least"), Kind.RATE),
        Column(f"{key}_high", _("at most"), Kind.RATE),
    ]


def bounds(rate: Rate) -> list[float | None]:
    if not rate.whole:
        return [None, None, None]
    true = rate.interval
    return [rate.value, true.low, true.high]
