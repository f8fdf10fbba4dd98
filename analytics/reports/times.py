"""Times that were counted in buckets. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from analytics.tallying import middle


def quantile(buckets: Mapping[int, int], share: float) -> timedelta | None:
    """In which time that share of them was over, right within 5 %: 0.5 is the median. None for none at all."""
    wanted, seen = sum(buckets.values()) * share, 0
    for bucket, number in sorted(buckets.items()):
        seen += number
        if seen >= wanted:
            return middle(bucket)
    return None
