"""A budget for AI that runs out while nobody answers: told by apps that know of partners' chats."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from content.ai.budget import Warned


class Follower(Protocol):
    def __call__(self, *, partner_id: int, warned: Warned, now: datetime) -> None: ...


_followers: list[Follower] = []


def follow(follower: Follower) -> None:
    """Called once, when the apps are ready."""
    _followers.append(follower)


def tell(*, partner_id: int, warned: Warned | None, now: datetime) -> None:
    """Behind the partner's door; the same warning may come any number of times."""
    if warned is None:
        return
    for follower in _followers:
        follower(partner_id=partner_id, warned=warned, now=now)
