"""The sandbox as one aiohttp server: Bot API, web chat, and the saving of what was said."""

from __future__ import annotations

import asyncio
import contextlib

from aiohttp import web
from aiohttp.typedefs import Handler

from .api import BotApi
from .clock import ClockPage, TimeMachine
from .files import FILE_LIMIT
from .store import Store
from .web import WebChat
from .world import World

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@web.middleware
async def only_by_a_loopback_name(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A foreign site may name this machine in its own DNS and would then share our page's origin."""
    if request.url.host not in LOOPBACK:
        raise web.HTTPMisdirectedRequest
    return await handler(request)


class Sandbox:
    """start() and stop() may be repeated: the world stays, as Telegram does during an outage.

    Without a `machine` the page has no buttons that move the clock.
    """

    def __init__(
        self,
        world: World,
        *,
        store: Store | None = None,
        record: bool = False,
        machine: TimeMachine | None = None,
    ) -> None:
        self.world = world
        self.api = BotApi(world, record=record)
        self.chat = WebChat(world)
        if machine is not None:
            # a poll answered long ago by the new clock would look like a dead bot
            renew_polls = self.api.polling.release_all
            self.chat.clock = ClockPage(world, machine, person_of=self.chat.person, after_move=renew_polls)
        self.store = store
        self._runner: web.AppRunner | None = None
        self._saving: asyncio.Task[None] | None = None

    async def start(self, host: str, port: int) -> int:
        """Returns the port (useful with port 0). Raises OSError when it is occupied."""
        guards = [only_by_a_loopback_name] if host in LOOPBACK else []
        app = web.Application(client_max_size=FILE_LIMIT + 1024 * 1024, middlewares=guards)
        app.add_routes([*self.api.routes(), *self.chat.routes()])
        # no access log: Bot API addresses have tokens in them
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        try:
            await site.start()
        except OSError:
            await self._runner.cleanup()
            self._runner = None
            raise
        for bot in self.world.state.bots.values():
            self.api.webhooks.wake(bot)
        if self.store is not None:
            self._saving = asyncio.create_task(self.store.keep_saving(self.world))
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        if self._runner is None:
            return
        self.api.polling.release_all()
        await self.api.webhooks.stop()
        await self.chat.close()
        await self._runner.cleanup()
        self._runner = None
        if self._saving is not None and self.store is not None:
            self._saving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._saving
            self.store.save(self.world.state)
