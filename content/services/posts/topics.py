"""The topics of the partner's group that posts go to: which thread is which. Behind the partner's door."""

from __future__ import annotations

from content.posts.kinds import shipped
from partners.models import Partner


def needed() -> tuple[str, ...]:
    return tuple(dict.fromkeys(kind.topic for kind in shipped().types.values()))


def heard(*, partner_id: int, chat_id: int, thread_id: int, name: str) -> None:
    """Somebody named a topic of the group; one that is known already under this name stays the one."""
    wanted = next((topic for topic in needed() if topic.casefold() == name.strip().casefold()), None)
    partner = _locked(partner_id, chat_id) if wanted else None
    if partner is not None and wanted is not None and wanted not in partner.topics:
        _save(partner, {**partner.topics, wanted: thread_id})


def remember(*, partner_id: int, chat_id: int, name: str, thread_id: int) -> None:
    partner = _locked(partner_id, chat_id)
    if partner is not None:
        _save(partner, {**partner.topics, name: thread_id})


def forget(*, partner_id: int, chat_id: int, thread_ids: set[int]) -> None:
    """Telegram says that they are gone."""
    partner = _locked(partner_id, chat_id)
    if partner is not None:
        _save(partner, {name: thread for name, thread in partner.topics.items() if thread not in thread_ids})


def _locked(partner_id: int, chat_id: int) -> Partner | None:
    """None when the group is another one by now."""
    return Partner.objects.select_for_update().filter(pk=partner_id, group_id=chat_id).first()


def _save(partner: Partner, topics: dict[str, int]) -> None:
    partner.topics = topics
    partner.save(update_fields=["topics"])
