"""What kill -9 does to a broadcast and to a burst of due timers, and what must be true afterwards."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import connection

from bench.machine import ask
from bench.standin import READER_BASE
from bench.victims import Victim, World, run_bots, run_worker, running
from config.celery import app
from content.messages import Html, Message
from content.models import OutboxMessage
from content.outbox.promises import Promise, promise
from content.outbox.tally import Tally, tally
from funnels.models import Enrollment, FunnelEvent
from partners import clock, tenancy
from partners.models import Bot, Consent, Lead

State = OutboxMessage.State
SEQUENCE, STEP = "weight", "evening"
BROADCAST = "broadcast:1"
PATIENCE = 180.0
BEAT = 0.2  # seconds between two ticks


@dataclass
class Scene:
    """One bot, the people it writes to, and the moments at which its processes die."""

    bot: Bot
    world: World
    port: int  # of the stand-in for Telegram
    people: int
    random: random.Random
    source: str = BROADCAST
    in_flight: list[int] = field(default_factory=list)  # at each kill of the runner
    planned: list[int] = field(default_factory=list)  # at each kill of the worker

    def door(self) -> contextlib.AbstractContextManager[None]:
        return tenancy.partner(self.bot.partner_id)

    def received(self) -> int:
        return int(ask(self.port, "/stats")["broadcast"])

    def tally(self) -> Tally:
        with self.door():
            return tally(partner_id=self.bot.partner_id, source=self.source)

    def moments(self, kills: int) -> list[int]:
        """Some messages become unknown without having arrived: the last moments must come all the same."""
        return sorted(self.random.randrange(int(self.people * 0.8)) for _kill in range(kills))

    def pause(self, longest: float) -> None:
        time.sleep(self.random.uniform(0, longest))

    def until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(f"it does not come to an end: {self.tally()}")
            time.sleep(0.02)


def people(scene: Scene) -> list[Lead]:
    """Leads who agreed to get offers."""
    now, partner_id = clock.now(), scene.bot.partner_id
    with scene.door():
        leads = Lead.objects.bulk_create(
            Lead(
                partner_id=partner_id,
                telegram_id=READER_BASE + number,
                first_name=f"Лид {number}",
                created_at=now,
                last_seen_at=now,
            )
            for number in range(scene.people)
        )
        Consent.objects.bulk_create(
            Consent(partner_id=partner_id, lead=lead, kind=Consent.Kind.OFFERS, text_version=1, given_at=now)
            for lead in leads
        )
    return leads


def kill_during_broadcast(scene: Scene, *, kills: int) -> None:
    now, message = clock.now(), Message(Html("Новый рецепт на завтрак: овсянка с яблоком за пять минут."))
    promises = [Promise(lead.telegram_id, f"{BROADCAST}:{lead.pk}", message, now, lead.pk) for lead in people(scene)]
    ids, lane = {"partner_id": scene.bot.partner_id, "bot_id": scene.bot.pk}, OutboxMessage.Lane.BROADCAST
    with scene.door():
        promise(**ids, lane=lane, promises=promises, now=now, source=scene.source)
    runner = Victim(run_bots, scene.world)
    with running(runner):
        kill_runner(scene, runner, kills)
        scene.until(lambda: not scene.tally().open)


def kill_runner(scene: Scene, runner: Victim, kills: int) -> None:
    """Whenever a random number of messages has arrived, and a moment later."""
    for moment in scene.moments(kills):
        scene.until(lambda moment=moment: scene.received() >= moment)  # type: ignore[misc]
        scene.pause(0.2)
        runner.kill()
        scene.in_flight.append(scene.tally().sending)
        runner.start()


def kill_during_timers(scene: Scene, *, kills: int) -> None:
    """The worker and the runner, each at moments of its own. Half of the timers are due at once, others in waves."""
    scene.source = f"sequence:{SEQUENCE}"
    now, leads, half = clock.now(), people(scene), scene.people // 2
    waves = [[lead.pk for lead in leads[half:][number::kills]] for number in range(kills)]
    with scene.door():
        Enrollment.objects.bulk_create(
            Enrollment(
                partner_id=lead.partner_id,
                lead=lead,
                sequence=SEQUENCE,
                next_step=STEP,
                fire_at=now if number < half else now + timedelta(days=1),
                entered_at=now,
            )
            for number, lead in enumerate(leads)
        )
    worker, runner = Victim(run_worker, scene.world), Victim(run_bots, scene.world)
    with beat(scene.world.queue), running(worker, runner), ThreadPoolExecutor() as pool:
        killing = pool.submit(kill_worker, scene, worker, waves)
        kill_runner(scene, runner, kills)
        killing.result()
        scene.until(lambda: scene.tally().promised == scene.people and not scene.tally().open)


def kill_worker(scene: Scene, worker: Victim, waves: Sequence[Sequence[int]]) -> None:
    """Each time a little after more timers have become due, or after some of them have been planned."""
    for wave in waves:
        worker.wait_begun()
        before = scene.tally().promised
        with scene.door():
            Enrollment.objects.filter(lead_id__in=wave).update(fire_at=clock.now())
        if scene.random.random() < 0.5:
            scene.until(lambda before=before: scene.tally().promised > before)  # type: ignore[misc]
        scene.pause(0.6)
        worker.kill()
        scene.planned.append(scene.tally().promised)
        worker.start()
    connection.close()  # this thread's


@contextlib.contextmanager
def beat(queue: str) -> Iterator[None]:
    """Wakes the worker up, as Celery beat does."""
    over = threading.Event()

    def tick() -> None:
        while not over.wait(BEAT):
            app.send_task("funnels.tasks.plan_warmups", queue=queue, expires=5)

    thread = threading.Thread(target=tick)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        with app.connection_for_write() as redis:
            redis.default_channel.queue_delete(queue)


@dataclass(frozen=True)
class Report:
    """Both sides of the story: the rows, and what arrived."""

    people: int
    tally: Tally
    arrived: Counter[str]  # messages by what their row says
    lost: int  # called sent, and nobody got it
    twice: int
    against_the_row: int  # arrived, although the row says that it was not sent
    events: Counter[int]  # warm-up messages by lead
    in_flight: list[int]

    def problems(self) -> list[str]:
        tally, closed = (
            self.tally,
            self.tally.sent + self.tally.all_failed + self.tally.all_skipped + self.tally.unknown,
        )
        checks = {
            "the sum does not close": tally.promised == self.people == closed,
            "lost": not self.lost,
            "sent twice": not self.twice,
            "sent and not written down": not self.against_the_row,
            "more unknown than were in flight": tally.unknown <= sum(self.in_flight),
            "a step was counted twice": set(self.events.values()) <= {1},
        }
        return [problem for problem, fine in checks.items() if not fine]


def report(scene: Scene) -> Report:
    got = Counter({int(chat_id): count for chat_id, count in ask(scene.port, "/received").items()})
    with scene.door():
        states = dict(OutboxMessage.objects.filter(source=scene.source).values_list("chat_id", "state"))
        warmups = FunnelEvent.objects.filter(kind=FunnelEvent.Kind.WARMUP_SENT)
        events = Counter(warmups.values_list("lead_id", flat=True))
    perhaps = {State.SENT, State.UNKNOWN}
    return Report(
        people=scene.people,
        tally=scene.tally(),
        arrived=Counter(states[chat_id] for chat_id in got),
        lost=sum(not got[chat_id] for chat_id, state in states.items() if state == State.SENT),
        twice=sum(count > 1 for count in got.values()),
        against_the_row=sum(states.get(chat_id) not in perhaps for chat_id in got),
        events=events,
        in_flight=scene.in_flight,
    )
