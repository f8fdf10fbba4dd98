"""getUpdates: one waiting poller per bot; a newer one ends the older."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from .errors import conflict
from .state import BotAccount, Json, Update
from .world import World

TAKEN_OVER = "terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_ACTIVE = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


class Polling:
    def __init__(self, world: World) -> None:
        self.world = world
        self._waiting: dict[int, asyncio.Future[bool]] = {}
        self.on_wait: Callable[[], None] | None = None
        world.wake_bot.append(self._wake)

    async def get_updates(self, bot: BotAccount, *, offset: int, limit: int, timeout: float) -> list[Json]:
        """Raises 409 in the poller that was waiting when another one comes."""
        self._finish(bot, taken_over=True)
        if bot.webhook is not None:
            raise conflict(WEBHOOK_ACTIVE)
        self._confirm(bot, offset)
        ready = self.world.fresh_updates(bot, limit)
        if not ready and timeout > 0:
            await self._wait(bot, timeout)
            ready = self.world.fresh_updates(bot, limit)
        return [update_json(update) for update in ready]

    def _confirm(self, bot: BotAccount, offset: int) -> None:
        """A positive offset forgets what is before it, a negative one keeps only the last ones."""
        keep = -offset if offset < 0 else None
        while bot.updates and (bot.updates[0].id < offset if keep is None else len(bot.updates) > keep):
            bot.updates.popleft()

    async def _wait(self, bot: BotAccount, timeout: float) -> None:
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting[bot.id] = future
        if self.on_wait is not None:
            self.on_wait()
        try:
            taken_over = await asyncio.wait_for(future, timeout)
        except TimeoutError:
            taken_over = False
        finally:
            if self._waiting.get(bot.id) is future:
                del self._waiting[bot.id]
        if taken_over:
            raise conflict(TAKEN_OVER)

    def _wake(self, bot: BotAccount) -> None:
        self._finish(bot, taken_over=False)

    def _finish(self, bot: BotAccount, *, taken_over: bool) -> None:
        future = self._waiting.pop(bot.id, None)
        if future is not None and not future.done():
            future.set_result(taken_over)

    def waiting(self, bot: BotAccount) -> bool:
        return bot.id in self._waiting

    def release_all(self) -> None:
        """Answers every waiting poller with nothing, so that the server can stop at once."""
        for future in self._waiting.values():
            if not future.done():
                future.set_result(False)
        self._waiting.clear()


def update_json(update: Update) -> Json:
    return {"update_id": update.id, update.kind: update.payload}
