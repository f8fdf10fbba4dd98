"""What operators ask of a bot beside running: its self-test, the topics of its group."""

from __future__ import annotations

import asyncio
from collections.abc import Container, Iterable

from botrunner.db import in_all_partners, in_partner
from botrunner.runtime import Runtime
from botrunner.selftest import self_test
from botrunner.services import fleet, grouptopics
from botrunner.services.fleet import Wish
from botrunner.topics import make_topics


class Errands:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.tasks: set[asyncio.Task[None]] = set()

    def begin(self, wishes: Iterable[Wish], ours: Container[int]) -> None:
        for wish in wishes:
            if wish.self_test and not wish.is_starting:
                self._keep(asyncio.create_task(self._self_test(wish)))
            if wish.topics and wish.bot_id in ours:
                self._keep(asyncio.create_task(self._make_topics(wish)))

    def _keep(self, task: asyncio.Task[None]) -> None:
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _self_test(self, wish: Wish) -> None:
        if await in_all_partners(fleet.claim_self_test, bot_id=wish.bot_id):
            results = await self_test(bot_id=wish.bot_id, request=self._runtime.request, api_url=self._runtime.api_url)
            now = self._runtime.clock()
            await in_all_partners(fleet.save_self_test, bot_id=wish.bot_id, results=results, now=now)

    async def _make_topics(self, wish: Wish) -> None:
        place = await in_all_partners(grouptopics.claim, bot_id=wish.bot_id)
        if place is not None:
            runtime = self._runtime
            points = await make_topics(place, bot_id=wish.bot_id, request=runtime.request, api_url=runtime.api_url)
            await in_partner(wish.partner_id, grouptopics.report, place=place, points=points, now=runtime.clock())
