"""What the panel waits for in somebody's next text. Behind the partner's door."""

from __future__ import annotations

from datetime import datetime, timedelta

from funnels.models import PanelAsk

WAITS = timedelta(hours=2)  # what is typed later is a question like anybody's


def ask(*, partner_id: int, telegram_id: int, what: str, now: datetime) -> None:
    """Instead of whatever it waited for before."""
    values = {"what": what, "asked_at": now}
    PanelAsk.objects.update_or_create(partner_id=partner_id, telegram_id=telegram_id, defaults=values)


def waiting(*, partner_id: int, telegram_id: int, now: datetime) -> str:
    """Empty while it waits for nothing."""
    mine = PanelAsk.objects.filter(partner_id=partner_id, telegram_id=telegram_id, asked_at__gt=now - WAITS)
    return mine.values_list("what", flat=True).first() or ""


def forget(*, partner_id: int, telegram_id: int) -> bool:
    """Whether it waited for anything."""
    return PanelAsk.objects.filter(partner_id=partner_id, telegram_id=telegram_id).delete()[0] > 0
