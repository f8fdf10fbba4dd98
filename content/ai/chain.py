"""The partner's own provider, then the network's, then the documents themselves; every fall with its reason.

What a model wrote is checked before it is sent, and what fails is charged like any other answer.
As soon as something was charged, or may have been, nobody else is asked. Call it outside of any transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from content.ai import extractive
from content.ai.accounts import price_for, providers_for
from content.ai.answer_html import to_messages
from content.ai.budget import Spending, Warned
from content.ai.calls import Asking, Clock, Fall, call
from content.ai.checks import verdict
from content.ai.provider import Provider
from content.ai.quotable import quotable
from content.ai.sentences import finished
from content.ai.tokens import estimate_message
from content.ai.troubles import FINAL, AiError, Trouble
from content.ai.types import Completion, Passage, Prompt, Slot
from content.messages import Html
from partners import tenancy

EXTRACTIVE = "extractive"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`completion` is None when no provider answered; `roubles` is what was, or may have been, charged."""

    completion: Completion | None
    provider: str
    roubles: Decimal
    falls: tuple[Fall, ...]
    warned: Warned | None


@dataclass(frozen=True, slots=True)
class Reply:
    """What to send: nothing if there was no passage to quote either."""

    messages: tuple[Html, ...]
    outcome: Outcome


def answer(
    *,
    spending: Spending,
    prompt: Prompt,
    passages: Sequence[Passage],
    slots: Mapping[str, Slot],
    now: Clock,
    quotes: Sequence[Passage] = (),
) -> Reply:
    """The model's answer, else what may be said of the passages.

    `passages`: those that are in the prompt; `quotes`: what to quote of them, if there is something better than all.
    """
    outcome = ask(spending=spending, prompt=prompt, passages=passages, now=now)
    messages = to_messages(outcome.completion.text, slots) if outcome.completion else ()
    if not messages:
        outcome = replace(outcome, completion=None, provider=EXTRACTIVE)
        messages = extractive.quote(quotes or passages, slots)
    return Reply(messages, outcome)


def ask(*, spending: Spending, prompt: Prompt, passages: Sequence[Passage], now: Clock) -> Outcome:
    """The first provider with an answer that may be sent. A truncated answer ends with its last whole sentence."""
    with tenancy.partner(spending.partner_id):
        providers = providers_for(spending.partner_id)
    asking, completion, name = Asking(spending, now), None, EXTRACTIVE
    for provider in providers:
        try:
            completion, name = _complete(asking, provider, prompt, passages), provider.name
            break
        except AiError as error:
            if asking.charged or error.trouble in FINAL:
                break
    return Outcome(completion, name, asking.roubles, tuple(asking.falls), asking.warned)


def _complete(asking: Asking, provider: Provider, prompt: Prompt, passages: Sequence[Passage]) -> Completion:
    price = price_for(provider.name, provider.model, asking.now().date())
    sent = estimate_message(prompt.system) + sum(estimate_message(turn.text) for turn in prompt.turns)
    return call(
        asking,
        provider,
        price=price,
        tokens=(sent, prompt.max_tokens),
        make=lambda: _whole(provider.complete(prompt)),
        trouble_of=lambda completion: _trouble_of(completion, prompt, passages),
    )


def _whole(completion: Completion) -> Completion:
    return replace(completion, text=finished(completion.text)) if completion.status == "truncated" else completion


def _trouble_of(completion: Completion, prompt: Prompt, passages: Sequence[Passage]) -> Trouble | None:
    if completion.status == "filtered":
        return Trouble.FILTERED
    if not completion.text.strip():
        return Trouble.TRUNCATED if completion.status == "truncated" else Trouble.NONSENSE
    found = verdict(completion.text, passages=list(filter(None, map(quotable, passages))), prompt=prompt)
    return found[0].trouble if found else None
