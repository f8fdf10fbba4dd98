"""Makes what runs equal to what the rows want, every few seconds and on NOTIFY."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

import psycopg

from botrunner.db import close_connections, in_all_partners, in_partner
from botrunner.delivery import Delivery
from botrunner.menu import Menus
from botrunner.ownership import News, Ownership, OwnershipLost
from botrunner.polling import RunningBot
from botrunner.selftest import self_test
from botrunner.services import fleet, grouptopics, outgoing
from botrunner.services.fleet import Pulse, Wish
from botrunner.topics import make_topics
from botrunner.transport import SharedRequest
from botrunner.turns import Clock
from botrunner.typing_action import Typing
from partners.models import Bot

log = logging.getLogger(__name__)

LOOK_EVERY = 3.0  # seconds between two looks, when nobody notifies
NO_NEWS = News(look=True)
STARTED_AT_ONCE = 50  # bots per look: a start costs two queries and the first poll


class Supervisor:
    def __init__(
        self,
        *,
        request: SharedRequest,
        api_url: str,
        clock: Clock,
        runner: str,
        partner_id: int | None = None,
    ) -> None:
        self._request, self._api_url, self._clock = request, api_url, clock
        self._runner, self._partner_id = runner, partner_id
        self._bots: dict[int, RunningBot] = {}
        self._delivery = Delivery(clock=clock)
        self._menus = Menus()
        self._typing = Typing(clock=clock)
        self._tests: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self._database_is_away = False

    def stop(self) -> None:
        """For a signal handler: everything is finished and handed back, then `run` returns."""
        self._stopping.set()

    async def run(self) -> None:
        await self._request.initialize()
        delivering = asyncio.create_task(self._delivery.run(), name="delivery")
        typing = asyncio.create_task(self._typing.run(), name="typing")
        try:
            while not self._stopping.is_set():
                await self._run_with_database()
        finally:
            await self._stop_bots(list(self._bots))
            delivering.cancel()
            typing.cancel()
            await asyncio.gather(delivering, typing, *self._tests, return_exceptions=True)
            await self._request.close()
            await asyncio.to_thread(close_connections)

    async def _run_with_database(self) -> None:
        try:
            async with await Ownership.connect() as ownership:
                self._database(away=False)
                await self._take_again(ownership)
                await self._look_until_stopped(ownership)
                # Before the locks go: whoever takes the bots next must find no update in our hands.
                await self._stop_bots(list(self._bots))
        except (OwnershipLost, psycopg.OperationalError):
            self._database(away=True)
            await self._sleep(1.0)

    def _database(self, *, away: bool) -> None:
        """Told once, not at every try."""
        if away != self._database_is_away:
            log.warning("the database is away; the bots wait" if away else "the database is back")
        self._database_is_away = away

    async def _take_again(self, ownership: Ownership) -> None:
        """After a lost session another runner may have been quicker."""
        ours = await ownership.take(list(self._bots))
        await self._stop_bots([bot_id for bot_id in self._bots if bot_id not in ours])

    async def _look_until_stopped(self, ownership: Ownership) -> None:
        while not self._stopping.is_set():
            wishes = await in_all_partners(fleet.wishes, partner_id=self._partner_id)
            more = await self._reconcile(ownership, wishes)
            await self._report()
            await self._delivery.sweep()
            self._wake(await in_all_partners(outgoing.due_bots, bot_ids=list(self._bots), now=self._clock()))
            await self._until_look(ownership, 0.05 if more else LOOK_EVERY)

    async def _reconcile(self, ownership: Ownership, wishes: list[Wish]) -> bool:
        """Whether some bots still wait for their turn to start."""
        self._begin_self_tests(wishes)
        running = {wish.bot_id: wish for wish in wishes if wish.running}
        outdated = [bot_id for bot_id, bot in self._bots.items() if not _as_wanted(bot, running.get(bot_id))]
        await self._stop_bots(outdated)
        for bot_id in outdated:
            await ownership.give_back(bot_id)
        await self._bury(ownership, [wish for wish in wishes if wish.looks_alive and wish.bot_id not in self._bots])
        missing = [wish for bot_id, wish in running.items() if bot_id not in self._bots]
        ours = await ownership.take([wish.bot_id for wish in missing], at_most=STARTED_AT_ONCE) if missing else set()
        for wish in missing:
            if wish.bot_id in ours:
                self._start(wish)
        for bot_id, bot in self._bots.items():
            bot.show_panel_menus(running[bot_id])
        return len(ours) == STARTED_AT_ONCE

    async def _bury(self, ownership: Ownership, wishes: list[Wish]) -> None:
        """Bots that a killed runner still calls running: whoever gets the lock knows that they are not."""
        nobodys = await ownership.take([wish.bot_id for wish in wishes]) if wishes else set()
        pulses = [Pulse(wish.bot_id, wish.generation, Bot.State.STOPPED) for wish in wishes if wish.bot_id in nobodys]
        if pulses:
            await in_all_partners(fleet.report, pulses=pulses, runner="", now=self._clock())
        for bot_id in nobodys:
            await ownership.give_back(bot_id)

    def _start(self, wish: Wish) -> None:
        bot = self._bots[wish.bot_id] = RunningBot(
            bot_id=wish.bot_id,
            partner_id=wish.partner_id,
            generation=wish.generation,
            request=self._request,
            api_url=self._api_url,
            clock=self._clock,
            delivery=self._delivery,
            menus=self._menus,
            typing=self._typing,
        )
        bot.start()

    async def _stop_bots(self, bot_ids: Iterable[int]) -> None:
        stopped = [self._bots[bot_id] for bot_id in bot_ids]
        await asyncio.gather(*(bot.stop() for bot in stopped))
        for bot in stopped:
            del self._bots[bot.pulse.bot_id]
        if stopped:
            pulses = [bot.pulse for bot in stopped]
            await in_all_partners(fleet.report, pulses=pulses, runner="", now=self._clock())

    async def _report(self) -> None:
        """Changes at once, mere signs of life less often: they are a thousand rows."""
        now = self._clock()
        pulses = [bot.pulse for bot in self._bots.values() if bot.pulse.has_news(now)]
        if pulses:
            await in_all_partners(fleet.report, pulses=pulses, runner=self._runner, now=now)

    def _begin_self_tests(self, wishes: list[Wish]) -> None:
        for wish in wishes:
            if wish.self_test and not wish.is_starting:
                self._keep(asyncio.create_task(self._self_test(wish)))
            if wish.topics and wish.bot_id in self._bots:
                self._keep(asyncio.create_task(self._make_topics(wish)))

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tests.add(task)
        task.add_done_callback(self._tests.discard)

    async def _self_test(self, wish: Wish) -> None:
        if await in_all_partners(fleet.claim_self_test, bot_id=wish.bot_id):
            results = await self_test(bot_id=wish.bot_id, request=self._request, api_url=self._api_url)
            await in_all_partners(fleet.save_self_test, bot_id=wish.bot_id, results=results, now=self._clock())

    async def _make_topics(self, wish: Wish) -> None:
        place = await in_all_partners(grouptopics.claim, bot_id=wish.bot_id)
        if place is not None:
            points = await make_topics(place, bot_id=wish.bot_id, request=self._request, api_url=self._api_url)
            await in_partner(wish.partner_id, grouptopics.report, place=place, points=points, now=self._clock())

    def _wake(self, bot_ids: Iterable[int]) -> None:
        for bot_id in bot_ids:
            self._delivery.wake(bot_id)

    async def _until_look(self, ownership: Ownership, seconds: float) -> None:
        """Hands on the news of the outbox and of questions until it is time to look at the wishes."""
        end = self._loop_time() + seconds
        while not self._stopping.is_set():
            news = await self._news(ownership, max(0.0, end - self._loop_time()))
            self._wake(news.outbox)
            for bot_id in news.questions:
                self._typing.wake(bot_id)
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
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return


def _as_wanted(bot: RunningBot, wish: Wish | None) -> bool:
    """A failed bot stays until its wish changes: started again as it is, it would fail again."""
    return wish is not None and wish.generation == bot.pulse.generation
