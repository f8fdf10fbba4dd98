"""The web chat: its page, its JSON and its live news."""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from aiohttp import WSCloseCode, web

from .actions import ACTIONS, find_chat
from .clock import ClockPage
from .errors import ApiError, PersonError
from .http import SECURITY, refusal, same_origin
from .params import Upload
from .people import send_file
from .state import Json, Person
from .view import chat_view, home_view, message_view
from .world import News, World

STATIC = Path(__file__).parent / "static"
PAGE = Path(__file__).parents[2] / "templates" / "sandbox" / "chat.html"


@dataclass(slots=True)
class Viewer:
    """One open page; its news wait here for the socket, in order."""

    person_id: int
    waiting: asyncio.Queue[Json] = field(default_factory=asyncio.Queue)

    async def send_all(self, socket: web.WebSocketResponse) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                await socket.send_str(json.dumps(await self.waiting.get(), ensure_ascii=False))


class WebChat:
    def __init__(self, world: World) -> None:
        self.world = world
        self.clock: ClockPage | None = None  # None: the clock is the real one
        self._viewers: dict[web.WebSocketResponse, Viewer] = {}
        world.listeners.append(self._news)

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/", self.page),
            web.get("/api/home", self.home),
            web.get("/api/chat", self.messages),
            web.get("/api/live", self.live),
            web.post("/api/upload", self.upload),
            web.post("/api/do/{action}", self.act),
            *(self.clock.routes() if self.clock else []),
            web.get("/files/{key:.+}", self.file),
            web.static("/static", STATIC),
            web.get("/{username:[A-Za-z][A-Za-z0-9_]{2,31}}", self.deep_link),
        ]

    async def close(self) -> None:
        for socket in list(self._viewers):
            await socket.close(code=WSCloseCode.GOING_AWAY)

    async def page(self, _request: web.Request) -> web.StreamResponse:
        return web.FileResponse(PAGE, headers=SECURITY)

    async def deep_link(self, request: web.Request) -> web.Response:
        """t.me/<bot>?start=<code> of this Telegram."""
        username = request.match_info["username"]
        if self.world.bot_by_username(username) is None:
            return web.Response(status=404, text=f"Бота @{username} в этой песочнице нет.")
        query = {"bot": username, **request.query}
        raise web.HTTPFound(f"/?{urlencode(query)}")

    async def home(self, request: web.Request) -> web.Response:
        view = home_view(self.world, self.person(request))
        view["clock"] = self.clock.view() if self.clock else None
        return web.json_response(view, headers=SECURITY)

    async def messages(self, request: web.Request) -> web.Response:
        person = self.person(request)
        try:
            chat = find_chat(self.world, person, request.query.get("key", ""))
        except PersonError as error:
            return refusal(str(error))
        shown = [message for message in chat.messages.values() if message.id > chat.cleared_to]
        views = [message_view(self.world.state, chat, message) for message in shown]
        return web.json_response({"chat": chat_view(self.world, chat, person), "messages": views}, headers=SECURITY)

    async def act(self, request: web.Request) -> web.Response:
        same_origin(request)
        function = ACTIONS.get(request.match_info["action"])
        if function is None or request.content_type != "application/json":
            raise web.HTTPNotFound
        try:
            body: Any = await request.json()
            if not isinstance(body, dict):
                raise PersonError("Неверный запрос.")
            result = function(self.world, self.person(request), body)
        except (PersonError, ValueError) as error:
            return refusal(str(error))
        return web.json_response(result, headers=SECURITY)

    async def upload(self, request: web.Request) -> web.Response:
        same_origin(request)
        person, form = self.person(request), await request.post()
        field = form.get("file")
        if not isinstance(field, web.FileField):
            return refusal("Выберите файл.")
        upload = Upload(field.filename, field.content_type, field.file.read())
        thread = str(form.get("thread") or "")
        try:
            chat = find_chat(self.world, person, str(form.get("chat")))
            thread_id = int(thread) if thread.isdecimal() else None
            send_file(self.world, person, chat, upload, caption=str(form.get("caption", "")), thread_id=thread_id)
        except PersonError as error:
            return refusal(str(error))
        except ApiError as error:
            return refusal(f"Telegram не принял файл: {error.description}")
        return web.json_response(None, headers=SECURITY)

    async def file(self, request: web.Request) -> web.Response:
        stored = self.world.state.files.get(request.match_info["key"])
        try:
            data = self.world.files.read(stored.key) if stored else b""
        except KeyError:
            data = b""
        if stored is None or not data:
            raise web.HTTPNotFound
        photo = stored.key.startswith("photos/")
        kind = stored.mime if photo else "application/octet-stream"
        disposition = "inline" if photo else "attachment"
        return web.Response(body=data, content_type=kind, headers={**SECURITY, "Content-Disposition": disposition})

    async def live(self, request: web.Request) -> web.WebSocketResponse:
        same_origin(request)
        person = self.person(request)
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        viewer = self._viewers[socket] = Viewer(person.id)
        sender = asyncio.create_task(viewer.send_all(socket))
        try:
            async for _ in socket:
                pass
        finally:
            del self._viewers[socket]
            sender.cancel()
        return socket

    def person(self, request: web.Request) -> Person:
        """The first person when nobody was chosen yet."""
        wanted = request.query.get("as", "")
        state = self.world.state
        person = state.people.get(int(wanted)) if wanted.isdecimal() else None
        named = (one for one in state.people.values() if wanted and one.username.lower() == wanted.lower())
        person = person or next(named, None) or next(iter(state.people.values()), None)
        return person or self.world.add_person("Гость")

    def _news(self, news: News) -> None:
        for viewer in self._viewers.values():
            person = self.world.state.people.get(viewer.person_id)
            if person is not None and news.to in (None, person.id):
                body = self._news_view(news, person)
                if body is not None:
                    viewer.waiting.put_nowait(body)

    def _news_view(self, news: News, person: Person) -> Json | None:
        """None when it is not this person's business."""
        chat = news.chat
        if chat is None:
            return {"kind": news.kind, **news.data}
        if not self.world.is_in(person, chat):
            return {"kind": "gone", "chat": chat.key} if news.kind == "chats" and not chat.private else None
        body: Json = {"kind": news.kind, "chat": chat.key, **news.data}
        if news.kind != "action":
            body["summary"] = chat_view(self.world, chat, person)
        if news.message is not None:
            body["message"] = message_view(self.world.state, chat, news.message)
        return body
