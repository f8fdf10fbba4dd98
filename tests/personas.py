"""Who asks: every access test tries an owner, a colleague of the same partner, a stranger, the operator."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from partners import tenancy
from partners.models import Membership, Partner
from tests.factories import make_partner

PASSWORD = "a-long-test-password"


def make_user(role: str = "", partner: Partner | None = None, **fields: Any) -> User:
    """A web login; without a role it has no membership."""
    number = User.objects.count() + 1
    values: dict[str, Any] = {"username": f"{role or 'nobody'}{number}", "is_staff": True}
    user: User = User.objects.create_user(**values | {"password": PASSWORD} | fields)
    if role:
        with tenancy.all_partners():
            Membership.objects.create(user=user, role=role, partner=partner)
    return user


def operator() -> User:
    return make_user(Membership.Role.OPERATOR)


def editor() -> User:
    return make_user(Membership.Role.EDITOR)


def analyst() -> User:
    return make_user(Membership.Role.ANALYST)


def owner(partner: Partner) -> User:
    return make_user(Membership.Role.OWNER, partner)


def colleague(partner: Partner) -> User:
    """The same partner's helper."""
    return make_user(Membership.Role.ASSISTANT, partner)


def stranger() -> User:
    """Another partner."""
    return make_user(Membership.Role.OWNER, make_partner())


def client_of(user: User, language: str = "") -> Client:
    """`language`: what the browser asks for; Russian without it."""
    client = Client(headers={"accept-language": language} if language else None)
    client.force_login(user)
    return client
