"""Whose rows a command writes: one partner's, or those of the whole network."""

from __future__ import annotations

from contextlib import AbstractContextManager

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from partners import tenancy
from partners.models import Partner


def owner_of(slug: str) -> int:
    with tenancy.all_partners():
        partner = Partner.objects.filter(slug=slug).first()
    if partner is None:
        raise CommandError(_("There is no partner %(ids)s. See: manage_partners list") % {"ids": slug})
    return partner.pk


def door_of(owner: int | None) -> AbstractContextManager[None]:
    """Rows of the whole network are nobody's: only the door to all of them may write there."""
    return tenancy.partner(owner) if owner is not None else tenancy.all_partners()
