"""The bots that run here: begun, ended, and what is reported of them."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping

from botrunner.db import in_all_partners
from botrunner.ownership import Ownership
from botrunner.running import RunningBot
from botrunner.runtime import Runtime
from botrunner.services import fleet
from botrunner.services.fleet import Pulse, Wish
from partners.models import Bot

QUICK = 0.5  # seconds: who stops within them need not wait for the slow ones to be taken over


class Crew:
    def __init__(self, runtime: Runtime, runner: str) -> None:
        self._runtime, self._runner = runtime, runner
        self._bots: dict[int, RunningBot] = {}

    def __len__(self) -> int:
        return len(self._bots)

    def __iter__(self) -> Iterator[int]:
        return iter(self._bots)

    def __contains__(self, bot_id: object) -> bool:
        return bot_id in self._bots

    def pulses(self) -> list[Pulse]:
        """Also for other threads."""
        return [bot.pulse for bot in list(self._bots.values())]

    def outdated(self, wishes: dict[int, Wish]) -> list[int]:
        """A failed bot stays until its wish changes: started again as it is, it would fail again."""
        return [
            bot_id
            for bot_id, bot in self._bots.items()
            if bot_id not in wishes or wishes[bot_id].generation != bot.pulse.generation
        ]

    def wake(self, bot_ids: Iterable[int]) -> None:
        """Their inbox has news."""
        for bot_id in bot_ids:
            if bot := self._bots.get(bot_id):
                bot.wake()

    def show_panel_menus(self, wishes: Mapping[int, Wish]) -> None:
        for bot_id, bot in self._bots.items():
            if wish := wishes.get(bot_id):
                bot.show_panel_menus(wish)

    async def start(self, wishes: Collection[Wish]) -> None:
        """Bots whose locks are ours."""
        await in_all_partners(fleet.take, bot_ids=[wish.bot_id for wish in wishes], runner=self._runner)
        for wish in wishes:
            bot = self._bots[wish.bot_id] = RunningBot(wish, self._runtime)
            bot.start()

    async def stop(self, bot_ids: Iterable[int]) -> None:
        stopped = [self._bots[bot_id] for bot_id in bot_ids]
        await asyncio.gather(*(bot.stop() for bot in stopped))
        await self._forget(stopped)

    async def give(self, bot_ids: Iterable[int], ownership: Ownership) -> None:
        """Stops them and tells the other runners, who take them at once."""
        stopping = {asyncio.create_task(self._bots[bot_id].stop()): bot_id for bot_id in bot_ids}
        if not stopping:
            return
        quick, slow = await asyncio.wait(stopping, timeout=QUICK)
        for tasks in (quick, slow):
            await asyncio.gather(*tasks)
            ids = [stopping[task] for task in tasks]
            await ownership.give_back(ids, tell=True)
            await self._forget([self._bots[bot_id] for bot_id in ids])

    async def _forget(self, stopped: list[RunningBot]) -> None:
        for bot in stopped:
            del self._bots[bot.pulse.bot_id]
        await self._write([bot.pulse for bot in stopped], last=True)

    async def report(self) -> None:
        """Changes at once, mere signs of life less often: they are a thousand rows."""
        now = self._runtime.clock()
        pulses = [bot.pulse for bot in self._bots.values()]
        news = [pulse for pulse in pulses if pulse.has_news(now)]
        await self._write(news)
        await in_all_partners(fleet.count, pulses=news, now=now)

    async def bury(self, wishes: Collection[Wish]) -> None:
        """Bots whose locks are ours for a moment, and that a killed runner still calls running."""
        await in_all_partners(fleet.take, bot_ids=[wish.bot_id for wish in wishes], runner=self._runner)
        await self._write([Pulse(wish.bot_id, wish.generation, Bot.State.STOPPED) for wish in wishes], last=True)

    async def _write(self, pulses: list[Pulse], *, last: bool = False) -> None:
        if pulses:
            now = self._runtime.clock()
            await in_all_partners(fleet.report, pulses=pulses, runner=self._runner, now=now, last=last)
