"""What a question to the curator, and a call of an AI provider, add to the sums of a day. Pure.

The day is the partner's, of the asking. `people` of these sums are questions, calls, tokens or parts of a rouble.

question  key: the state, «open» before there is an answer; aux: the reason
answered  key: the provider of an answer, aux: up | down | nothing
fall      key: a provider and why it did not answer, «yandex: timeout»
wait      key: how long until the answer, see `tallying.bucket`
ai        key: «purpose:provider», aux: calls | failed | tokens_in | tokens_out | roubles, in PARTS of one
spent     key: roubles, in PARTS of one: of all purposes
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from analytics.tallying import Sum, bucket

PARTS = 10_000  # of a rouble: as fine as they are stored
OPEN = ("waiting", "thinking")
SPENT = ("charged", "perhaps")
THUMBS = {1: "up", -1: "down"}
WIDEST = 64  # letters of a key


class Question(NamedTuple):
    state: str
    reason: str
    provider: str
    falls: Sequence[str]
    thumb: int | None
    pause: timedelta | None  # until it was finished


class Call(NamedTuple):
    purpose: str
    provider: str
    state: str
    tokens_in: int
    tokens_out: int
    roubles: Decimal


def of_question(day: date, question: Question) -> Iterator[tuple[Sum, int]]:
    state = "open" if question.state in OPEN else question.state
    yield Sum("question", 0, day, state, question.reason), 1
    if question.provider:
        yield Sum("answered", 0, day, question.provider, THUMBS.get(question.thumb or 0, "")), 1
    for fall in question.falls:
        yield Sum("fall", 0, day, fall[:WIDEST]), 1
    if question.state == "answered" and question.pause is not None:
        yield Sum("wait", 0, day, str(bucket(question.pause))), 1


def of_call(day: date, call: Call) -> Iterator[tuple[Sum, int]]:
    """What is only reserved has not been spent yet."""
    key = f"{call.purpose}:{call.provider}"
    if call.state not in SPENT:
        if call.state == "failed":
            yield Sum("ai", 0, day, key, "failed"), 1
        return
    yield Sum("ai", 0, day, key, "calls"), 1
    roubles = int(call.roubles * PARTS)
    for what, number in (("tokens_in", call.tokens_in), ("tokens_out", call.tokens_out), ("roubles", roubles)):
        if number:
            yield Sum("ai", 0, day, key, what), number
    if roubles:
        yield Sum("spent", 0, day, "roubles"), roubles
