"""Another time zone of a partner. What hangs on its hours belongs to apps that know of partners."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from partners.models import Partner


class Follower(Protocol):
    def __call__(self, *, partner_id: int, now: datetime) -> None: ...


_followers: list[Follower] = []


def follow(follower: Follower) -> None:
    """Called once, when the apps are ready."""
    _followers.append(follower)


def changed(*, partner: Partner, now: datetime) -> None:
    """To be called by whoever has saved another `time_zone`, in that transaction."""
    for follower in _followers:
        follower(partner_id=partner.pk, now=now)
