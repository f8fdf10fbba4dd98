"""Moving the clock of the sandbox: what it needs from outside, and the two addresses for the page."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol

from aiohttp import web

from .actions import find_chat
from .errors import PersonError
from .http import SECURITY, refusal, same_origin
from .state import Chat, Json, Person
from .world import News, World

STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
NOTHING = "Ничего не запланировано. Бот сам пишет только тем, кто выбрал продукт и согласился на советы."
NO_BOT = "Откройте чат с ботом: в группах ничего не планируется."
BUSY = "Время уже движется. Подождите немного."


class TimeMachine(Protocol):
    """The product's clock. The sandbox is a Telegram and knows nothing of what the product plans."""

    def ahead(self) -> timedelta:
        """How far the clock is ahead of the real one."""

    async def next_message(self, *, bot_id: int, person_id: int) -> datetime | None:
        """When this bot will next write to this person; None if nothing is planned."""

    async def travel(self, *, to: datetime, moved: Callable[[], None]) -> None:
        """Moves the clock ahead. What is due on the way is done at its own time; `moved` is called at each stop."""


class ClockPage:
    """`person_of` finds who asks; `after_move` is called whenever the clock has been moved."""

    def __init__(
        self,
        world: World,
        machine: TimeMachine,
        *,
        person_of: Callable[[web.Request], Person],
        after_move: Callable[[], None],
    ) -> None:
        self.world, self.machine = world, machine
        self._person_of, self._after_move = person_of, after_move
        self._moving = asyncio.Lock()

    def routes(self) -> list[web.AbstractRouteDef]:
        return [web.get("/api/clock", self.show), web.post("/api/clock", self.move)]

    def view(self) -> Json:
        return {"now": self.world.clock, "ahead": self.machine.ahead().total_seconds()}

    async def show(self, request: web.Request) -> web.Response:
        """With `chat`: also when its bot will next write there."""
        chat = self._with_bot(request, request.query.get("chat", ""))
        planned = await self._planned(chat) if chat else None
        return web.json_response({**self.view(), "next": planned.timestamp() if planned else None}, headers=SECURITY)

    async def move(self, request: web.Request) -> web.Response:
        """`{"by": "hour" | "day"}`, or without it to the next message in `chat`."""
        same_origin(request)
        body = await _body(request)
        if self._moving.locked():
            return refusal(BUSY, status=409)
        async with self._moving:
            chat = self._with_bot(request, str(body.get("chat", "")))
            to = await self._destination(chat, str(body.get("by", "")))
            if isinstance(to, str):
                return refusal(to, status=409)
            before = chat.last_message_id if chat else 0
            await self.machine.travel(to=to, moved=self._moved)
        written = chat.last_message_id - before if chat else 0
        return web.json_response({**self.view(), "written": written}, headers=SECURITY)

    async def _destination(self, chat: Chat | None, by: str) -> datetime | str:
        """A sentence for the person where there is none."""
        if by in STEPS:
            return self.world.now() + STEPS[by]
        return (await self._planned(chat) or NOTHING) if chat else NO_BOT

    async def _planned(self, chat: Chat) -> datetime | None:
        return await self.machine.next_message(bot_id=chat.bot_id or 0, person_id=chat.id)

    def _with_bot(self, request: web.Request, key: str) -> Chat | None:
        try:
            chat = find_chat(self.world, self._person_of(request), key)
        except PersonError:
            return None
        return chat if chat.bot_id is not None else None

    def _moved(self) -> None:
        self._after_move()
        self.world.tell(News("clock", data=self.view()))


async def _body(request: web.Request) -> Json:
    if request.content_type != "application/json":
        raise web.HTTPNotFound
    try:
        body: Any = await request.json()
    except json.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest
    return body
