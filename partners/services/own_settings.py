"""What a partner changes about themselves. The rules are those of the model and of the admin's form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator

from partners.audit_values import snapshot
from partners.models import Partner
from partners.onboarding.kinds import CONTROL
from partners.services import zones
from partners.services.audit import Action, record
from partners.services.partners import follow
from partners.validators import validate_quiet_hours

OWN = frozenset({
    "name", "story", "shop_link", "registration_link", "communication_style", "digest_at", "work_from", "work_to",
    "quiet_from", "quiet_to", "time_zone", "lead_notifications",
})  # fmt: skip


def change(*, partner_id: int, values: Mapping[str, Any], by: str, now: datetime) -> Partner:
    """`by`: the name for the audit log. Raises ValidationError, and nothing is changed. Behind the partner's door."""
    assert OWN.issuperset(values), values
    partner = Partner.objects.select_for_update().get(pk=partner_id)
    before = snapshot(partner)
    changed = {name for name, value in values.items() if getattr(partner, name) != value}
    for name in changed:
        setattr(partner, name, values[name])
    _check(partner, changed)
    if changed:
        follow(partner=partner, changed=changed)
        partner.save()
        record(
            actor=None,
            actor_name=by,
            action=Action.CHANGE,
            about=partner,
            before=before,
            after=snapshot(partner),
            now=now,
        )
    if "time_zone" in changed:
        zones.changed(partner=partner, now=now)
    return partner


def _check(partner: Partner, changed: set[str]) -> None:
    if any(CONTROL.search(value) for name in changed if isinstance(value := getattr(partner, name), str)):
        raise ValidationError("Invisible control characters.")
    if "story" in changed:  # a model checks the length of long texts nowhere
        MaxLengthValidator(Partner._meta.get_field("story").max_length)(partner.story)
    partner.clean_fields(exclude={field.name for field in Partner._meta.fields} - changed)
    if changed & {"quiet_from", "quiet_to"}:
        validate_quiet_hours(partner.quiet_from, partner.quiet_to)
