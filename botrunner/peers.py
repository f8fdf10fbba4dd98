"""This runner among the others: its row, its heartbeat, its fair share, and the end of those that fell silent."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.db import InterfaceError, OperationalError

from botrunner.db import once
from botrunner.lease import Lease
from botrunner.services import runners
from botrunner.services.runners import Me
from botrunner.shares import excess, fair_share
from partners.services.runners import RunnerView
from partners.services.runners import runners as open_runners

log = logging.getLogger(__name__)

BEAT_EVERY = 1.5
STEADY = 5.0  # seconds without a gap in its own heartbeat, before a runner judges others
SETTLED = 5.0  # seconds since a runner came or went, before bots are moved because of it
NO_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class Share:
    """What this runner may take, and what it should give to others.

    `reserved`: partners that have a runner of their own.
    """

    room: int
    give: int
    reserved: frozenset[int] = frozenset()
    draining: bool = False
    has_heirs: bool = False  # somebody who would take our bots


@dataclass(slots=True)
class Peers:
    me: Me
    count: Callable[[], int]  # our bots
    lease: Lease = field(default_factory=Lease)
    number: int = 0
    fenced: bool = False
    _crew: frozenset[int] = frozenset()  # who lived at the last look
    _changed_at: float = 0.0

    async def register(self, *, backend_pid: int, backend_start: datetime) -> int:
        """The number of a new session of the locks. Raises django.db.OperationalError."""
        session = {"backend_pid": backend_pid, "backend_start": backend_start}
        return await once(runners.register, me=self.me, bots=self.count(), **session)

    def begin(self, number: int) -> None:
        """With that session; bots whose locks are not in it have been let go."""
        self.number, self.fenced = number, False
        self.lease.renew(_time())

    def lost(self) -> None:
        """The session is gone, and its locks: nothing is ours until the next one."""
        self.number = 0
        self.lease.end()

    async def beat(self) -> None:
        """Until cancelled."""
        while True:
            if number := self.number:
                asked_at = _time()
                try:
                    alive = await once(runners.beat, number=number, bots=self.count())
                except (OperationalError, InterfaceError):
                    alive = None
                if number == self.number and alive is not None:
                    self._heard(alive, asked_at)
                await self._judge()
            await asyncio.sleep(BEAT_EVERY)

    def _heard(self, alive: bool, asked_at: float) -> None:
        if alive:
            self.lease.renew(asked_at)
        else:
            log.warning("other runners took this one for dead; it starts anew")
            self.fenced = True
            self.lost()

    async def look(self, partners: Collection[int]) -> Share:
        """`partners`: of each bot that is to run. Raises django.db.OperationalError."""
        seen = await once(open_runners)
        if self.me.only_partner is not None:
            return Share(NO_LIMIT, 0)
        return self._share(partners, [runner for runner in seen if runner.alive or runner.id == self.number])

    def _share(self, partners: Collection[int], alive: list[RunnerView]) -> Share:
        have = self.count()
        draining = any(runner.draining for runner in alive if runner.id == self.number)
        staying = [runner for runner in alive if not (runner.id == self.number or runner.draining)]
        reserved = frozenset(runner.only_partner for runner in staying if runner.only_partner is not None)
        others = [runner for runner in staying if not runner.dedicated]
        if draining:
            places = sum(max(0, runner.capacity - runner.bots) for runner in others)
            return Share(0, min(have, places), draining=True, has_heirs=places > 0)
        bots = sum(partner not in reserved for partner in partners)
        share = fair_share(bots, self.me.capacity, [runner.capacity for runner in others])
        crew = frozenset(runner.id for runner in others)
        if crew != self._crew:
            self._crew, self._changed_at = crew, _time()
        settled = _time() - self._changed_at >= SETTLED
        give = excess(have, share) if settled else 0
        return Share(max(0, share - have), give, reserved, has_heirs=bool(others))

    async def _judge(self) -> None:
        """Whoever was away himself a moment ago accuses nobody: then the database was away, and all are silent."""
        if not self.lease.held_for(STEADY):
            return
        try:
            silent = [runner.id for runner in await once(open_runners) if runner.is_silent]
            for name in await once(runners.fence, numbers=silent) if silent else ():
                log.warning("runner %s is silent; its bots are taken from it", name)
        except (OperationalError, InterfaceError):
            return

    async def drain(self) -> None:
        await once(runners.drain, number=self.number)

    async def leave(self) -> None:
        if self.number:
            await once(runners.leave, number=self.number)
        self.lost()


def _time() -> float:
    return asyncio.get_running_loop().time()
