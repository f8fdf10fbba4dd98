"""The partner's Telegram group."""

from partners.models import Partner


def migrate_group(*, partner_id: int, old_id: int, new_id: int) -> None:
    """Telegram made a supergroup of the group, under another id."""
    Partner.objects.filter(pk=partner_id, group_id=old_id).update(group_id=new_id)
