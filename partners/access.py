"""Who may see what on the web. A login without a membership sees no partner at all."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from partners import tenancy
from partners.models import Membership

REMEMBERED = "curator_membership"


def membership_of(user: AbstractBaseUser | AnonymousUser) -> Membership | None:
    """The login's membership, remembered on the user for the length of the request.

    A superuser without one counts as an operator: `createsuperuser` must be able to log in.
    """
    if not user.is_authenticated or not user.is_active:
        return None
    if not hasattr(user, REMEMBERED):
        with tenancy.all_partners():
            found = Membership.objects.filter(user_id=user.pk).first()
        if found is None and getattr(user, "is_superuser", False):
            found = Membership(user_id=user.pk, role=Membership.Role.OPERATOR)
        setattr(user, REMEMBERED, found)
    remembered: Membership | None = getattr(user, REMEMBERED)
    return remembered


def is_operator(user: AbstractBaseUser | AnonymousUser) -> bool:
    membership = membership_of(user)
    return membership is not None and membership.role == Membership.Role.OPERATOR


def sees_all_partners(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Operators, editors and analysts: rows of all partners, with the columns and filters that tell them apart."""
    membership = membership_of(user)
    return membership is not None and membership.role in Membership.NETWORK_ROLES
