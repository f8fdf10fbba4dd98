"""Rates with their intervals, drawn without script and style."""

from __future__ import annotations

from typing import Any

from django import template

from analytics.reports.rates import Rate

register = template.Library()

WHOLE, DOT = 1_000, 8


@register.inclusion_tag("analytics/dot.html")
def stat_dot(rate: Rate, highest: float, median: float | None, css: str = "") -> dict[str, Any]:
    """A dot where the rate is, a bar where it may be, a line where the median is; `highest` is the right end."""

    def at(value: float) -> int:
        return round(WHOLE * value / highest) if highest else 0

    low, high = at(rate.interval.low), at(rate.interval.high)
    line = None if median is None else min(at(median), WHOLE - 2)
    dot = max(0, min(at(rate.value or 0), WHOLE) - DOT // 2)
    return {"low": low, "width": high - low, "dot": dot, "median": line, "whole": WHOLE, "css": css}


@register.inclusion_tag("analytics/stack.html")
def stat_stack(whole: int, *parts: int) -> dict[str, Any]:
    """A bar of parts of `whole`, one after the other; what is missing is the rest."""
    if not whole:
        return {"parts": [], "rest": 0, "whole": WHOLE}
    ends = [sum(parts[:number]) for number in range(len(parts))]
    drawn = [(round(WHOLE * end / whole), round(WHOLE * part / whole)) for end, part in zip(ends, parts, strict=True)]
    return {"parts": drawn, "rest": WHOLE, "whole": WHOLE}
