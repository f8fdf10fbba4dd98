"""What a partner spends on AI: reserved before a call, settled after it, never more than the caps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, QuerySet, Sum

from content.ai.money import Price
from content.ai.troubles import AiError, Trouble
from content.models import AiUse
from partners import tenancy
from partners.models import Partner

State = AiUse.State
EXPIRES = timedelta(minutes=15)
WARNED_AT = Decimal("0.8")

Period = Literal["day", "month"]


@dataclass(frozen=True, slots=True)
class Spending:
    """What a call is for. `key`: the same key is paid for once."""

    partner_id: int
    key: str  # at most 120 characters
    purpose: AiUse.Purpose


@dataclass(frozen=True, slots=True)
class Budget:
    """Roubles. What is spent includes what is being asked at this moment."""

    day: date
    spent_today: Decimal
    daily_cap: Decimal
    spent_this_month: Decimal
    monthly_cap: Decimal

    @property
    def left(self) -> Decimal:
        return min(self.daily_cap - self.spent_today, self.monthly_cap - self.spent_this_month)


@dataclass(frozen=True, slots=True)
class Warned:
    """Four fifths of a cap are spent, or all of it. Whoever gets it tells partner and operators, once a `key`."""

    period: Period
    spent: Decimal
    cap: Decimal
    exhausted: bool
    key: str


def budget(partner_id: int, now: datetime) -> Budget:
    """Behind the partner's door."""
    partner = Partner.objects.only("time_zone", "ai_daily_cap", "ai_monthly_cap").get(pk=partner_id)
    day = now.astimezone(ZoneInfo(partner.time_zone)).date()
    daily, monthly = partner.ai_daily_cap, partner.ai_monthly_cap
    counted = _counted(partner_id, now)
    return Budget(
        day=day,
        spent_today=_sum(counted.filter(day=day)),
        daily_cap=settings.AI_DAILY_CAP if daily is None else daily,
        spent_this_month=_sum(counted.filter(day__gte=day.replace(day=1), day__lte=day)),
        monthly_cap=settings.AI_MONTHLY_CAP if monthly is None else monthly,
    )


def reserve(spending: Spending, *, account: str, price: Price, tokens: tuple[int, int], now: datetime) -> AiUse:
    """Sets aside what the call may cost at most, committed before it is made.

    Raises AiError: the budget does not allow it, or this key was asked before and may have been charged.
    """
    most = price.of(*tokens)
    with tenancy.partner(spending.partner_id):
        # Two calls at once must not both find the last rouble.
        Partner.objects.select_for_update(no_key=True).only("pk").get(pk=spending.partner_id)
        if _was_asked(spending):
            raise AiError(Trouble.ASKED_BEFORE)
        state = budget(spending.partner_id, now)
        if most > state.left or state.left <= 0:
            raise AiError(Trouble.BUDGET)
        return _written(spending, account, price, now, state.day, roubles=most, state=State.RESERVED)


def settle(
    use: AiUse, *, cost: Decimal, tokens: tuple[int, int], now: datetime, trouble: Trouble | None = None
) -> Warned | None:
    """The call was made and this is what it cost; `trouble`: why its answer is of no use."""
    values = {"roubles": cost, "tokens_in": tokens[0], "tokens_out": tokens[1], "trouble": trouble or ""}
    return _end(use, now, state=State.CHARGED, **values)


def settle_unknown(use: AiUse, *, trouble: Trouble, now: datetime) -> Warned | None:
    """Nobody said whether it was charged: it counts with the most that it can have cost."""
    return _end(use, now, state=State.PERHAPS, trouble=trouble)


def settle_abandoned(spending: Spending, *, now: datetime) -> None:
    """Whoever asked died before the answer was written down: it counts as perhaps charged, and for longer."""
    with tenancy.partner(spending.partner_id):
        asked = AiUse.objects.filter(partner_id=spending.partner_id, request_key=spending.key, state=State.RESERVED)
        uses = list(asked)
    for use in uses:
        settle_unknown(use, trouble=Trouble.SLOW, now=now)


def cancel(use: AiUse, *, trouble: Trouble, now: datetime) -> None:
    """It was not charged."""
    _end(use, now, state=State.FAILED, trouble=trouble, roubles=Decimal(0))


def note(spending: Spending, *, account: str, price: Price, trouble: Trouble, now: datetime) -> None:
    """Why it was not even tried; of what was asked before nothing changes."""
    with tenancy.partner(spending.partner_id):
        if not _was_asked(spending):
            day = budget(spending.partner_id, now).day
            _written(spending, account, price, now, day, state=State.FAILED, trouble=trouble, roubles=Decimal(0))


def warning(partner_id: int, now: datetime, *, exhausted: bool = False) -> Warned | None:
    """About the fuller cap, if it is time to tell. `exhausted`: a call was refused. Behind the partner's door."""
    state = budget(partner_id, now)
    caps: tuple[tuple[Period, Decimal, Decimal, str], ...] = (
        ("day", state.spent_today, state.daily_cap, f"{state.day}"),
        ("month", state.spent_this_month, state.monthly_cap, f"{state.day:%Y-%m}"),
    )
    period, spent, cap, name = min(caps, key=lambda one: one[2] - one[1])
    if cap <= 0 or not (exhausted or spent >= cap * WARNED_AT):
        return None
    key = f"ai-budget:{period}:{name}" + (":exhausted" if exhausted else "")
    return Warned(period, spent, cap, exhausted, key)


def _was_asked(spending: Spending) -> bool:
    """By any account, and it was or may have been charged."""
    asked = AiUse.objects.filter(partner_id=spending.partner_id, request_key=spending.key)
    return asked.exclude(state=State.FAILED).exists()


def _written(spending: Spending, account: str, price: Price, now: datetime, day: date, **fields: object) -> AiUse:
    values = {"trouble": "", "tokens_in": 0, "tokens_out": 0} | fields
    use, _made = AiUse.objects.update_or_create(
        partner_id=spending.partner_id,
        request_key=spending.key,
        account=account,
        defaults={
            "day": day,
            "at": now,
            "expires_at": now + EXPIRES,
            "purpose": spending.purpose,
            "provider": price.provider,
            "model": price.model[:120],
            **values,
        },
    )
    return use


def _end(use: AiUse, now: datetime, **values: object) -> Warned | None:
    with tenancy.partner(use.partner_id):
        AiUse.objects.filter(pk=use.pk, state=State.RESERVED).update(**values)
        return warning(use.partner_id, now)


def _counted(partner_id: int, now: datetime) -> QuerySet[AiUse]:
    spent = Q(state__in=[State.CHARGED, State.PERHAPS]) | Q(state=State.RESERVED, expires_at__gt=now)
    return AiUse.objects.filter(spent, partner_id=partner_id)


def _sum(uses: QuerySet[AiUse]) -> Decimal:
    return uses.aggregate(sum=Sum("roubles"))["sum"] or Decimal(0)
