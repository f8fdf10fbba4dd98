"""The partner's own provider, then the network's, then the documents themselves; every fall with its reason.

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
from content.ai.provider import Provider
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
    *, spending: Spending, prompt: Prompt, passages: Sequence[Passage], slots: Mapping[str, Slot], now: Clock
) -> Reply:
    """The model's answer, else the passages quoted."""
    outcome = ask(spending=spending, prompt=prompt, now=now)
    messages = to_messages(outcome.completion.text, slots) if outcome.completion else ()
    if not messages:
        outcome = replace(outcome, completion=None, provider=EXTRACTIVE)
        messages = extractive.quote(passages, slots)
    return Reply(messages, outcome)


def ask(*, spending: Spending, prompt: Prompt, now: Clock) -> Outcome:
    """The first provider that answers. A truncated answer ends with its last whole sentence."""
    with tenancy.partner(spending.partner_id):
        providers = providers_for(spending.partner_id)
    asking, completion, name = Asking(spending, now), None, EXTRACTIVE
    for provider in providers:
        try:
            completion, name = _complete(asking, provider, prompt), provider.name
            break
        except AiError as error:
            if asking.charged or error.trouble in FINAL:
                break
    return Outcome(completion, name, asking.roubles, tuple(asking.falls), asking.warned)


def _complete(asking: Asking, provider: Provider, prompt: Prompt) -> Completion:
    price = price_for(provider.name, provider.model, asking.now().date())
    sent = estimate_message(prompt.system) + sum(estimate_message(turn.text) for turn in prompt.turns)
    most = sent, prompt.max_tokens
    completion = call(
        asking, provider, price=price, tokens=most, make=lambda: provider.complete(prompt), trouble_of=_trouble_of
    )
    return replace(completion, text=finished(completion.text)) if completion.status == "truncated" else completion


def _trouble_of(completion: Completion) -> Trouble | None:
    if completion.status == "filtered":
        return Trouble.FILTERED
    if completion.status == "truncated":
        return None if finished(completion.text) else Trouble.TRUNCATED
    return None if completion.text.strip() else Trouble.NONSENSE
