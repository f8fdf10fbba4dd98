"""One call of one provider: is the account well, is there a place, is there money; then it is made and paid.

Outside of any transaction: the reservation is committed before the call, so a crash in between is never paid for twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from content.ai import breaker, budget
from content.ai.budget import Spending, Warned
from content.ai.money import Price
from content.ai.places import place
from content.ai.provider import Account
from content.ai.troubles import AiError, Trouble, sentence_of
from content.ai.types import Completion, Embedding, Ordered
from content.models import AiUse
from partners import tenancy
from partners.metrics import AI_CALLS, AI_ROUBLES

log = logging.getLogger(__name__)

Answered = TypeVar("Answered", Completion, Embedding, Ordered)
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Fall:
    """A provider that did not answer, and why."""

    provider: str
    trouble: Trouble

    @property
    def sentence(self) -> str:
        return sentence_of(self.trouble)


@dataclass(slots=True)
class Asking:
    """One question on its way along the providers: what it has met and cost. `now`: the clock, as calls take long."""

    spending: Spending
    now: Clock
    roubles: Decimal = Decimal(0)
    charged: bool = False  # or perhaps charged
    warned: Warned | None = None
    falls: list[Fall] = field(default_factory=list)

    def fell(self, account: Account, trouble: Trouble) -> None:
        self.falls.append(Fall(account.name, trouble))
        partner_id = self.spending.partner_id
        AI_CALLS.labels(account.name, trouble.value).inc()
        log.warning("AI: %s did not answer partner %s: %s", account.account, partner_id, trouble)


def call(
    asking: Asking,
    account: Account,
    *,
    price: Price,
    tokens: tuple[int, int],
    make: Callable[[], Answered],
    trouble_of: Callable[[Answered], Trouble | None],
    wait: float | None = None,
) -> Answered:
    """`tokens`: the most that go in and come out; `wait`: seconds for a place.

    Raises AiError, also for an answer that `trouble_of` rejects.
    """
    if tenancy.current_door() is not None:
        raise tenancy.DoorError("A model is asked outside of the door: what is reserved must be committed before.")
    with ExitStack() as stack:
        try:
            breaker.admit(account.account, asking.now())
            stack.enter_context(place(*account.places, wait))
            use = budget.reserve(asking.spending, account=account.account, price=price, tokens=tokens, now=asking.now())
        except AiError as error:
            _not_made(asking, account, price, error.trouble)
            raise
        answered = _tried(make)  # what came of it is written when the place is free, also if the connection was lost
    if isinstance(answered, AiError):
        _failed(asking, account, use, answered)
        raise answered
    _paid(asking, account, use, price, answered, trouble := trouble_of(answered))
    if trouble:
        asking.fell(account, trouble)
        raise AiError(trouble)
    return answered


def _tried(make: Callable[[], Answered]) -> Answered | AiError:
    try:
        return make()
    except AiError as error:
        return error


def _not_made(asking: Asking, account: Account, price: Price, trouble: Trouble) -> None:
    now = asking.now()
    asking.fell(account, trouble)
    budget.note(asking.spending, account=account.account, price=price, trouble=trouble, now=now)
    if trouble is Trouble.BUDGET:
        with tenancy.partner(asking.spending.partner_id):
            asking.warned = budget.warning(asking.spending.partner_id, now, exhausted=True)


def _failed(asking: Asking, account: Account, use: AiUse, error: AiError) -> None:
    now = asking.now()
    asking.fell(account, error.trouble)
    if error.perhaps_charged:
        asking.charged, asking.roubles = True, asking.roubles + use.roubles
        AI_ROUBLES.labels(account.name).inc(float(use.roubles))
        asking.warned = budget.settle_unknown(use, trouble=error.trouble, now=now)
    else:
        budget.cancel(use, trouble=error.trouble, now=now)
    breaker.failed(account.account, error.trouble, now)


def _paid(
    asking: Asking,
    account: Account,
    use: AiUse,
    price: Price,
    answered: Completion | Embedding | Ordered,
    trouble: Trouble | None,
) -> None:
    now = asking.now()
    tokens = answered.tokens_in, answered.tokens_out
    cost = price.of(*tokens)
    asking.charged, asking.roubles = True, asking.roubles + cost
    AI_ROUBLES.labels(account.name).inc(float(cost))
    if trouble is None:
        AI_CALLS.labels(account.name, "ok").inc()
    asking.warned = budget.settle(use, cost=cost, tokens=tokens, now=now, trouble=trouble)
    breaker.worked(account.account, now)
