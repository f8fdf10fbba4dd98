"""Consents of leads: given and withdrawn, each at once. Behind the partner's door."""

from __future__ import annotations

from datetime import datetime

from partners.models import Consent, Lead


def give(*, lead: Lead, kind: str, text_version: int, update_id: int, now: datetime) -> bool:
    """Whether it was not in force already; one given to an older text is replaced."""
    in_force = Consent.objects.filter(lead=lead, kind=kind, withdrawn_at=None)
    in_force.exclude(text_version=text_version).update(withdrawn_at=now, withdrawn_in=update_id)
    _consent, is_new = Consent.objects.get_or_create(
        lead=lead,
        kind=kind,
        withdrawn_at=None,
        defaults={
            "partner_id": lead.partner_id,
            "text_version": text_version,
            "given_at": now,
            "given_in": update_id,
        },
    )
    return is_new


def withdraw(*, lead: Lead, kind: str | None, update_id: int | None, now: datetime) -> bool:
    """Whether one was in force; `kind` None: every kind."""
    in_force = Consent.objects.filter(lead=lead, withdrawn_at=None)
    if kind is not None:
        in_force = in_force.filter(kind=kind)
    return in_force.update(withdrawn_at=now, withdrawn_in=update_id) > 0
