"""Whether a story may be told. Behind the door of its owner."""

from __future__ import annotations

from datetime import datetime

from content.models import Story


def withdraw(*, story_id: int, now: datetime) -> bool:
    """The consent was taken back. False if it was before."""
    return bool(Story.objects.filter(pk=story_id, retired_at=None).update(retired_at=now))


def tell_again(*, story_id: int) -> bool:
    return bool(Story.objects.filter(pk=story_id).exclude(retired_at=None).update(retired_at=None))
