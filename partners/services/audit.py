"""The one way into the audit log."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import Model

from partners import tenancy
from partners.audit_values import Values, changes, name_of
from partners.models import AuditEntry, Partner

Action = AuditEntry.Action
COMMAND_LINE = "manage.py"


def record(
    *,
    actor: User | None,
    action: AuditEntry.Action,
    now: datetime,
    about: Model | None = None,
    actor_name: str = "",
    before: Values | None = None,
    after: Values | None = None,
    address: str = "",
    place: str = "",
) -> None:
    """Within the caller's door and transaction; outside of any, in one of its own."""
    old, new = changes(before or {}, after or {})
    entry = AuditEntry(
        at=now, actor=actor, actor_name=actor_name[:150] or (actor.username if actor else COMMAND_LINE),
        address=address[:45], action=action, place=place[:200], before=old, after=new,
    )  # fmt: skip
    if about is not None:
        entry.model, entry.object_id, entry.object_name = about._meta.label_lower, str(about.pk), name_of(about)
        entry.partner_id = about.pk if isinstance(about, Partner) else getattr(about, "partner_id", None)
    door = tenancy.current_door()
    if door is None:
        with tenancy.all_partners():
            entry.save()
        return
    if isinstance(door, int):
        entry.partner_id = door
    entry.save()
