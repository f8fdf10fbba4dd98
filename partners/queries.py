"""The fleet: every bot as an operator sees it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, DateTimeField, F, Func, Q, QuerySet, Value
from django.utils.translation import gettext as _

from partners.models import Bot, Consent, Lead, Partner

HEARTBEAT_LIMIT = timedelta(seconds=75)  # a quiet bot's poll is answered every 50 to 60 seconds
START_LIMIT = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Status:
    """`tone` chooses the colour; the word says the same without it."""

    word: str
    tone: str
    needs_attention: bool = False


@dataclass(frozen=True, slots=True)
class FleetRow:
    bot: Bot
    status: Status
    leads: int
    leads_today: int

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
class Fleet:
    """Bots that need attention come first."""

    rows: list[FleetRow]
    runner_is_alive: bool
    now: datetime

    @property
    def running(self) -> int:
        return sum(row.status.tone == "good" for row in self.rows)

    @property
    def stopped(self) -> int:
        return sum(row.status.tone == "off" for row in self.rows)

    @property
    def troubled(self) -> int:
        return sum(row.status.needs_attention for row in self.rows)

    @property
    def leads_today(self) -> int:
        return sum(row.leads_today for row in self.rows)

    @property
    def misses_runner(self) -> bool:
        return not self.runner_is_alive and any(row.bot.wanted == Bot.Wanted.RUNNING for row in self.rows)


def fleet(now: datetime) -> Fleet:
    bots = list(Bot.objects.select_related("partner").defer("token").order_by("partner__name", "pk"))
    alive = runner_is_alive(bots, now)
    counts = lead_counts(now)
    rows = [FleetRow(bot, status_of(bot, now), *counts.get(bot.partner_id, (0, 0))) for bot in bots]
    rows.sort(key=lambda row: not row.status.needs_attention)
    return Fleet(rows, alive, now)


def runner_is_alive(bots: Iterable[Bot], now: datetime) -> bool:
    return any(_is_fresh(bot, now) for bot in bots)


def lead_counts(now: datetime) -> dict[int, tuple[int, int]]:
    """partner id -> (leads, leads since midnight in the partner's zone)."""
    midnight = Func(
        Value("day"), Value(now), F("partner__time_zone"), function="date_trunc", output_field=DateTimeField()
    )
    today = Count("pk", filter=Q(created_at__gte=midnight))
    counted = Lead.objects.order_by().values("partner_id").annotate(all=Count("pk"), today=today)
    return {row["partner_id"]: (row["all"], row["today"]) for row in counted}


def status_of(bot: Bot, now: datetime) -> Status:
    if bot.wanted == Bot.Wanted.STOPPED:
        stopping = bot.state in (Bot.State.RUNNING, Bot.State.STARTING) and _is_fresh(bot, now)
        return Status(_("stopping"), "wait") if stopping else Status(_("stopped"), "off")
    if bot.state == Bot.State.FAILED and bot.running_generation >= bot.generation:
        return Status(_("failed"), "bad", needs_attention=True)
    if bot.state == Bot.State.RUNNING:
        if not _is_fresh(bot, now):
            return Status(_("does not answer"), "bad", needs_attention=True)
        if bot.running_generation == bot.generation:
            return Status(_("running"), "good")
        return Status(_("restarting"), "wait", needs_attention=_is_late(bot, now))
    if bot.state == Bot.State.STARTING and _is_fresh(bot, now):
        return Status(_("starting"), "wait", needs_attention=_is_late(bot, now))
    return Status(_("waits for a start"), "wait", needs_attention=_is_late(bot, now))


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


def _is_fresh(bot: Bot, now: datetime) -> bool:
    return bot.heartbeat_at is not None and now - bot.heartbeat_at < HEARTBEAT_LIMIT


def _is_late(bot: Bot, now: datetime) -> bool:
    return bot.wanted_at is None or now - bot.wanted_at > START_LIMIT


def consents_in_force(lead: Lead) -> dict[str, Consent]:
    """By kind."""
    return {consent.kind: consent for consent in Consent.objects.filter(lead=lead, withdrawn_at=None)}


def same_phone(lead: Lead) -> QuerySet[Lead]:
    """Other leads of the partner with this phone: perhaps the same person."""
    others = Lead.objects.filter(partner_id=lead.partner_id, phone=lead.phone).exclude(pk=lead.pk)
    return others if lead.phone else others.none()
