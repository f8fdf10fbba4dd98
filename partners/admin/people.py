"""Who presses a button of the panel, by name."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.http import HttpRequest

from partners.access import membership_of


def name_of(request: HttpRequest) -> str:
    """Of the person who answers for what is done; an owner's login is the partner's."""
    user, membership = request.user, membership_of(request.user)
    if not isinstance(user, User):
        return ""
    partner = membership.partner if membership else None
    return user.get_full_name() or (partner.name if partner else user.username)
