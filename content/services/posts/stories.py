"""Whether stories may be told. Behind the door of their owner."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from content.models import Story


def withdraw(*, stories: Iterable[int], now: datetime) -> int:
    """The consent was taken back. How many were told until now."""
    return Story.objects.filter(pk__in=list(stories), retired_at=None).update(retired_at=now)


def tell_again(*, stories: Iterable[int]) -> int:
    return Story.objects.filter(pk__in=list(stories)).exclude(retired_at=None).update(retired_at=None)
