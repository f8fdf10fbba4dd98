"""Alerts that nobody has handled are told again: once by themselves, or when the partner asked for it.

When an alert is due stands in its row; it is cleared in the transaction that promises the message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

from django.db.models import Exists, OuterRef

from content import template
from content.messages import Html, Message, Style
from funnels.models import Alert
from funnels.scoring import is_hot
from funnels.services.alerts import day_of, hours_of, readers_of, tell
from funnels.services.cards import card
from funnels.services.presets import digest_texts
from partners.models import Lead

State = Alert.State


def due_partners(*, now: datetime) -> list[int]:
    """Behind the operators' door."""
    due = Alert.objects.filter(remind_at__lte=now)
    return list(due.order_by("partner_id").values_list("partner_id", flat=True).distinct())


def remind(*, partner_id: int, now: datetime, limit: int = 200) -> int:
    """How many leads the partner is reminded of now. Behind the partner's door.

    The lock on the lead makes one message of all its alerts: another process that ticks passes it by.
    """
    due = Alert.objects.filter(lead=OuterRef("pk"), remind_at__lte=now)
    leads = Lead.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
    batch = leads.filter(Exists(due), partner_id=partner_id).select_related("partner", "first_link", "last_link")
    return sum(_remind(lead, now) for lead in batch.order_by("pk")[:limit])


def _remind(lead: Lead, now: datetime) -> bool:
    waiting = Alert.objects.select_for_update(skip_locked=True).filter(lead=lead, remind_at__isnull=False)
    alerts = list(waiting.order_by("at", "pk"))
    due = [alert for alert in alerts if alert.remind_at is not None and alert.remind_at <= now]
    told = _worth_telling(lead, due)
    at_work = hours_of(lead.partner).next(now)
    if told and at_work > now:  # the hours have changed meanwhile, or an outage lasted into the night
        _plan(told, at_work)
        return False
    if told:  # one message for all of them; a wish keeps its own time
        due = [alert for alert in alerts if alert in due or not alert.wished]
        _tell(lead, due, now)
    for alert in due:
        alert.reminders += bool(told)
        alert.remind_at, alert.wished = None, False
    Alert.objects.bulk_update(due, ["remind_at", "reminders", "wished"])
    return bool(told)


def _worth_telling(lead: Lead, due: Sequence[Alert]) -> list[Alert]:
    """What the partner asked for; by itself only the news of a hot lead, to whoever wants to hear of leads."""
    if lead.erased_at is not None or not readers_of(lead.partner):  # then the operators have had the cards
        return []
    unasked = is_hot(lead.score) and lead.taken_at is None and lead.partner.lead_notifications
    return [alert for alert in due if alert.state == State.OPEN and (alert.wished or unasked)]


def _plan(alerts: Sequence[Alert], at: datetime) -> None:
    for alert in alerts:
        alert.remind_at = at
    Alert.objects.bulk_update(alerts, ["remind_at"])


def _tell(lead: Lead, alerts: Sequence[Alert], now: datetime) -> None:
    texts, newest = digest_texts().reminders, alerts[-1]
    first_line = texts.wished if any(alert.wished for alert in alerts) else texts.repeated
    message = card(lead=lead, trigger=Alert.Trigger(newest.trigger), now=now)
    message = replace(message, text=Html(f"{_said(lead, first_line)}\n{message.text}"))
    tell(lead=lead, message=message, key=f"remind:{newest.pk}:{newest.reminders}", now=now)


def remind_later(*, lead: Lead, now: datetime) -> Message:
    """«Напомнить через 3 ч», as the card with the promise under it. A wish opens what was handled.

    `lead.partner` and its links are read.
    """
    hours = hours_of(lead.partner)
    at = hours.remind_at(now)
    newest = _newest_alert(lead, now)
    Alert.objects.filter(lead=lead, state=State.OPEN).update(remind_at=None, wished=False)
    Alert.objects.filter(pk=newest.pk).update(state=State.OPEN, settled_at=None, remind_at=at, wished=True)
    texts = digest_texts()
    promised = _said(lead, texts.reminders.promised, when=texts.when(at, now=now, zone=hours.zone))
    message = card(lead=lead, trigger=Alert.Trigger(newest.trigger), now=now)
    return replace(message, text=Html(f"{message.text}\n\n{promised}"), edits=True)


def _newest_alert(lead: Lead, now: datetime) -> Alert:
    """An open one if there is; a card from the list of hot leads may have none at all."""
    alerts = Alert.objects.filter(lead=lead)
    found = alerts.filter(state=State.OPEN).first() or alerts.first()
    if found is not None:
        return found
    return Alert.objects.create(
        lead=lead,
        partner_id=lead.partner_id,
        trigger=Alert.Trigger.HIGH_ENGAGEMENT,
        day=day_of(lead.partner, now),
        at=now,
    )


def _said(lead: Lead, text: str, **variables: str) -> Html:
    return template.render(text, cast(Style, lead.partner.communication_style), variables)
