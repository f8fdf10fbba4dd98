"""Lives of people who never were, for measuring and for a demonstration: they walk the real funnel. Pure.

How far people go, and how often they do what, is invented; its order of magnitude is that of a messenger funnel.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from funnels.fitting import fitting
from funnels.moves import NOTHING, merge
from funnels.schema import Answers, Funnel, GoButton, LinkButton, ProductScreen
from funnels.sequence_schema import Sequence as Warmup

GOES_ON = 0.86
FOLLOWS_LINK = 0.35
ASKS = 0.12
LEAVES_PHONE = 0.3  # of those who followed a link
ORDERS = 0.4  # of those who left one
ALLOWS_OFFERS = 0.6
BLOCKS = 0.08
COMES_BACK = 0.25
DAY = timedelta(days=1)

SAMPLES = 20_000  # lives that are told apart: more people than that lead the same ones at other times
FIRST_NAMES = ("Анна", "Мария", "Ольга", "Елена", "Ирина", "Светлана", "Наталья", "Екатерина", "Иван", "Алексей",
               "Сергей", "Дмитрий", "Айгуль", "Гульнара", "Нурлан", "Тимур")  # fmt: skip
LAST_NAMES = ("", "К.", "Мельник", "Ким", "Бондаренко", "Ахметова", "Соколова", "Цой")


class Lived(NamedTuple):
    """`screen`: whether it belongs to a version of the funnel."""

    kind: str
    step: str
    data: Mapping[str, object]
    at: timedelta
    screen: bool


@dataclass(slots=True)
class Life:
    """Times are since coming. `enrolled`: in which sequence, since when, how many messages, how it ended, when."""

    events: list[Lived] = field(default_factory=list)
    answers: Answers = NOTHING
    phone: str = ""
    status: str = "new"
    blocked: timedelta | None = None
    enrolled: tuple[str, timedelta, int, str, timedelta] | None = None

    def happened(self, kind: str, at: timedelta, step: str = "", *, screen: bool = False, **data: object) -> None:
        self.events.append(Lived(kind, step, data, at, screen))


@dataclass(frozen=True, slots=True)
class World:
    """What there is to walk through."""

    funnel: Funnel
    sequences: Mapping[str, Warmup]

    def live(self, chance: random.Random) -> Life:
        life = Life()
        life.happened("started", timedelta(0), self.funnel.start, screen=True)
        at = self._walk(life, chance, timedelta(0), self.funnel.start)
        if life.answers.intent and chance.random() < ALLOWS_OFFERS:
            at = self._be_warmed(life, chance, at)
        if chance.random() < COMES_BACK:
            at = self._walk(life, chance, at + chance.uniform(0.2, 20) * DAY, self.funnel.start)
        if chance.random() < BLOCKS:
            life.blocked = at + chance.uniform(0.01, 10) * DAY
            life.happened("bot_blocked", life.blocked)
        return life

    def _walk(self, life: Life, chance: random.Random, at: timedelta, step: str) -> timedelta:
        for _screen in range(14):
            screen = self.funnel.steps[step]
            product = {"product": screen.product} if isinstance(screen, ProductScreen) else {}
            life.happened("screen_shown", at, step, screen=True, **product)
            at += timedelta(seconds=chance.lognormvariate(3, 1.2))
            at = self._look_around(life, chance, at, step)
            buttons = [button for row in screen.buttons for button in row if isinstance(button, GoButton)]
            if not buttons or chance.random() > GOES_ON:
                break
            button = chance.choices(buttons, weights=range(len(buttons), 0, -1))[0]  # the upper ones more often
            life.answers = merge(life.answers, button.set)
            said = button.set.model_dump(exclude_none=True)
            life.happened("button_pressed", at, step, screen=True, to=button.to, **({"set": said} if said else {}))
            step = button.to
        return at

    def _look_around(self, life: Life, chance: random.Random, at: timedelta, step: str) -> timedelta:
        if chance.random() < ASKS:
            life.happened("message_received", at, step, screen=True, length=chance.randint(8, 90))
            at += timedelta(seconds=chance.lognormvariate(4, 1))
        slots = [b.slot for row in self.funnel.steps[step].buttons for b in row if isinstance(b, LinkButton)]
        if slots and chance.random() < FOLLOWS_LINK:
            life.happened("link_clicked", at, step, screen=True, slot=slots[0])
            at = self._buy(life, chance, at + timedelta(minutes=chance.lognormvariate(1, 1)), slots[0])
        return at

    def _buy(self, life: Life, chance: random.Random, at: timedelta, slot: str) -> timedelta:
        if life.phone or chance.random() > LEAVES_PHONE:
            return at
        life.phone, life.status = f"+7999{chance.randrange(10**7):07}", "contacted"
        life.happened("contact_left", at, what="phone")
        if chance.random() < ORDERS:
            life.status = "partner" if slot == "registration" else "ordered"
            life.happened("status_changed", at + chance.uniform(0.1, 5) * DAY, to=life.status)
        return at

    def _be_warmed(self, life: Life, chance: random.Random, at: timedelta) -> timedelta:
        sequence = fitting(self.sequences, life.answers)
        if sequence is None:
            return at
        entered = at
        life.happened("sequence_entered", at, sequence.key)
        got, reason = 0, "finished"
        for step in sequence.steps:
            at += chance.uniform(0.8, 3.5) * DAY
            got += 1
            life.happened("warmup_sent", at, f"{sequence.key}:{step.key}")
            at += timedelta(minutes=chance.lognormvariate(3, 1))
            if chance.random() < 0.05:
                reason = chance.choice(("unsubscribed", "contact", "other_branch"))
                break
        life.happened("sequence_ended", at, sequence.key, reason=reason)
        if reason == "unsubscribed":
            life.status = "unsubscribed"
            life.happened("unsubscribed", at)
        life.enrolled = sequence.key, entered, got, reason, at
        return at


def arrivals(chance: random.Random, count: int, *, since: datetime, now: datetime) -> list[datetime]:
    """More towards the end, in the daytime and on weekends, in order of time."""
    days = max(1, (now - since).days)
    found: list[datetime] = []
    while len(found) < count:
        day = since + int(days * chance.random() ** 0.7) * DAY
        if day.weekday() < 5 and chance.random() < 0.15:
            continue
        at = day + timedelta(hours=min(23.9, max(0.0, chance.gauss(15, 4.5))), seconds=chance.uniform(0, 300))
        if since <= at <= now:
            found.append(at)
    return sorted(found)


def shares(partners: int, leads: int) -> Sequence[int]:
    """How many leads each partner has: a few have most of them, everybody has one."""
    weights = [rank**-0.7 for rank in range(1, partners + 1)]
    total = sum(weights)
    counts = [max(1, round(leads * weight / total)) for weight in weights]
    counts[0] += max(1 - counts[0], leads - sum(counts))
    return counts
