"""Bots and digests after a backup was restored. Behind the operators' door."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

from partners.models import Bot, Partner


def stop_bots(*, start: bool) -> list[str]:
    """Nobody runs them yet, whatever the rows say. The partners whose bots ran; they do again only with `start`."""
    ran = Bot.objects.filter(wanted=Bot.Wanted.RUNNING)
    slugs = list(ran.order_by("partner__slug").values_list("partner__slug", flat=True))
    if not start:
        ran.update(wanted=Bot.Wanted.STOPPED, wanted_at=None)
    Bot.objects.update(state=Bot.State.STOPPED, runner="", heartbeat_at=None)
    return slugs


def plan_digests_anew() -> None:
    """Today's may have been sent; the next one is planned without sending any."""
    Partner.objects.update(digest_due_at=None)


def secrets_are_readable() -> bool:
    """Whether FIELD_ENCRYPTION_KEYS are those of the restored rows."""
    try:
        Bot.objects.order_by("pk").first()
    except ImproperlyConfigured:
        return False
    return True
