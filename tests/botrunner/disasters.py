"""Fifty people who click without waiting, a runner in a process of its own, and what must be true afterwards."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Self

from django.conf import settings
from django.db import connection

from bench.victims import Victim, World, run_bots
from botrunner import lease, peers
from botrunner.models import InboxUpdate
from botrunner.sandbox.errors import PersonError
from funnels.models import Conversation, FunnelEvent
from partners import tenancy
from partners.models import Lead
from tests.telegram import ChatDriver, MessageView, SandboxServer

Kind = FunnelEvent.Kind
PRESSES = (Kind.BUTTON_PRESSED, Kind.QUESTION_ASKED, Kind.OUTDATED_PRESSED)
PATIENCE = 120.0


def until(condition: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    """For what another process does: nobody tells us, so we look."""
    tick, deadline = threading.Event(), time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"it never happened: {what}"
        tick.wait(0.05)


LEASE = 1.0


def run_quick_bots(world: World, begun: Connection) -> None:
    """A runner that trusts its bots to be its own only for a second."""
    lease.SECONDS, peers.BEAT_EVERY = LEASE, 0.1
    run_bots(world, begun)


class RunnerProcess:
    """`manage.py runbots` that can be killed."""

    def __init__(self, tg: SandboxServer, work: Callable[[World, Connection], None] = run_bots) -> None:
        world = World(connection.settings_dict["NAME"], tg.url, settings.TELEGRAM_RATE, queue="")
        self._victim = Victim(work, world)
        self.start, self.kill = self._victim.start, self._victim.kill
        self.stop, self.signal = self._victim.stop, self._victim.signal
        self.has_ended = self._victim.has_ended

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


class Crowd:
    """People with their chats; `presses` counts what each of them did."""

    def __init__(self, tg: SandboxServer, username: str, size: int, seed: int) -> None:
        self.random = random.Random(seed)
        self.chats = [tg.person(f"Человек {number}").open(username) for number in range(size)]
        self.presses: Counter[int] = Counter()

    def start(self) -> None:
        for chat in self.chats:
            chat.start()
        for chat in self.chats:
            chat.wait_for(lambda c: bool(c.bot_messages and c.last.buttons), timeout=PATIENCE)

    def click(self) -> None:
        """Everybody presses something on the newest screen that they see."""
        for chat in self.chats:
            while not self._press_something(chat):
                pass
            self.presses[chat.owner.id] += 1

    def _press_something(self, chat: ChatDriver) -> bool:
        """False if the screen changed under the finger."""
        screen = newest_screen(chat)
        try:
            chat.press_data(self.random.choice(presses_of(screen)), screen.id)
        except PersonError:
            return False
        return True


def wait_until_answered(partner_id: int, updates: int) -> None:
    def answered() -> bool:
        with tenancy.partner(partner_id):
            return InboxUpdate.objects.filter(answered_at__isnull=False).count() >= updates

    until(answered, f"{updates} updates handled and answered")


def check(partner_id: int, crowd: Crowd) -> None:
    """No press lost, none counted twice, and everybody sees the screen where they are."""
    with tenancy.partner(partner_id):
        leads = {lead.telegram_id: lead for lead in Lead.objects.all()}
        counted: Counter[int] = Counter()
        for lead_id, kind in FunnelEvent.objects.values_list("lead__telegram_id", "kind"):
            counted[lead_id] += kind in PRESSES
        started = Counter(FunnelEvent.objects.filter(kind=Kind.STARTED).values_list("lead__telegram_id", flat=True))
        steps = dict(Conversation.objects.values_list("lead__telegram_id", "step"))
        assert not InboxUpdate.objects.filter(failed_at__isnull=False).exists()
    assert leads.keys() == {chat.owner.id for chat in crowd.chats}
    assert counted == crowd.presses
    assert set(started.values()) == {1}
    for chat in crowd.chats:
        assert seen_step(chat) == steps[chat.owner.id], chat.transcript()


def seen_step(chat: ChatDriver) -> str:
    """The step whose buttons stand under the newest screen."""
    steps = {data.split(":")[2] for data in presses_of(newest_screen(chat))}
    assert len(steps) == 1
    return steps.pop()


def newest_screen(chat: ChatDriver) -> MessageView:
    return next(message for message in reversed(chat.bot_messages) if of_funnel(message))


def of_funnel(message: MessageView) -> bool:
    """Other questions have buttons of another kind."""
    return bool(presses_of(message))


def presses_of(message: MessageView) -> list[str]:
    """The buttons that move through the funnel."""
    data = [button.callback_data or "" for row in message.buttons for button in row]
    return [pressed for pressed in data if pressed.startswith("f:")]
