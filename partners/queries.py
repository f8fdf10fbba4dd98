"""Bots and leads as an operator sees them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, DateTimeField, F, Func, Q, QuerySet, Value
from django.utils.translation import gettext as _

from partners.board import Glance
from partners.fastsql import fetch
from partners.health import Health, Status
from partners.models import Bot, BotVitals, Consent, Lead, Partner, Runner

BARS = 24  # hours


@dataclass(frozen=True, slots=True)
class FleetRow:
    bot: Bot
    health: Health

    @property
    def status(self) -> Status:
        return self.health.status

    @property
    def vitals(self) -> BotVitals | None:
        return vitals_of(self.bot)

    @property
    def tests(self) -> list[dict[str, Any]]:
        return _points(self.bot.self_test)

    @property
    def topics(self) -> list[dict[str, Any]]:
        return _points(self.bot.topics_report)

    @property
    def no_signals(self) -> str:
        return no_signals(self.bot.partner)

    @property
    def test_is_awaited(self) -> bool:
        wanted, done = self.bot.self_test_wanted_at, self.bot.self_test_at
        return wanted is not None and (done is None or done < wanted)


@dataclass(frozen=True, slots=True)
class Numbers:
    """What is counted only for the bots that a page shows. `bars`: updates of the last hours, the oldest first."""

    leads: int = 0
    leads_today: int = 0
    bars: tuple[int, ...] = ()
    webhook: bool = False


def whole(rows: Iterable[Glance]) -> list[FleetRow]:
    """The same bots with everything that a page shows of them."""
    health = {row.bot.pk: row.health for row in rows}
    bots = Bot.objects.select_related("partner", "vitals").defer("token").in_bulk(list(health))
    return [FleetRow(bots[pk], how) for pk, how in health.items() if pk in bots]


def numbers(rows: Sequence[FleetRow], now: datetime) -> dict[int, Numbers]:
    """By the bot's id."""
    leads = lead_counts(now, [row.bot.partner_id for row in rows])
    bars = _bars([row.bot.pk for row in rows], now)
    hooked = set(Runner.objects.filter(webhook=True, ended_at=None).values_list("name", flat=True))
    return {
        row.bot.pk: Numbers(*leads.get(row.bot.partner_id, (0, 0)), bars[row.bot.pk], row.bot.runner in hooked)
        for row in rows
    }


def vitals_of(bot: Bot) -> BotVitals | None:
    """None until they are measured for the first time."""
    return getattr(bot, "vitals", None)


_BARS = """
SELECT bot_id, 23 - least(23, extract(epoch FROM %s - at)::int / 3600), sum(updates)::int FROM partners_bottraffic
WHERE bot_id = ANY(%s) AND at > %s - interval '1 day' AND at <= %s GROUP BY 1, 2
"""


def _bars(bot_ids: Sequence[int], now: datetime) -> dict[int, tuple[int, ...]]:
    hours: defaultdict[int, list[int]] = defaultdict(lambda: [0] * BARS)
    for bot_id, hour, updates in fetch(_BARS, [now, list(bot_ids), now, now]):
        hours[bot_id][hour] += updates
    return {bot_id: tuple(hours[bot_id]) for bot_id in bot_ids}


def lead_counts(now: datetime, partner_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """partner id -> (leads, leads since midnight in the partner's zone)."""
    midnight = Func(
        Value("day"), Value(now), F("partner__time_zone"), function="date_trunc", output_field=DateTimeField()
    )
    today = Count("partner_id", filter=Q(created_at__gte=midnight))
    counted = (
        Lead.objects.filter(partner_id__in=partner_ids)
        .order_by()
        .values("partner_id")
        .annotate(all=Count("partner_id"), today=today)
    )
    return {row["partner_id"]: (row["all"], row["today"]) for row in counted}


def no_signals(partner: Partner) -> str:
    """Why the partner hears nothing of leads, and what to do; empty if alerts arrive."""
    if partner.telegram_id is None:
        return _("The partner gets no alerts: their Telegram id is missing. Enter it on the partner's page.")
    if partner.unreachable == Partner.Unreachable.BLOCKED:
        return _("The partner gets no alerts: they have blocked their bot. Ask them to open it and press “Restart”.")
    if partner.unreachable:
        return _("The partner gets no alerts: their own bot has never been opened under this Telegram id. "
                 "Check the id, and ask them to open the bot and press “Start”.")  # fmt: skip
    return "" if partner.lead_notifications else _("The partner has switched alerts off.")


def _points(report: Any) -> list[dict[str, Any]]:
    return [point for point in report if isinstance(point, dict)] if isinstance(report, list) else []


def consents_in_force(lead: Lead) -> dict[str, Consent]:
    """By kind."""
    return {consent.kind: consent for consent in Consent.objects.filter(lead=lead, withdrawn_at=None)}


def same_phone(lead: Lead) -> QuerySet[Lead]:
    """Other leads of the partner with this phone: perhaps the same person."""
    others = Lead.objects.filter(partner_id=lead.partner_id, phone=lead.phone).exclude(pk=lead.pk)
    return others if lead.phone else others.none()
