"""Delivers updates to bots that set a webhook: in order, with the secret token, again until it is taken."""

from __future__ import annotations

import asyncio
import contextlib

import aiohttp

from .polling import update_json
from .state import BotAccount, Webhook
from .world import World

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0


class Webhooks:
    def __init__(self, world: World) -> None:
        self.world = world
        self._tasks: dict[int, asyncio.Task[None]] = {}
        world.wake_bot.append(self.wake)

    def wake(self, bot: BotAccount) -> None:
        """Starts delivery unless it is under way already."""
        task = self._tasks.get(bot.id)
        if bot.webhook is not None and (task is None or task.done()):
            self._tasks[bot.id] = asyncio.get_running_loop().create_task(self._deliver(bot))

    def restart(self, bot: BotAccount) -> None:
        """Set anew, a webhook is tried at once, however long the pause after its errors was to be."""
        if task := self._tasks.pop(bot.id, None):
            task.cancel()
        self.wake(bot)

    async def stop(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        for task in self._tasks.values():
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._tasks.clear()

    async def _deliver(self, bot: BotAccount) -> None:
        pause = FIRST_PAUSE
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
            while (hook := bot.webhook) is not None and (updates := self.world.fresh_updates(bot, 1)):
                error = await _post(session, hook, update_json(updates[0]))
                if not error and updates[0] in bot.updates:
                    bot.updates.remove(updates[0])
                    pause = FIRST_PAUSE
                elif error:
                    hook.last_error, hook.last_error_at = error, int(self.world.clock)
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, LONGEST_PAUSE)


async def _post(session: aiohttp.ClientSession, hook: Webhook, body: dict[str, object]) -> str:
    """An empty string when the update was taken, else what went wrong in Telegram's words."""
    headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret} if hook.secret else {}
    try:
        async with session.post(hook.url, json=body, headers=headers) as response:
            return "" if response.ok else f"Wrong response from the webhook: {response.status} {response.reason}"
    except aiohttp.ClientConnectionError:
        return "Connection refused"
    except TimeoutError:
        return "Read timeout expired"
