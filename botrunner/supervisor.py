"""Makes what runs equal to what the rows want and to this runner's share, every few seconds and on NOTIFY."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Collection
from datetime import timedelta
from itertools import islice

import psycopg
from django.db import InterfaceError, OperationalError

from botrunner.crew import Crew
from botrunner.db import close_connections, in_all_partners
from botrunner.errands import Errands
from botrunner.ownership import News, Ownership, OwnershipLost
from botrunner.peers import Peers, Share
from botrunner.runtime import Runtime
from botrunner.services import fleet, inbox, outgoing
from botrunner.services.fleet import Wish
from botrunner.services.runners import Me
from botrunner.watching import stand_in

log = logging.getLogger(__name__)

LOOK_EVERY = 3.0  # seconds between two looks, when nobody notifies
NO_NEWS = News(look=True)
STARTED_AT_ONCE = 50  # bots per look: a start costs two queries and the first poll
GIVEN_AT_ONCE = 10  # bots per look, when another runner has fewer than its share
HANDOVER_PAUSE = 0.3  # seconds for the others to take what was given
LEFT_BEHIND = timedelta(seconds=3)  # after that nobody is about to look at a stored update
LAST_WORDS = 4.5  # seconds for the end, when the database does not answer
AWAY = (OwnershipLost, psycopg.OperationalError, OperationalError, InterfaceError)


class Supervisor:
    def __init__(self, *, runtime: Runtime, me: Me, partner_id: int | None = None) -> None:
        self._runtime, self._partner_id = runtime, partner_id
        self._crew = Crew(runtime, me.name)
        self._peers = Peers(me, count=self._crew.__len__, lease=runtime.lease)
        self._errands = Errands(runtime)
        self._stopping = asyncio.Event()
        self._database_is_away = False

    @property
    def crew(self) -> Crew:
        return self._crew

    def stop(self) -> None:
        """For a signal handler: everything is finished and handed over, then `run` returns."""
        self._stopping.set()

    async def run(self) -> None:
        await self._runtime.request.initialize()
        beside = [
            asyncio.create_task(work, name=name)
            for name, work in (
                ("delivery", self._runtime.delivery.run()),
                ("typing", self._runtime.typing.run()),
                ("heartbeat", self._peers.beat()),
                ("watch", stand_in(self._runtime.clock)),
            )
        ]
        working = asyncio.create_task(self._work())
        try:
            await self._until_done(working)
        finally:
            await self._end(working, beside)

    async def _work(self) -> None:
        while not self._stopping.is_set():
            await self._run_with_database()

    async def _until_done(self, working: asyncio.Task[None]) -> None:
        """Told to stop while the database is away, it does not wait for it."""
        await asyncio.wait(
            {working, stopping := asyncio.create_task(self._stopping.wait())}, return_when="FIRST_COMPLETED"
        )
        stopping.cancel()
        while not working.done() and self._runtime.lease.held:
            await asyncio.wait({working}, timeout=0.5)

    async def _end(self, working: asyncio.Task[None], beside: Collection[asyncio.Task[None]]) -> None:
        if not working.done():
            await asyncio.wait({working}, timeout=0.5)  # the lease ends with the row, a moment before the work does
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        try:
            async with asyncio.timeout(LAST_WORDS):
                await self._crew.stop(list(self._crew))
        except TimeoutError:
            log.warning("the database is away; what was in hand stays in the inbox")
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, *self._errands.tasks, return_exceptions=True)
        await self._runtime.request.close()
        await asyncio.to_thread(close_connections)

    async def _run_with_database(self) -> None:
        try:
            async with await Ownership.connect() as ownership:
                await self._join(ownership)
                await self._look_until_stopped(ownership)
                # Before the locks go: whoever takes the bots next must find no update in our hands.
                await self._hand_over(ownership)
                await self._peers.leave()
        except AWAY:
            was_there, self._database_is_away = not self._database_is_away, True
            self._peers.lost()
            if was_there:
                log.warning("the database is away; the bots wait")
            else:
                await self._sleep(1.0)

    async def _join(self, ownership: Ownership) -> None:
        """After a lost session another runner may have been quicker: its bots are let go before anything is said."""
        number = await self._peers.register(backend_pid=ownership.backend_pid, backend_start=ownership.backend_start)
        ours = await ownership.take(list(self._crew))
        await self._crew.stop([bot_id for bot_id in self._crew if bot_id not in ours])
        self._peers.begin(number)
        if self._database_is_away:
            log.warning("the database is back")
        self._database_is_away = False

    async def _look_until_stopped(self, ownership: Ownership) -> None:
        while not self._stopping.is_set():
            if self._peers.fenced:
                raise OwnershipLost
            wishes = await in_all_partners(fleet.wishes, partner_id=self._partner_id)
            more = await self._reconcile(ownership, wishes)
            await self._crew.report()
            await self._runtime.delivery.sweep()
            await self._wake_all()
            await self._until_look(ownership, 0.05 if more else LOOK_EVERY)

    async def _reconcile(self, ownership: Ownership, wishes: list[Wish]) -> bool:
        """Whether some bots still wait for their turn to start, or to go."""
        self._errands.begin(wishes, self._crew)
        running = {wish.bot_id: wish for wish in wishes if wish.running}
        outdated = self._crew.outdated(running)
        await self._crew.stop(outdated)
        await ownership.give_back(outdated)
        await self._bury(ownership, [wish for wish in wishes if wish.looks_alive and wish.bot_id not in self._crew])
        share = await self._peers.look([wish.partner_id for wish in running.values()])
        shared = {bot_id: wish for bot_id, wish in running.items() if wish.partner_id not in share.reserved}
        await self._give(ownership, share, [bot_id for bot_id in self._crew if bot_id not in shared])
        missing = [wish for bot_id, wish in shared.items() if bot_id not in self._crew]
        room = min(STARTED_AT_ONCE, share.room)
        # Asked for none, it still tells whether the session lives.
        ours = await ownership.take([wish.bot_id for wish in missing] if room else [], at_most=room)
        await self._crew.start([wish for wish in missing if wish.bot_id in ours])
        self._crew.show_panel_menus(running)
        return len(ours) == STARTED_AT_ONCE or bool(share.draining and share.give)

    async def _give(self, ownership: Ownership, share: Share, reserved: Collection[int]) -> None:
        """First those that have a runner of their own; a few at a time, so that no crowd waits for its new runner."""
        at_once = STARTED_AT_ONCE if share.draining else GIVEN_AT_ONCE
        await self._crew.give(reserved or list(islice(self._crew, min(share.give, at_once))), ownership)

    async def _hand_over(self, ownership: Ownership) -> None:
        """At the end: to the other runners in their own pace, if there are any."""
        await self._peers.drain()
        at_once = STARTED_AT_ONCE if (await self._peers.look(())).has_heirs else len(self._crew)
        while len(self._crew):
            await self._crew.give(list(islice(self._crew, at_once)), ownership)
            await asyncio.sleep(HANDOVER_PAUSE if len(self._crew) else 0)

    async def _bury(self, ownership: Ownership, wishes: list[Wish]) -> None:
        """Bots that a killed runner still calls running: whoever gets the lock knows that they are not."""
        nobodys = await ownership.take([wish.bot_id for wish in wishes]) if wishes else set()
        await self._crew.bury([wish for wish in wishes if wish.bot_id in nobodys])
        await ownership.give_back(nobodys)

    async def _wake_all(self) -> None:
        """Nobody need have told us: a notice is lost with the session that should have heard it."""
        now, bot_ids = self._runtime.clock(), list(self._crew)
        self._wake_delivery(await in_all_partners(outgoing.due_bots, bot_ids=bot_ids, now=now))
        left = await in_all_partners(inbox.bots_with_fresh, bot_ids=bot_ids, before=now - LEFT_BEHIND)
        self._crew.wake(left)

    def _wake_delivery(self, bot_ids: Collection[int]) -> None:
        for bot_id in bot_ids:
            self._runtime.delivery.wake(bot_id)

    async def _until_look(self, ownership: Ownership, seconds: float) -> None:
        """Hands on the news of outbox, inbox and questions until it is time to look at the wishes."""
        end = self._loop_time() + seconds
        while not self._stopping.is_set():
            news = await self._news(ownership, max(0.0, end - self._loop_time()))
            self._wake_delivery(news.outbox)
            self._crew.wake(news.inbox)
            for bot_id in news.questions:
                self._runtime.typing.wake(bot_id)
            if news.look or self._loop_time() >= end:
                return

    @staticmethod
    def _loop_time() -> float:
        return asyncio.get_running_loop().time()

    async def _news(self, ownership: Ownership, seconds: float) -> News:
        news = asyncio.create_task(ownership.wait_for_news(seconds))
        stopping = asyncio.create_task(self._stopping.wait())
        await asyncio.wait((news, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not news.done():
            news.cancel()
        await asyncio.gather(news, stopping, return_exceptions=True)
        return NO_NEWS if news.cancelled() else news.result()

    async def _sleep(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
